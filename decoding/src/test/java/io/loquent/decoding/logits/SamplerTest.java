package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.InferenceException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SamplerTest {

  private static final float IMPOSSIBLE = Float.NEGATIVE_INFINITY;
  private static final int DRAWS = 100_000;

  @Test
  void draws_tokens_as_often_as_they_are_probable() {
    float[] scores = logits(0.1, 0, 0.5, 0.15, 0.25);
    Sampler sampler = new Sampler(1);
    int[] counts = new int[scores.length];
    for (int position = 0; position < DRAWS; position++) {
      counts[draw(sampler, scores, 0, position)]++;
    }
    assertThat(counts[1]).isZero();
    assertShare(counts[0], 0.1);
    assertShare(counts[2], 0.5);
    assertShare(counts[3], 0.15);
    assertShare(counts[4], 0.25);
  }

  @Test
  void draws_the_same_token_for_the_same_key_whatever_was_drawn_before() {
    float[] scores = logits(1, 1, 1, 1, 1, 1, 1, 1);
    Sampler used = new Sampler(3);
    for (int position = 0; position < 100; position++) {
      draw(used, scores, 1, position);
    }
    for (int position = 0; position < 100; position++) {
      assertThat(draw(used, scores, 0, position))
          .isEqualTo(draw(new Sampler(3), scores, 0, position));
    }
  }

  @Test
  void does_not_care_about_a_constant_added_to_all_scores() {
    float[] scores = {1, 2, 3, 4};
    float[] shifted = {1001, 1002, 1003, 1004};
    Sampler sampler = new Sampler(3);
    for (int position = 0; position < 1000; position++) {
      assertThat(draw(sampler, shifted, 0, position)).isEqualTo(draw(sampler, scores, 0, position));
    }
  }

  @Test
  void never_draws_an_impossible_token_at_either_end() {
    float[] scores = logits(0, 1e-30, 0, 1, 0, 1e-30, 0);
    Sampler sampler = new Sampler(5);
    for (int position = 0; position < DRAWS; position++) {
      assertThat(draw(sampler, scores, 0, position)).isIn(1, 3, 5);
    }
  }

  @Test
  void draws_the_only_possible_token() {
    assertThat(draw(new Sampler(0), logits(0, 0, 1, 0), 0, 0)).isEqualTo(2);
  }

  @Test
  void refuses_scores_that_leave_nothing_to_draw() {
    assertThatThrownBy(() -> draw(new Sampler(0), logits(0, 0), 0, 0))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("no token can be chosen");
    assertThatThrownBy(() -> draw(new Sampler(0), new float[] {0, Float.NaN}, 0, 0))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("NaN");
  }

  @Test
  void draws_distinct_tokens_of_several_beams_one_after_another() {
    // Weights 1, 2 | 3, 4 of 10; the base of the second beam makes them so.
    float[][] scores = {logits(1, 2, 0), logits(0.3, 0.4, 0)};
    double[] bases = {0, Math.log(10)};
    Sampler sampler = new Sampler(9);
    int[] beams = new int[2];
    int[] ids = new int[2];
    int[] first = new int[4];
    int secondAfterLargest = 0;
    for (int position = 0; position < DRAWS; position++) {
      assertThat(sampler.drawDistinct(scores, bases, 2, 2, position, beams, ids)).isEqualTo(2);
      assertThat(2 * beams[0] + ids[0]).isNotEqualTo(2 * beams[1] + ids[1]);
      first[2 * beams[0] + ids[0]]++;
      if (beams[0] == 1 && ids[0] == 1 && beams[1] == 1) {
        secondAfterLargest++;
      }
    }
    assertShare(first[0], 0.1);
    assertShare(first[1], 0.2);
    assertShare(first[2], 0.3);
    assertShare(first[3], 0.4);
    assertShare(secondAfterLargest, 0.4 * 0.5);
  }

  @Test
  void draws_fewer_where_there_are_no_more() {
    int[] beams = new int[5];
    int[] ids = new int[5];
    float[][] scores = {logits(0, 1, 1), logits(1, 1, 1)};
    int drawn = new Sampler(1).drawDistinct(scores, new double[] {0, -1e9}, 2, 5, 0, beams, ids);
    assertThat(drawn).isEqualTo(2);
    assertThat(Arrays.copyOf(beams, 2)).containsExactly(0, 0);
    assertThat(Arrays.copyOf(ids, 2)).containsExactlyInAnyOrder(1, 2);
  }

  private static void assertShare(int count, double probability) {
    assertThat((double) count / DRAWS).isCloseTo(probability, within(0.008));
  }

  private static int draw(Sampler sampler, float[] scores, int row, int position) {
    PossibleTokens possible = new PossibleTokens();
    possible.start(scores);
    return sampler.draw(possible, row, position);
  }

  private static float[] logits(double... probabilities) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = probabilities[i] == 0 ? IMPOSSIBLE : (float) Math.log(probabilities[i]);
    }
    return logits;
  }
}
