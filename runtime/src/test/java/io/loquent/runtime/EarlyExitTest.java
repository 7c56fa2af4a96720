package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.Ints;
import io.loquent.Candidate;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.Option;
import io.loquent.Speculation;
import io.loquent.runtime.model.NativeValues;
import io.loquent.runtime.onnx.EarlyExitGraph;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model that guesses with its own first layer. */
final class EarlyExitTest {

  private static final int[] PROMPT = {5, 6, 7, 8, 9, 10};

  @TempDir static Path copies;

  /** A fixture of two layers whose decoder graphs offer logits after the first one. */
  private static Path model(String fixture) {
    Path copy = copies.resolve(fixture);
    if (Files.isDirectory(copy)) {
      return copy;
    }
    Folders.copy(fixture, copy);
    for (String file :
        List.of("model.onnx", "decoder_model.onnx", "decoder_with_past_model.onnx")) {
      if (Files.exists(copy.resolve(file))) {
        String layer =
            fixture.startsWith("t5")
                ? "/decoder/block.%d/layer.2/Add_output_0"
                : fixture.startsWith("gpt2")
                    ? "/transformer/h.%d/Add_1_output_0"
                    : fixture.endsWith("gqa")
                        ? "model.layers.%d.h2"
                        : "/model/layers.%d/Add_1_output_0";
        byte[] whole = Folders.read(copy.resolve(file));
        Folders.write(
            copy,
            file,
            EarlyExitGraph.of(whole, String.format(layer, 1), String.format(layer, 0), 1));
      }
    }
    return copy;
  }

  private static ModelConfig.Builder config(String fixture) {
    return ModelConfig.builder(model(fixture)).intraOpThreads(1);
  }

  private static GenerationRequest request(int[] prompt, Consumer<GenerationOptions.Builder> more) {
    return GenerationRequest.tokens(prompt)
        .options(o -> o.maxNewTokens(30).off(Option.EOS_TOKEN_ID).numBeams(1))
        .options(more)
        .build();
  }

  private static Consumer<GenerationOptions.Builder> exit(int length) {
    return o -> o.set(Option.ASSISTANT_EARLY_EXIT, 1).set(Option.NUM_ASSISTANT_TOKENS, length);
  }

  private static List<List<Integer>> ids(GenerationResult result) {
    List<List<Integer>> ids = new ArrayList<>();
    result.candidates().forEach((Candidate candidate) -> ids.add(Ints.asList(candidate.ids())));
    return ids;
  }

  private static void assertSame(GenerationResult actual, GenerationResult expected) {
    assertThat(ids(actual)).isEqualTo(ids(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny, true",
    "gpt2-tiny, false",
    "gpt2-tiny-external, true",
    "gpt2-tiny-nocache, true",
    "llama-tiny, true",
    "llama-tiny-gqa, true",
    "t5-tiny, true",
    "t5-tiny, false"
  })
  void results_are_the_same_as_without_guesses(String fixture, boolean additions) {
    int before = NativeValues.open();
    try (Generator generator = Generator.open(config(fixture).graphAdditions(additions).build());
        Generator original = Generator.open(Goldens.config(fixture).build())) {
      int accepted = 0;
      GenerationResult plain = original.generate(request(PROMPT, o -> {}));
      assertSame(generator.generate(request(PROMPT, o -> {})), plain);
      for (int length : new int[] {1, 3, 8}) {
        GenerationResult result = generator.generate(request(PROMPT, exit(length)));
        assertSame(result, plain);
        Speculation speculation = result.speculation().orElseThrow();
        assertThat(speculation.draftedTokens()).isPositive();
        assertThat(result.usage().modelRuns() + speculation.modelRunsSaved())
            .isEqualTo(plain.usage().modelRuns());
        accepted += speculation.acceptedTokens();
        for (int i = 0; i < 5; i++) {
          int seed = i;
          Consumer<GenerationOptions.Builder> sampling =
              o -> o.set(Option.DO_SAMPLE, true).seed(seed).numReturnSequences(3);
          assertSame(
              generator.generate(request(PROMPT, sampling.andThen(exit(length)))),
              original.generate(request(PROMPT, sampling)));
        }
      }
      assertThat(accepted).isPositive();
    }
    assertThat(NativeValues.open()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"gpt2-tiny", "llama-tiny-gqa", "t5-tiny"})
  void a_batch_of_unequal_rows_drafts_for_each_of_them(String fixture) {
    try (Generator generator = Generator.open(config(fixture).build())) {
      for (int length : new int[] {1, 3, 8}) {
        List<GenerationRequest> drafting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          int most = 12 + 5 * i;
          drafting.add(
              request(
                  Arrays.copyOf(PROMPT, 1 + i), exit(length).andThen(o -> o.maxNewTokens(most))));
        }
        List<GenerationResult> results = generator.generateAll(drafting);
        for (int i = 0; i < 4; i++) {
          int most = 12 + 5 * i;
          int[] prompt = Arrays.copyOf(PROMPT, 1 + i);
          assertSame(
              results.get(i), generator.generate(request(prompt, o -> o.maxNewTokens(most))));
        }
      }
    }
  }

  @Test
  void paths_begin_with_different_tokens_of_the_lower_layers() {
    for (String fixture : List.of("gpt2-tiny", "t5-tiny")) {
      try (Generator generator = Generator.open(config(fixture).build())) {
        GenerationResult plain = generator.generate(request(PROMPT, o -> {}));
        int one = generator.generate(request(PROMPT, exit(3))).usage().modelRuns();
        GenerationResult severally =
            generator.generate(
                request(PROMPT, exit(3).andThen(o -> o.set(Option.NUM_ASSISTANT_PATHS, 8))));
        assertSame(severally, plain);
        assertThat(severally.usage().modelRuns()).isLessThanOrEqualTo(one);
      }
    }
  }

  @Test
  void sampling_without_a_seed_drafts_too() {
    try (Generator generator = Generator.open(config("gpt2-tiny").build())) {
      GenerationResult result =
          generator.generate(request(PROMPT, exit(3).andThen(o -> o.set(Option.DO_SAMPLE, true))));
      assertThat(result.best().tokens()).hasSize(30);
      assertThat(result.speculation().orElseThrow().draftedTokens()).isPositive();
    }
  }

  @Test
  void a_line_of_the_configuration_makes_every_request_use_it(@TempDir Path folder) {
    String model = model("gpt2-tiny").toAbsolutePath().toString().replace('\\', '/');
    Path file =
        Folders.write(folder, "loquent.properties", "model=" + model + "\ndraft.early_exit=1\n");
    try (Generator generator = Generator.open(ModelConfig.load(file))) {
      assertThat(generator.generate(request(PROMPT, o -> {})).speculation()).isPresent();
      assertThat(generator.generate(request(PROMPT, o -> o.noSpeculation())).speculation())
          .isEmpty();
      assertThatThrownBy(() -> generator.generate(request(PROMPT, o -> o.promptLookup(true))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("by an early exit (assistant_early_exit) and by prompt_lookup")
          .hasMessageContaining("leave one of them");
      assertThatThrownBy(() -> generator.generate(request(PROMPT, o -> o.numBeams(3))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("assistant_early_exit")
          .hasMessageContaining("beam search");
    }
    ModelConfig missing =
        Goldens.config("gpt2-tiny").defaults(o -> o.set(Option.ASSISTANT_EARLY_EXIT, 1)).build();
    assertThatThrownBy(() -> Generator.open(missing)).isInstanceOf(ModelLoadException.class);
  }

  @Test
  void an_exit_that_is_not_there_is_an_error_that_names_the_outputs() {
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      assertThatThrownBy(() -> generator.generate(request(PROMPT, exit(3))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("assistant_early_exit 1: ")
          .hasMessageContaining("model.onnx: there is no early exit there")
          .hasMessageContaining("an output named early_exit_logits.1")
          .hasMessageContaining("the outputs are [logits, present.0.key, ")
          .hasMessageContaining("export the graph with the logits of a lower layer");
      assertThat(generator.generate(request(PROMPT, o -> {})).best().tokens()).hasSize(30);
    }
    try (Generator generator = Generator.open(config("gpt2-tiny").build())) {
      assertThatThrownBy(
              () -> generator.generate(request(PROMPT, o -> o.set(Option.ASSISTANT_EARLY_EXIT, 2))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("an output named early_exit_logits.2")
          .hasMessageContaining("exit after one of the layers [1]");
    }
    try (Generator generator = Generator.open(Goldens.config("lstm-seq2seq-tiny").build())) {
      assertThatThrownBy(() -> generator.generate(request(PROMPT, exit(3))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("its states are declared by");
    }
  }

  @Test
  void an_exit_behind_everything_is_refused(@TempDir Path folder) {
    for (String fixture : List.of("gpt2-tiny", "gpt2-tiny-merged")) {
      Path copy = Folders.copy(fixture, folder.resolve(fixture));
      String file = fixture.endsWith("merged") ? "onnx/decoder_model_merged.onnx" : "model.onnx";
      if (!Files.exists(copy.resolve(file))) {
        file = "decoder_model_merged.onnx";
      }
      Folders.write(copy, file, EarlyExitGraph.late(Folders.read(copy.resolve(file)), 2));
      try (Generator generator = Generator.open(ModelConfig.builder(copy).build())) {
        assertThatThrownBy(
                () ->
                    generator.generate(request(PROMPT, o -> o.set(Option.ASSISTANT_EARLY_EXIT, 2))))
            .isInstanceOf(InvalidRequestException.class)
            .hasMessageContaining("cannot be cut out, because 'early_exit_logits.2' needs the ")
            .hasMessageContaining(" that computes 'logits'");
        assertThat(generator.generate(request(PROMPT, o -> {})).best().tokens()).hasSize(30);
      }
    }
  }

  @Test
  void inspecting_a_model_tells_where_it_exits() {
    assertThat(Generator.inspect(config("gpt2-tiny").build()).findings())
        .anyMatch(line -> line.startsWith("early exits: ") && line.contains("[1]"))
        .anyMatch(line -> line.contains("its early exits are left out of the runs"));
    assertThat(Generator.inspect(Goldens.config("gpt2-tiny").build()).findings())
        .noneMatch(line -> line.contains("early exits"));
  }
}
