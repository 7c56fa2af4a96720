package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.InferenceException;
import io.loquent.decoding.ChosenToken;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogProbabilitiesTest {

  private static final float IMPOSSIBLE = Float.NEGATIVE_INFINITY;

  @Test
  void turns_logits_into_log_probabilities() {
    float[] scores = {(float) Math.log(1), (float) Math.log(2), IMPOSSIBLE, (float) Math.log(5)};
    LogProbabilities.logSoftmax(scores);
    assertThat(scores[0]).isCloseTo((float) Math.log(1 / 8.0), within(1e-6f));
    assertThat(scores[1]).isCloseTo((float) Math.log(2 / 8.0), within(1e-6f));
    assertThat(scores[2]).isEqualTo(IMPOSSIBLE);
    assertThat(scores[3]).isCloseTo((float) Math.log(5 / 8.0), within(1e-6f));
  }

  @Test
  void neither_overflows_nor_underflows() {
    float[] scores = {3e38f, 3e38f, -3e38f};
    assertThat(LogProbabilities.at(scores, 1)).isCloseTo(Math.log(0.5), within(1e-9));
    assertThat(LogProbabilities.logSumExp(new float[] {-2e4f, -2e4f}))
        .isCloseTo(-2e4 + Math.log(2), within(1e-9));
  }

  @Test
  void sums_a_large_vocabulary_precisely() {
    Random random = new Random(1);
    float[] scores = new float[100_000];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) (random.nextGaussian() * 4);
    }
    LogProbabilities.logSoftmax(scores);
    double total = 0;
    for (float score : scores) {
      total += Math.exp(score);
    }
    assertThat(total).isCloseTo(1, within(1e-6));
  }

  @Test
  void leaves_scores_alone_that_are_all_impossible() {
    float[] scores = {IMPOSSIBLE, IMPOSSIBLE};
    LogProbabilities.logSoftmax(scores);
    assertThat(scores).containsExactly(IMPOSSIBLE, IMPOSSIBLE);
    assertThat(LogProbabilities.logSumExp(scores)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(LogProbabilities.at(scores, 0)).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void names_the_token_whose_score_is_nan() {
    assertThatThrownBy(() -> LogProbabilities.logSoftmax(new float[] {1, 2, Float.NaN, 0}))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("token 2 (of 4) is NaN")
        .hasMessageContaining("remove_invalid_values");
  }

  @Test
  void names_the_token_whose_score_is_infinite() {
    assertThatThrownBy(
            () -> LogProbabilities.mostProbable(new float[] {1, Float.POSITIVE_INFINITY}))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("token 1 (of 2) is positive infinity");
  }

  @Test
  void makes_invalid_values_valid() {
    float[] scores = {Float.NaN, Float.POSITIVE_INFINITY, IMPOSSIBLE, 1};
    LogProbabilities.removeInvalidValues(scores);
    assertThat(scores).containsExactly(0, Float.MAX_VALUE, -Float.MAX_VALUE, 1);
    assertThat(LogProbabilities.at(scores, 1)).isZero();
  }

  @Test
  void finds_the_first_of_the_most_probable_tokens() {
    assertThat(LogProbabilities.mostProbable(new float[] {IMPOSSIBLE, -3, -1, -1})).isEqualTo(2);
    assertThat(LogProbabilities.mostProbable(new float[] {5})).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 1024, 5000, 40_000})
  void finds_the_same_in_a_buffer(int size) {
    Random random = new Random(size);
    float[] scores = new float[size];
    for (int i = 0; i < size; i++) {
      scores[i] = Math.round(random.nextGaussian() * 4) / 2f;
    }
    FloatBuffer buffer = FloatBuffer.allocate(size + 7);
    buffer.position(5);
    buffer.put(scores).position(5);
    ChosenToken found = LogProbabilities.mostProbable(buffer, size);
    int id = LogProbabilities.mostProbable(scores);
    double logProbability = scores[id] - LogProbabilities.logSumExp(scores);
    assertThat(found).isEqualTo(new ChosenToken(id, logProbability, logProbability, List.of()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 1024, 1500, 49_152})
  void reads_a_log_probability_off_a_softmax_whose_sum_is_a_little_off(int size) {
    Random random = new Random(size);
    float[] scores = new float[size];
    for (int i = 0; i < size; i++) {
      scores[i] = (float) random.nextGaussian() * 4;
    }
    FloatBuffer buffer = FloatBuffer.allocate(size + 7);
    buffer.position(5);
    double logSum = LogProbabilities.logSumExp(scores);
    for (float score : scores) {
      buffer.put((float) (1.0003 * Math.exp(score - logSum)));
    }
    int id = random.nextInt(size);
    buffer.position(5);
    assertThat(LogProbabilities.ofSoftmax(buffer, size, id))
        .isCloseTo(LogProbabilities.at(scores, id), within(3e-7));
  }

  @Test
  void refuses_the_same_in_a_buffer() {
    assertThatThrownBy(
            () -> LogProbabilities.mostProbable(FloatBuffer.wrap(new float[] {1, Float.NaN}), 2))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("token 1 (of 2) is NaN");
    assertThatThrownBy(
            () ->
                LogProbabilities.mostProbable(
                    FloatBuffer.wrap(new float[] {Float.POSITIVE_INFINITY, 1}), 2))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("token 0 (of 2) is positive infinity");
    assertThatThrownBy(
            () ->
                LogProbabilities.mostProbable(
                    FloatBuffer.wrap(new float[] {3, IMPOSSIBLE, IMPOSSIBLE, 3}, 1, 2), 2))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("all 2 scores are negative infinity");
  }

  @Test
  void says_when_no_token_is_left() {
    assertThatThrownBy(() -> LogProbabilities.mostProbable(new float[] {IMPOSSIBLE, IMPOSSIBLE}))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("all 2 scores are negative infinity");
  }
}
