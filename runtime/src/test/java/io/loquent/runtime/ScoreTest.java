package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Candidate;
import io.loquent.Decoding;
import io.loquent.GenerationRequest;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.Score;
import io.loquent.Token;
import io.loquent.runtime.Goldens.Case;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scoring what was generated gives the probabilities with which it was generated. */
@ExtendWith(NothingLeaks.class)
final class ScoreTest {

  /** Options under which recorded log-probabilities are the model's own. */
  private static final Set<String> WITHOUT_EFFECT_ON_SCORES =
      Set.of("num_beams", "max_new_tokens", "max_length", "do_sample", "use_cache");

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny,goldens.json,auto,1e-4",
    "gpt2-tiny-nocache,goldens.json,auto,1e-4",
    "gpt2-tiny-legacy,goldens.json,auto,1e-4",
    "gpt2-tiny-merged,goldens.json,auto,1e-4",
    "gpt2-tiny-external,goldens.json,auto,1e-4",
    "gpt2-tiny-hub,goldens.json,fp32,1e-4",
    "gpt2-tiny-hub,goldens_fp16.json,fp16,3e-2",
    "llama-tiny,goldens.json,auto,1e-4",
    "llama-tiny-gqa,goldens.json,auto,1e-4",
    "t5-tiny,goldens.json,auto,1e-4",
    "t5-tiny-merged,goldens.json,auto,1e-4",
    "lstm-seq2seq-tiny,goldens.json,auto,1e-4",
    "gru-bahdanau-tiny,goldens.json,auto,1e-4"
  })
  void a_greedy_answer_scores_what_it_was_recorded_with(
      String fixture, String file, String precision, double tolerance) {
    int checked = 0;
    try (Generator generator =
        Generator.open(Goldens.config(fixture).precision(precision).build())) {
      for (Case golden : Goldens.cases(fixture, file)) {
        if (!isPlainGreedy(golden)) {
          continue;
        }
        List<int[]> inputs = golden.inputs();
        for (int row = 0; row < inputs.size(); row++) {
          int[] generated = golden.generated().get(row);
          Score score = generator.score(Input.tokens(inputs.get(row)), Input.tokens(generated));
          assertThat(ids(score)).as(golden.name()).containsExactly(generated);
          assertThat(logProbabilities(score))
              .as(golden.name())
              .containsExactly(golden.logProbabilities(row), within(tolerance));
          checked++;
        }
      }
    }
    assertThat(checked).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny-merged,auto,1e-4",
    "gpt2-tiny-hub,fp16,3e-2",
    "llama-tiny-gqa,auto,1e-4",
    "t5-tiny-merged,auto,1e-4",
    "bart-tiny,auto,1e-4",
    "marian-tiny,auto,1e-4",
    "marian-tiny-merged,auto,1e-4",
    "lstm-seq2seq-tiny,auto,1e-4",
    "gru-bahdanau-tiny,auto,1e-4"
  })
  void a_sample_scores_its_raw_probabilities(String fixture, String precision, double tolerance) {
    try (Generator generator =
        Generator.open(Goldens.config(fixture).precision(precision).build())) {
      for (int seed = 0; seed < 4; seed++) {
        int fixedSeed = seed;
        Input input = Input.tokens(7, 40 + seed, 12);
        Candidate sample =
            generator
                .generate(
                    GenerationRequest.of(input)
                        .options(o -> o.decoding(Decoding.sampling().temperature(2)))
                        .options(o -> o.maxNewTokens(12).seed(fixedSeed).repetitionPenalty(1.3))
                        .build())
                .best();
        Score score = generator.score(input, Input.tokens(sample.ids()));
        assertThat(ids(score)).containsExactly(sample.ids());
        assertThat(logProbabilities(score))
            .containsExactly(
                sample.tokens().stream().mapToDouble(Token::rawLogProbability).toArray(),
                within(tolerance));
      }
    }
  }

  private static boolean isPlainGreedy(Case golden) {
    Map<String, Object> options = Goldens.object(golden.json().get("kwargs"));
    return "greedy".equals(golden.json().get("mode"))
        && !golden.name().startsWith("nopos_")
        && golden.hasLogProbabilities()
        && golden.json().get("decoder_input_ids") == null
        && !fixedAtTheEnds(golden)
        && WITHOUT_EFFECT_ON_SCORES.containsAll(options.keySet());
  }

  /** A forced token is recorded with a log-probability of 0. */
  private static boolean fixedAtTheEnds(Case golden) {
    return IntStream.range(0, golden.generated().size())
        .anyMatch(row -> Arrays.stream(golden.logProbabilities(row)).anyMatch(value -> value == 0));
  }

  private static int[] ids(Score score) {
    return score.tokens().stream().mapToInt(Score.ScoredToken::id).toArray();
  }

  private static double[] logProbabilities(Score score) {
    return score.tokens().stream().mapToDouble(Score.ScoredToken::logProbability).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "gpt2-tiny-legacy", "llama-tiny-gqa", "gpt2-tiny-nocache"})
  void a_text_scores_every_token_but_its_first(String fixture) {
    try (Generator generator = Generator.open(Goldens.config(fixture).build())) {
      int[] ids = {11, 45, 200, 3, 77, 130};
      Score whole = generator.score(Input.tokens(ids));
      assertThat(ids(whole)).containsExactly(45, 200, 3, 77, 130);
      for (int split = 1; split < ids.length; split++) {
        Score rest =
            generator.score(
                Input.tokens(Arrays.copyOf(ids, split)),
                Input.tokens(Arrays.copyOfRange(ids, split, ids.length)));
        assertThat(logProbabilities(rest))
            .containsExactly(
                Arrays.copyOfRange(logProbabilities(whole), split - 1, ids.length - 1),
                within(1e-4));
      }
      assertThat(generator.score(Input.tokens(11)).tokens()).isEmpty();
    }
  }

  @Test
  void likelihood_cross_entropy_and_perplexity_belong_together() {
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      Score score = generator.score(Input.tokens(5, 6), Input.tokens(7, 8, 9));
      double sum = Arrays.stream(logProbabilities(score)).sum();
      assertThat(score.logLikelihood()).isCloseTo(sum, within(1e-9)).isNegative();
      assertThat(score.crossEntropy()).isCloseTo(-sum / 3, within(1e-9));
      assertThat(score.perplexity()).isCloseTo(Math.exp(-sum / 3), within(1e-6)).isGreaterThan(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"t5-tiny,0", "bart-tiny,1", "marian-tiny,399", "lstm-seq2seq-tiny,0", "llama-tiny,0"})
  void padding_behind_a_target_is_ignored(String fixture, int pad) {
    try (Generator generator = Generator.open(Goldens.config(fixture).build())) {
      Input input = Input.tokens(15, 16, 17);
      Score plain = generator.score(input, Input.tokens(20, 21, 2));
      Score padded = generator.score(input, Input.tokens(20, 21, 2, pad, pad, pad));
      assertThat(padded).isEqualTo(plain);
      assertThat(ids(plain)).containsExactly(20, 21, 2);
      assertThat(generator.score(input, Input.tokens(pad, pad)).tokens()).isEmpty();
    }
  }

  @Test
  void the_end_token_counts_even_where_it_is_the_padding() {
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      assertThat(ids(generator.score(Input.tokens(5), Input.tokens(20, 0)))).containsExactly(20, 0);
    }
  }

  @Test
  void given_ids_are_scored_even_where_they_begin_with_the_start_token() {
    try (Generator generator = Generator.open(Goldens.config("bart-tiny").build())) {
      Score score = generator.score(Input.tokens(15, 16, 17), Input.tokens(2, 20, 21));
      assertThat(ids(score)).containsExactly(2, 20, 21);
    }
  }

  @Test
  void a_target_text_is_read_by_the_target_tokenizer() {
    try (Generator generator = Generator.open(Folders.sample("g2p-transformer"))) {
      Input word = Input.text("eloquent");
      Score right = generator.score(word, Input.text("EH1 L AH0 K W AH0 N T"));
      Score wrong = generator.score(word, Input.text("K AE1 T"));
      assertThat(right.tokens()).hasSizeBetween(8, 10);
      assertThat(right.perplexity()).isLessThan(2);
      assertThat(wrong.perplexity()).isGreaterThan(10);
    }
  }
}
