package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GuidanceTest {

  private static final float IMPOSSIBLE = Float.NEGATIVE_INFINITY;

  @Test
  void moves_away_from_the_negative_prompt() {
    // Probabilities 0.2, 0.8 with the prompt and 0.6, 0.4 with the negative one.
    float[] scores = logits(1, 4);
    Guidance.combine(scores, logits(3, 2), 1.5);
    assertThat((double) scores[0])
        .isCloseTo(1.5 * (Math.log(0.2) - Math.log(0.6)) + Math.log(0.6), within(1e-6));
    assertThat((double) scores[1])
        .isCloseTo(1.5 * (Math.log(0.8) - Math.log(0.4)) + Math.log(0.4), within(1e-6));
  }

  @Test
  void gives_the_plain_log_probabilities_at_scale_one() {
    float[] scores = logits(1, 4);
    Guidance.combine(scores, logits(3, 2), 1);
    assertThat(scores).containsExactly(logits(0.2, 0.8), within(1e-6f));
  }

  @Test
  void gives_those_of_the_other_prompt_at_scale_zero() {
    float[] scores = logits(1, 4);
    Guidance.combine(scores, logits(3, 2), 0);
    assertThat(scores).containsExactly(logits(0.6, 0.4), within(1e-6f));
  }

  @Test
  void never_makes_nan_of_impossible_tokens() {
    float[] scores = {IMPOSSIBLE, IMPOSSIBLE, 0, 0};
    Guidance.combine(scores, new float[] {IMPOSSIBLE, 0, IMPOSSIBLE, 0}, 2);
    assertThat(scores[0]).isEqualTo(IMPOSSIBLE);
    assertThat(scores[1]).isEqualTo(IMPOSSIBLE);
    assertThat(scores[2]).isCloseTo((float) Math.log(0.5), within(1e-6f));
    assertThat(scores[3]).isCloseTo((float) Math.log(0.5), within(1e-6f));
  }

  @Test
  void leaves_the_other_logits_as_they_are() {
    float[] unconditional = logits(3, 2);
    Guidance.combine(logits(1, 4), unconditional, 1.5);
    assertThat(unconditional).containsExactly(logits(3, 2));
  }

  @Test
  void refuses_logits_of_different_vocabularies() {
    assertThatThrownBy(() -> Guidance.combine(new float[2], new float[3], 1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 and 3");
  }

  private static float[] logits(double first, double second) {
    return new float[] {(float) Math.log(first), (float) Math.log(second)};
  }
}
