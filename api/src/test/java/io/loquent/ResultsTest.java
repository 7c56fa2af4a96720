package io.loquent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Score.ScoredToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTest {

  private static final Timings TIMINGS = new Timings(Duration.ofMillis(1), Duration.ofMillis(2));
  private static final Usage USAGE = new Usage(3, 0, 2, 2);

  @Test
  void a_score_is_the_sum_and_the_mean_of_its_log_probabilities() {
    // Probabilities 1/2, 1/4 and 1/8: the product is 1/64, the geometric mean 1/4.
    Score score =
        new Score(
            List.of(
                new ScoredToken(1, Math.log(0.5)),
                new ScoredToken(2, Math.log(0.25)),
                new ScoredToken(3, Math.log(0.125))));
    assertThat(score.logLikelihood()).isCloseTo(Math.log(1.0 / 64), within(1e-12));
    assertThat(score.crossEntropy()).isCloseTo(Math.log(4), within(1e-12));
    assertThat(score.perplexity()).isCloseTo(4, within(1e-12));
  }

  @Test
  void certain_tokens_have_perplexity_one() {
    Score score = new Score(List.of(new ScoredToken(1, 0), new ScoredToken(2, 0)));
    assertThat(score.perplexity()).isEqualTo(1);
  }

  @Test
  void an_impossible_token_makes_the_perplexity_infinite() {
    Score score = new Score(List.of(new ScoredToken(1, Double.NEGATIVE_INFINITY)));
    assertThat(score.perplexity()).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void a_score_of_nothing_has_no_mean() {
    Score score = new Score(List.of());
    assertThat(score.logLikelihood()).isZero();
    assertThat(score.crossEntropy()).isNaN();
    assertThat(score.perplexity()).isNaN();
  }

  @Test
  void a_result_has_at_least_one_candidate() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GenerationResult(List.of(), USAGE, TIMINGS))
        .withMessageContaining("candidates is empty");
  }

  @Test
  void the_first_candidate_is_the_best() {
    Candidate best = candidate("one", 5, 6);
    GenerationResult result =
        new GenerationResult(List.of(best, candidate("two", 7)), USAGE, TIMINGS);
    assertThat(result.best()).isSameAs(best);
    assertThat(result.text()).isEqualTo("one");
    assertThat(result.best().ids()).containsExactly(5, 6);
  }

  @Test
  void results_do_not_follow_changes_of_their_lists() {
    Candidate expected = candidate("x", 1);
    List<Token> tokens = new ArrayList<>(expected.tokens());
    Candidate candidate = new Candidate("x", tokens, expected.score(), expected.finishReason());
    List<Candidate> candidates = new ArrayList<>(List.of(candidate));
    GenerationResult result = new GenerationResult(candidates, USAGE, TIMINGS);
    tokens.clear();
    candidates.clear();
    assertThat(result.best().ids()).containsExactly(1);
    result.best().ids()[0] = 9;
    assertThat(result.best().ids()).containsExactly(1);
    assertThat(result).isEqualTo(new GenerationResult(List.of(expected), USAGE, TIMINGS));
  }

  @Test
  void a_bias_and_a_decay_are_checked_when_made() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> new SequenceBias(List.of(), 1))
        .withMessageContaining("at least one token id");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> new SequenceBias(List.of(-1), 1));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> new SequenceBias(List.of(1), Double.NaN));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> new ExponentialDecay(-1, 1.1))
        .withMessageContaining("exponential_decay_length_penalty");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> new ExponentialDecay(0, Double.NaN));
  }

  @Test
  void a_sequence_gives_its_generated_part() {
    int[] ids = {4, 5, 6, 7};
    TokenSequence sequence =
        new TokenSequence() {
          @Override
          public int length() {
            return ids.length;
          }

          @Override
          public int promptLength() {
            return 1;
          }

          @Override
          public int get(int index) {
            return ids[index];
          }
        };
    assertThat(sequence.generatedLength()).isEqualTo(3);
    assertThat(sequence.generated()).containsExactly(5, 6, 7);
  }

  private static Candidate candidate(String text, int... ids) {
    List<Token> tokens = new ArrayList<>();
    for (int id : ids) {
      tokens.add(new Token(tokens.size(), id, "", -1, -1, List.of()));
    }
    return new Candidate(text, tokens, -1.0 * ids.length, FinishReason.END_OF_SEQUENCE);
  }
}
