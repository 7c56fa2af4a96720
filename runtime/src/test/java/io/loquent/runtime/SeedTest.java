package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.Decoding;
import io.loquent.EarlyStopping;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Option;
import io.loquent.TokenStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is drawn depends on the seed, and on nothing else. */
@ExtendWith(NothingLeaks.class)
final class SeedTest {

  private static final List<Consumer<GenerationOptions.Builder>> RANDOM_SEARCHES =
      List.of(
          o -> o.decoding(Decoding.sampling().temperature(1.5).topK(0)),
          o -> o.decoding(Decoding.sampling().topP(0.9)).numReturnSequences(3),
          o -> o.decoding(Decoding.sampling()).set(Option.XTC_PROBABILITY, 0.5),
          o -> o.decoding(Decoding.beam(3).sampled()).numReturnSequences(2));

  private static GenerationRequest request(
      long seed, int row, Consumer<GenerationOptions.Builder> search) {
    int[] prompt = new Random(row).ints(2 + row, 5, 110).toArray();
    return GenerationRequest.tokens(prompt)
        .options(o -> o.maxNewTokens(10).seed(seed))
        .options(search)
        .build();
  }

  private static List<String> ids(GenerationResult result) {
    List<String> ids = new ArrayList<>();
    result.candidates().forEach(candidate -> ids.add(Arrays.toString(candidate.ids())));
    return ids;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny-gqa", "t5-tiny", "gru-bahdanau-tiny"})
  void equal_seeds_give_equal_results_however_they_are_run(String fixture) {
    try (Generator generator = Generator.open(Goldens.config(fixture).batchSize(3).build())) {
      for (Consumer<GenerationOptions.Builder> search : RANDOM_SEARCHES) {
        List<GenerationRequest> requests = new ArrayList<>();
        List<List<String>> alone = new ArrayList<>();
        for (int row = 0; row < 4; row++) {
          requests.add(request(42, row, search));
          alone.add(ids(generator.generate(requests.get(row))));
        }
        List<GenerationResult> together = generator.generateAll(requests);
        for (int row = 0; row < requests.size(); row++) {
          assertThat(ids(together.get(row))).isEqualTo(alone.get(row));
          try (TokenStream stream = generator.stream(requests.get(row))) {
            assertThat(ids(stream.result())).isEqualTo(alone.get(row));
          }
        }
      }
    }
  }

  @Test
  void equal_seeds_give_equal_results_on_every_layout() {
    List<List<String>> answers = new ArrayList<>();
    List<String> layouts =
        List.of("t5-tiny", "t5-tiny-merged", "marian-tiny", "marian-tiny-merged");
    for (String layout : layouts) {
      try (Generator generator = Generator.open(Goldens.config(layout).build())) {
        List<String> answer = new ArrayList<>();
        for (Consumer<GenerationOptions.Builder> search : RANDOM_SEARCHES) {
          answer.addAll(ids(generator.generate(request(9, 3, search))));
        }
        answers.add(answer);
      }
    }
    assertThat(answers.get(0)).isEqualTo(answers.get(1));
    assertThat(answers.get(2)).isEqualTo(answers.get(3));
  }

  @Test
  void other_seeds_give_other_results() {
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      for (Consumer<GenerationOptions.Builder> search : RANDOM_SEARCHES) {
        Set<List<String>> answers = new HashSet<>();
        for (long seed = 0; seed < 12; seed++) {
          answers.add(ids(generator.generate(request(seed, 2, search))));
        }
        assertThat(answers).hasSizeGreaterThan(4);
      }
    }
  }

  @Test
  void without_a_seed_every_run_draws_anew() {
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      Set<List<String>> answers = new HashSet<>();
      for (int run = 0; run < 8; run++) {
        answers.add(
            ids(
                generator.generate(
                    GenerationRequest.tokens(5, 9)
                        .options(o -> o.decoding(Decoding.sampling().temperature(3)))
                        .build())));
      }
      assertThat(answers).hasSizeGreaterThan(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "t5-tiny", "bart-tiny", "lstm-seq2seq-tiny"})
  void what_leaves_no_choice_is_greedy(String fixture) {
    List<Consumer<GenerationOptions.Builder>> choiceless =
        List.of(
            o -> o.numBeams(1).lengthPenalty(3).set(Option.EARLY_STOPPING, EarlyStopping.TRUE),
            o -> o.decoding(Decoding.sampling().topK(1)),
            o -> o.decoding(Decoding.sampling().topP(0)),
            o -> o.decoding(Decoding.sampling().minP(1)),
            o -> o.decoding(Decoding.sampling().temperature(1e-4)));
    try (Generator generator = Generator.open(Goldens.config(fixture).build())) {
      for (int row = 0; row < 5; row++) {
        List<String> greedy = ids(generator.generate(request(1, row, o -> {})));
        for (Consumer<GenerationOptions.Builder> search : choiceless) {
          assertThat(ids(generator.generate(request(1, row, search)))).isEqualTo(greedy);
        }
      }
    }
  }
}
