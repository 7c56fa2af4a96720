package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.Ints;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.Speculation;
import io.loquent.runtime.model.NativeValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several paths of guesses for a sequence, as an application sees them. */
final class AssistantPathsTest {

  private static final int[] PROMPT = {5, 6, 7, 5, 6, 8, 5, 6, 9, 5, 6};

  @TempDir static Path copies;

  private static GenerationRequest request(int[] prompt, Consumer<GenerationOptions.Builder> more) {
    return GenerationRequest.tokens(prompt)
        .options(o -> o.maxNewTokens(30).off(Option.EOS_TOKEN_ID).numBeams(1))
        .options(more)
        .build();
  }

  /** Each way of guessing a fixed number of tokens on three paths. */
  private static Map<String, Consumer<GenerationOptions.Builder>> ways(String draft, int length) {
    Path model = copies.resolve(draft);
    if (!model.toFile().isDirectory()) {
      Folders.copy(draft, model, List.of("tokenizer.json"));
    }
    Map<String, Consumer<GenerationOptions.Builder>> ways = new LinkedHashMap<>();
    ways.put("lookup", o -> o.set(Option.PROMPT_LOOKUP_NUM_TOKENS, length));
    ways.put(
        "lookahead", o -> o.set(Option.LOOKAHEAD, true).set(Option.NUM_ASSISTANT_TOKENS, length));
    ways.put("model", o -> o.assistantModel(model).set(Option.NUM_ASSISTANT_TOKENS, length));
    ways.replaceAll((name, way) -> way.andThen(o -> o.set(Option.NUM_ASSISTANT_PATHS, 3)));
    return ways;
  }

  private static List<List<Integer>> ids(GenerationResult result) {
    List<List<Integer>> ids = new ArrayList<>();
    result.candidates().forEach(candidate -> ids.add(Ints.asList(candidate.ids())));
    return ids;
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny, llama-tiny, true",
    "gpt2-tiny, gpt2-tiny, false",
    "gpt2-tiny-nocache, gpt2-tiny, true",
    "gpt2-tiny-merged, gpt2-tiny-legacy, true",
    "llama-tiny-gqa, gpt2-tiny-nocache, true",
    "t5-tiny, bart-tiny, true",
    "t5-tiny-merged, t5-tiny, true",
    "lstm-seq2seq-tiny, gru-bahdanau-tiny, true",
    "gru-bahdanau-tiny, lstm-seq2seq-tiny, true"
  })
  void results_are_the_same_on_several_paths(String fixture, String draft, boolean additions) {
    int before = NativeValues.open();
    try (Generator generator =
        Generator.open(Goldens.config(fixture).graphAdditions(additions).build())) {
      GenerationResult plain = generator.generate(request(PROMPT, o -> {}));
      for (int length : new int[] {1, 3, 8}) {
        ways(draft, length)
            .forEach(
                (name, way) -> {
                  GenerationResult result = generator.generate(request(PROMPT, way));
                  assertThat(ids(result)).as(name).isEqualTo(ids(plain));
                  Speculation speculation = result.speculation().orElseThrow();
                  assertThat(result.usage().modelRuns() + speculation.modelRunsSaved())
                      .isEqualTo(plain.usage().modelRuns());
                  for (int i = 0; i < 3; i++) {
                    int seed = i;
                    Consumer<GenerationOptions.Builder> sampling =
                        o -> o.set(Option.DO_SAMPLE, true).seed(seed).numReturnSequences(3);
                    assertThat(ids(generator.generate(request(PROMPT, way.andThen(sampling)))))
                        .as("%s, seed %d", name, seed)
                        .isEqualTo(ids(generator.generate(request(PROMPT, sampling))));
                  }
                });
      }
    }
    assertThat(NativeValues.open()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny, llama-tiny, true",
    "gpt2-tiny, llama-tiny, false",
    "llama-tiny-gqa, gpt2-tiny, true",
    "t5-tiny, bart-tiny, true"
  })
  void rows_of_a_batch_grow_and_shrink(String fixture, String draft, boolean additions) {
    try (Generator generator =
        Generator.open(Goldens.config(fixture).graphAdditions(additions).build())) {
      for (int length : new int[] {1, 3, 8}) {
        for (Consumer<GenerationOptions.Builder> way : ways(draft, length).values()) {
          List<GenerationRequest> drafting = new ArrayList<>();
          List<GenerationRequest> plain = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            int[] prompt = Arrays.copyOfRange(PROMPT, 0, 3 + 2 * i);
            int most = 12 + 5 * i;
            plain.add(request(prompt, o -> o.maxNewTokens(most)));
            drafting.add(
                i == 2 ? plain.get(i) : request(prompt, way.andThen(o -> o.maxNewTokens(most))));
          }
          List<GenerationResult> results = generator.generateAll(drafting);
          for (int i = 0; i < 4; i++) {
            assertThat(ids(results.get(i))).isEqualTo(ids(generator.generate(plain.get(i))));
          }
        }
      }
    }
  }

  @Test
  void requests_with_paths_join_a_running_batch() {
    ModelConfig config = Goldens.config("gpt2-tiny").continuousBatching(true).batchSize(3).build();
    try (Generator generator = Generator.open(config)) {
      List<GenerationRequest> drafting = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int most = 8 + 7 * (i % 4);
        drafting.add(
            request(
                Arrays.copyOf(PROMPT, 4 + i % 7),
                o -> o.promptLookup(true).set(Option.NUM_ASSISTANT_PATHS, 4).maxNewTokens(most)));
      }
      List<GenerationResult> results = generator.generateAll(drafting);
      for (int i = 0; i < 8; i++) {
        int most = 8 + 7 * (i % 4);
        assertThat(ids(results.get(i)))
            .isEqualTo(
                ids(
                    generator.generate(
                        request(Arrays.copyOf(PROMPT, 4 + i % 7), o -> o.maxNewTokens(most)))));
      }
    }
  }

  @Test
  void more_paths_are_right_more_often_than_one() {
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      int one = 0;
      int several = 0;
      for (Consumer<GenerationOptions.Builder> way : ways("llama-tiny", 3).values()) {
        several +=
            generator.generate(request(PROMPT, way)).speculation().orElseThrow().acceptedTokens();
        one +=
            generator
                .generate(request(PROMPT, way.andThen(o -> o.off(Option.NUM_ASSISTANT_PATHS))))
                .speculation()
                .orElseThrow()
                .acceptedTokens();
      }
      assertThat(several).isGreaterThanOrEqualTo(one);
    }
  }

  @Test
  void sampling_without_a_seed_takes_several_paths_of_a_draft_model() {
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      GenerationResult result =
          generator.generate(
              request(
                  PROMPT,
                  ways("gpt2-tiny", 3).get("model").andThen(o -> o.set(Option.DO_SAMPLE, true))));
      assertThat(result.best().tokens()).hasSize(30);
      // The same model with the same random numbers draws the same on its first path.
      assertThat(result.speculation().orElseThrow().modelRunsSaved()).isGreaterThan(20);
    }
  }

  @Test
  void paths_without_a_way_to_guess_are_refused() {
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      assertThatThrownBy(
              () -> generator.generate(request(PROMPT, o -> o.set(Option.NUM_ASSISTANT_PATHS, 2))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("num_assistant_paths is set, but does nothing without");
    }
  }
}
