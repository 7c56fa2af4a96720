package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Candidate;
import io.loquent.Decoding;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Option;
import io.loquent.Token;
import io.loquent.TokenStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Different ways to the same answer give the same answer. */
final class EquivalenceTest {

  private static final List<String> GPT2_LAYOUTS =
      List.of(
          "gpt2-tiny",
          "gpt2-tiny-nocache",
          "gpt2-tiny-legacy",
          "gpt2-tiny-merged",
          "gpt2-tiny-external",
          "gpt2-tiny-hub");

  private static final List<Consumer<GenerationOptions.Builder>> STRATEGIES =
      List.of(
          o -> o.decoding(Decoding.greedy()),
          o -> o.decoding(Decoding.sampling().temperature(1.3).topK(0)).seed(11),
          o -> o.decoding(Decoding.beam(3).lengthPenalty(0.7)),
          o -> o.decoding(Decoding.beam(4).groups(2, 0.5)),
          o -> o.decoding(Decoding.beam(3).sampled()).seed(5));

  private static GenerationRequest request(
      int[] prompt, Consumer<GenerationOptions.Builder> strategy) {
    return GenerationRequest.tokens(prompt)
        .options(o -> o.maxNewTokens(12))
        .options(strategy)
        .build();
  }

  private static List<int[]> raggedPrompts(long seed, int rows) {
    Random random = new Random(seed);
    List<int[]> prompts = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      prompts.add(random.ints(1 + random.nextInt(9), 3, 110).toArray());
    }
    return prompts;
  }

  @Test
  void all_layouts_of_the_same_weights_give_the_same_tokens() {
    for (Consumer<GenerationOptions.Builder> strategy : STRATEGIES) {
      List<List<List<Integer>>> answers = new ArrayList<>();
      for (String layout : GPT2_LAYOUTS) {
        try (Generator generator = Generator.open(Goldens.config(layout).build())) {
          List<List<Integer>> ids = new ArrayList<>();
          for (int[] prompt : raggedPrompts(3, 4)) {
            ids.add(boxed(generator.generate(request(prompt, strategy)).best().ids()));
          }
          answers.add(ids);
        }
      }
      assertThat(answers).allMatch(answer -> answer.equals(answers.get(0)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2-tiny",
        "gpt2-tiny-nocache",
        "gpt2-tiny-legacy",
        "gpt2-tiny-merged",
        "llama-tiny",
        "llama-tiny-gqa",
        "t5-tiny",
        "t5-tiny-merged",
        "bart-tiny",
        "marian-tiny",
        "lstm-seq2seq-tiny",
        "gru-bahdanau-tiny"
      })
  void a_batched_row_equals_the_row_alone(String fixture) {
    try (Generator generator = Generator.open(Goldens.config(fixture).batchSize(16).build())) {
      for (Consumer<GenerationOptions.Builder> strategy : STRATEGIES) {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int[] prompt : raggedPrompts(7, 6)) {
          requests.add(request(prompt, strategy));
        }
        List<GenerationResult> batched = generator.generateAll(requests);
        for (int row = 0; row < requests.size(); row++) {
          assertSame(generator.generate(requests.get(row)), batched.get(row));
        }
      }
    }
  }

  /** Such a graph is exempt from all of this, and says so. */
  @Test
  void a_graph_that_quantizes_activations_notes_that_results_depend_on_batches() {
    for (String precision : List.of("q8", "fp32", "fp16")) {
      try (Generator generator =
          Generator.open(Goldens.config("gpt2-tiny-hub").precision(precision).build())) {
        boolean noted =
            generator.model().notes().stream()
                .anyMatch(
                    note ->
                        note.contains("dynamic int8")
                            && note.contains("a batched result may differ from a single one"));
        assertThat(noted).as(precision).isEqualTo(precision.equals("q8"));
      }
    }
  }

  @Test
  void requests_with_different_options_share_a_batch() {
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      List<GenerationRequest> requests = new ArrayList<>();
      for (int[] prompt : raggedPrompts(9, STRATEGIES.size())) {
        requests.add(request(prompt, STRATEGIES.get(requests.size())));
      }
      List<GenerationResult> batched = generator.generateAll(requests);
      for (int row = 0; row < requests.size(); row++) {
        assertSame(generator.generate(requests.get(row)), batched.get(row));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gpt2-tiny", "gpt2-tiny-merged", "gpt2-tiny-legacy", "t5-tiny", "t5-tiny-merged"})
  void a_run_without_the_cache_equals_one_with_it(String fixture) {
    try (Generator generator = Generator.open(Goldens.config(fixture).build())) {
      for (Consumer<GenerationOptions.Builder> strategy : STRATEGIES) {
        for (int[] prompt : raggedPrompts(13, 3)) {
          GenerationRequest cached = request(prompt, strategy);
          GenerationRequest recomputed =
              GenerationRequest.tokens(prompt)
                  .options(cached.options())
                  .options(o -> o.set(Option.USE_CACHE, false))
                  .build();
          assertSame(generator.generate(cached), generator.generate(recomputed));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny-gqa", "t5-tiny", "bart-tiny"})
  void joined_stream_deltas_equal_the_full_text(String fixture) {
    try (Generator generator = Generator.open(Goldens.config(fixture).build())) {
      for (Consumer<GenerationOptions.Builder> strategy : STRATEGIES) {
        for (int[] prompt : raggedPrompts(17, 4)) {
          GenerationRequest request = request(prompt, strategy);
          GenerationResult whole = generator.generate(request);
          StringBuilder streamed = new StringBuilder();
          List<Integer> ids = new ArrayList<>();
          try (TokenStream stream = generator.stream(request)) {
            for (Token token : stream) {
              streamed.append(token.text());
              ids.add(token.id());
            }
            assertSame(whole, stream.result());
          }
          StringBuilder listened = new StringBuilder();
          generator.generate(request, token -> listened.append(token.text()));
          assertThat(streamed.toString()).isEqualTo(whole.text());
          assertThat(listened.toString()).isEqualTo(whole.text());
          assertThat(ids).containsExactlyElementsOf(boxed(whole.best().ids()));
        }
      }
    }
  }

  @Test
  void several_samples_stream_the_first_one() {
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      for (int seed = 0; seed < 10; seed++) {
        int fixedSeed = seed;
        GenerationRequest request =
            GenerationRequest.tokens(5, 9, 31)
                .options(
                    o ->
                        o.decoding(Decoding.sampling().temperature(3))
                            .maxNewTokens(24)
                            .numReturnSequences(3)
                            .set(Option.EOS_TOKEN_ID, List.of(0, 5, 17, 40, 41, 42, 43, 44, 60, 70))
                            .seed(fixedSeed))
                .build();
        GenerationResult whole = generator.generate(request);
        StringBuilder streamed = new StringBuilder();
        generator.generate(request, token -> streamed.append(token.text()));
        assertThat(streamed.toString()).isEqualTo(whole.text());
        assertThat(whole.candidates()).hasSize(3);
      }
    }
  }

  private static List<Integer> boxed(int[] ids) {
    List<Integer> boxed = new ArrayList<>();
    for (int id : ids) {
      boxed.add(id);
    }
    return boxed;
  }

  private static void assertSame(GenerationResult expected, GenerationResult actual) {
    assertThat(actual.candidates()).hasSameSizeAs(expected.candidates());
    for (int i = 0; i < expected.candidates().size(); i++) {
      Candidate one = expected.candidates().get(i);
      Candidate other = actual.candidates().get(i);
      assertThat(other.ids()).containsExactly(one.ids());
      assertThat(other.text()).isEqualTo(one.text());
      assertThat(other.finishReason()).isEqualTo(one.finishReason());
      assertThat(other.score()).isCloseTo(one.score(), within(1e-3));
    }
  }
}
