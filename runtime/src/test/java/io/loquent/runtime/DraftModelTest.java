package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.Candidate;
import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.Option;
import io.loquent.Speculation;
import io.loquent.TokenStream;
import io.loquent.runtime.model.NativeValues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A second model that guesses, as an application sees it. */
final class DraftModelTest {

  private static final int[] PROMPT = {5, 6, 7, 8, 9, 10};

  @TempDir static Path copies;

  /** A fixture without its tokenizer, so that another one's tokens may be taken for its own. */
  private static Path model(String fixture) {
    Path copy = copies.resolve(fixture);
    return Files.isDirectory(copy) ? copy : Folders.copy(fixture, copy, List.of("tokenizer.json"));
  }

  private static GenerationRequest request(Consumer<GenerationOptions.Builder> options) {
    return builder(options).build();
  }

  private static GenerationRequest.Builder builder(Consumer<GenerationOptions.Builder> options) {
    return GenerationRequest.tokens(PROMPT)
        .options(o -> o.maxNewTokens(30).off(Option.EOS_TOKEN_ID))
        .options(options);
  }

  private static Consumer<GenerationOptions.Builder> drafting(String fixture, int length) {
    return o -> o.assistantModel(model(fixture)).set(Option.NUM_ASSISTANT_TOKENS, length);
  }

  private static Consumer<GenerationOptions.Builder> sampling(int seed) {
    return o -> o.set(Option.DO_SAMPLE, true).seed(seed).numReturnSequences(3).temperature(0.7);
  }

  private static List<List<Integer>> ids(GenerationResult result) {
    List<List<Integer>> ids = new ArrayList<>();
    for (Candidate candidate : result.candidates()) {
      List<Integer> row = new ArrayList<>();
      candidate.tokens().forEach(token -> row.add(token.id()));
      ids.add(row);
    }
    return ids;
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny, gpt2-tiny",
    "gpt2-tiny, gpt2-tiny-nocache",
    "gpt2-tiny-nocache, gpt2-tiny-legacy",
    "gpt2-tiny, llama-tiny",
    "llama-tiny-gqa, gpt2-tiny",
    "gpt2-tiny-legacy, gpt2-tiny-merged",
    "t5-tiny, t5-tiny-merged",
    "t5-tiny, bart-tiny",
    "bart-tiny, marian-tiny",
    "lstm-seq2seq-tiny, lstm-seq2seq-tiny",
    "lstm-seq2seq-tiny, gru-bahdanau-tiny",
    "gru-bahdanau-tiny, gru-bahdanau-tiny"
  })
  void whatever_the_draft_model_is_results_are_the_same(String fixture, String draft) {
    try (Generator generator = Generator.open(Goldens.config(fixture).build())) {
      GenerationResult plain = generator.generate(request(o -> o.numBeams(1)));
      for (int length : new int[] {1, 3, 8}) {
        GenerationRequest request =
            builder(o -> o.numBeams(1)).options(drafting(draft, length)).build();
        GenerationResult result = generator.generate(request);
        assertThat(ids(result)).isEqualTo(ids(plain));
        Speculation speculation = result.speculation().orElseThrow();
        if (draft.equals(fixture)) {
          assertThat(speculation.acceptance()).isEqualTo(1);
        }
        for (int seed = 0; seed < 5; seed++) {
          GenerationRequest sampled = request(sampling(seed));
          GenerationResult speculated =
              generator.generate(builder(sampling(seed)).options(drafting(draft, length)).build());
          assertThat(ids(speculated)).isEqualTo(ids(generator.generate(sampled)));
          if (draft.equals(fixture)) {
            assertThat(speculated.speculation().orElseThrow().acceptance()).isEqualTo(1);
          }
        }
      }
    }
  }

  @Test
  void a_line_of_the_configuration_makes_every_request_use_it(@TempDir Path folder) {
    String model = Goldens.folder("gpt2-tiny").toAbsolutePath().toString().replace('\\', '/');
    String draft = model("llama-tiny").toAbsolutePath().toString().replace('\\', '/');
    Path file =
        Folders.write(
            folder, "loquent.properties", "model=" + model + "\ndraft.model=" + draft + "\n");
    try (Generator generator = Generator.open(ModelConfig.load(file))) {
      assertThat(generator.generate(request(o -> {})).speculation()).isPresent();
      GenerationResult plain = generator.generate(request(o -> o.noSpeculation()));
      assertThat(plain.speculation()).isEmpty();
      assertThatThrownBy(() -> generator.generate(request(o -> o.promptLookup(true))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("leave one of them");
      assertThatThrownBy(() -> generator.generate(request(o -> o.numBeams(3))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("beam search");
    }
    Folders.write(folder, "loquent.properties", "model=" + model + "\ndraft.model=nowhere\n");
    assertThatThrownBy(() -> ModelConfig.load(file))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("draft.model=nowhere")
        .hasMessageContaining("there is no model folder");
  }

  @Test
  void a_model_that_cannot_guess_for_another_is_refused() {
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      assertThatThrownBy(
              () -> generator.generate(request(o -> o.assistantModel(Paths.get("nowhere")))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("assistant_model")
          .hasMessageContaining("nowhere");
      assertThatThrownBy(() -> generator.generate(request(drafting("t5-tiny", 3))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("another kind of input");
      Path other = copies.resolve("no-tokenizer");
      for (String file : List.of("model.onnx", "config.json")) {
        Folders.write(
            other, file, Folders.read(Folders.sample("lm-shakespeare-draft").resolve(file)));
      }
      assertThatThrownBy(() -> generator.generate(request(o -> o.assistantModel(other))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("another vocabulary")
          .hasMessageContaining("1024 tokens, not 512")
          .hasMessageContaining("the draft model has none");
      assertThat(generator.generate(request(o -> {})).best().tokens()).hasSize(30);
    }
    Path nowhere = Paths.get("nowhere");
    ModelConfig config =
        Goldens.config("gpt2-tiny").defaults(o -> o.assistantModel(nowhere)).build();
    assertThatThrownBy(() -> Generator.open(config)).isInstanceOf(ModelLoadException.class);
  }

  @Test
  void requests_that_end_early_leave_nothing_open() {
    int before = NativeValues.open();
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      Consumer<GenerationOptions.Builder> drafting = drafting("llama-tiny", 3);
      try (TokenStream stream = generator.stream(request(drafting))) {
        stream.iterator().next();
      }
      GenerationResult stopped =
          generator.generate(
              builder(drafting).stoppingCriterion(tokens -> tokens.generatedLength() == 7).build());
      assertThat(stopped.best().finishReason()).isEqualTo(FinishReason.STOPPING_CRITERION);
      assertThat(stopped.best().tokens()).hasSize(7);
      assertThatThrownBy(
              () ->
                  generator.generate(
                      builder(drafting)
                          .stoppingCriterion(
                              tokens -> {
                                if (tokens.generatedLength() > 5) {
                                  throw new IllegalStateException("enough");
                                }
                                return false;
                              })
                          .build()))
          .hasMessage("enough");
      assertThat(NativeValues.open()).isEqualTo(before);
    }
  }

  @Test
  void a_batch_drafts_for_each_of_its_requests() {
    for (boolean additions : new boolean[] {true, false}) {
      try (Generator generator =
          Generator.open(Goldens.config("gpt2-tiny").graphAdditions(additions).build())) {
        List<GenerationRequest> plain = new ArrayList<>();
        List<GenerationRequest> drafting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          int[] prompt = java.util.Arrays.copyOf(PROMPT, 1 + i);
          int most = 12 + 5 * i;
          plain.add(GenerationRequest.tokens(prompt).options(o -> o.maxNewTokens(most)).build());
          drafting.add(
              GenerationRequest.tokens(prompt)
                  .options(o -> o.maxNewTokens(most))
                  .options(drafting("llama-tiny", 3))
                  .build());
        }
        List<GenerationResult> results = generator.generateAll(drafting);
        for (int i = 0; i < 4; i++) {
          assertThat(ids(results.get(i))).isEqualTo(ids(generator.generate(plain.get(i))));
        }
      }
    }
  }

  @Test
  void no_guess_reaches_beyond_the_context_of_the_draft_model(@TempDir Path folder) {
    Path small = Folders.copy("gpt2-tiny", folder.resolve("small"));
    Path config = small.resolve("config.json");
    Folders.write(
        small,
        "config.json",
        Folders.text(config).replaceAll("\"n_positions\": *\\d+", "\"n_positions\": 16"));
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      GenerationResult plain = generator.generate(request(o -> {}));
      GenerationResult result =
          generator.generate(
              request(o -> o.assistantModel(small).set(Option.NUM_ASSISTANT_TOKENS, 3)));
      assertThat(ids(result)).isEqualTo(ids(plain));
      assertThat(result.speculation().orElseThrow().draftedTokens()).isBetween(1, 12);
    }
  }
}
