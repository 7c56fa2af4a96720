package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Draws follow their distributions. Seeds are fixed; a sampler that is right fails a test with a
 * probability of one in a million or less.
 */
class RaceTest {

  private static final int DRAWS = 200_000;

  @Test
  void draws_follow_the_softmax() {
    double[] weights = {0.4, 0, 0.001, 0.2, 0.2, 0.05, 0.1, 0.049};
    int[] counts = new int[weights.length];
    Sampler sampler = new Sampler(17);
    PossibleTokens possible = started(logarithms(weights));
    for (int position = 0; position < DRAWS; position++) {
      counts[sampler.draw(possible, 2, position)]++;
    }
    assertThat(counts[1]).isZero();
    assertThat(gStatistic(counts, weights)).isLessThan(limit(6));
    // The test can tell: a slightly different distribution fails it.
    double[] other = weights.clone();
    other[0] += 0.01;
    other[3] -= 0.01;
    assertThat(gStatistic(counts, other)).isGreaterThan(limit(6));
  }

  @Test
  void draws_are_the_same_in_every_version_and_with_the_vector_api() {
    float[] scores = new float[5000];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = (id * 31 % 97) / 10f;
    }
    Sampler sampler = new Sampler(42);
    PossibleTokens narrowed = started(scores);
    new Temperature(0.7).warp(FixedTokens.prompt(1), 0, narrowed);
    new TopP(0.6, 1).warp(FixedTokens.prompt(1), 0, narrowed);
    int[] all = new int[6];
    int[] few = new int[6];
    for (int position = 0; position < all.length; position++) {
      all[position] = sampler.draw(started(scores), 0, position);
      few[position] = sampler.draw(narrowed, 0, position);
    }
    assertThat(all).containsExactly(1026, 1367, 801, 3726, 4972, 584);
    assertThat(few).containsExactly(1142, 3833, 801, 1189, 4972, 3714);
  }

  @Test
  void draws_from_a_large_vocabulary_follow_the_softmax() {
    Random random = new Random(4);
    float[] scores = new float[20_000];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = (float) (random.nextGaussian() * 2.4);
    }
    PossibleTokens possible = started(scores);
    double[] cells = new double[40];
    for (int id = 0; id < scores.length; id++) {
      cells[cell(scores[id])] += Math.exp(scores[id] - possible.logSumExp());
    }
    int[] counts = new int[cells.length];
    Sampler sampler = new Sampler(23);
    for (int position = 0; position < 20_000; position++) {
      counts[cell(scores[sampler.draw(possible, 0, position)])]++;
    }
    assertThat(gStatistic(counts, cells)).isLessThan(limit(39));
  }

  /** By score, so that rare and frequent tokens are told apart; few cells are nearly empty. */
  private static int cell(float score) {
    return (int) Math.max(0, Math.min(39, (score + 2) * 4));
  }

  @Test
  void a_list_draws_as_the_vocabulary_that_it_was_made_from() {
    Random random = new Random(4);
    float[] scores = new float[3000];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = (float) (random.nextGaussian() * 3);
    }
    Sampler sampler = new Sampler(1);
    for (int position = 0; position < 200; position++) {
      PossibleTokens list = started(scores);
      new TopK(20, scores.length).warp(FixedTokens.prompt(1), 0, list);
      float[] written = new float[scores.length];
      list.writeTo(written);
      assertThat(sampler.draw(list, 0, position))
          .isEqualTo(sampler.draw(started(written), 0, position));
    }
  }

  @Test
  void the_first_is_found_as_without_any_shortcut() {
    Random random = new Random(9);
    for (int position = 0; position < 300; position++) {
      float[] scores = new float[1 + random.nextInt(4000)];
      double deviation = Math.exp(random.nextGaussian() * 2);
      for (int id = 0; id < scores.length; id++) {
        scores[id] = (float) (random.nextGaussian() * deviation);
      }
      long key = CounterRandom.key(5, 3, position, CounterRandom.TOKEN);
      int first = -1;
      double least = Double.POSITIVE_INFINITY;
      double max = started(scores).max();
      for (int id = 0; id < scores.length; id++) {
        double exponential = -Math.log1p(-CounterRandom.bits(key, id) * 0x1p-53);
        double time = exponential / Math.exp(scores[id] - max);
        if (time < least) {
          least = time;
          first = id;
        }
      }
      assertThat(new Sampler(5).draw(started(scores), 3, position)).isEqualTo(first);
    }
  }

  @Test
  void draws_without_replacement_come_in_the_order_of_drawing_one_after_another() {
    double[] weights = {0.1, 0.2, 0.3, 0.4};
    float[][] scores = {logarithms(new double[] {0.1, 0.2}), logarithms(new double[] {0.03, 0.04})};
    double[] bases = {0, Math.log(10)};
    Sampler sampler = new Sampler(31);
    int[] beams = new int[3];
    int[] ids = new int[3];
    int[] counts = new int[64];
    for (int position = 0; position < DRAWS; position++) {
      assertThat(sampler.drawDistinct(scores, bases, 2, 3, position, beams, ids)).isEqualTo(3);
      counts[16 * token(beams, ids, 0) + 4 * token(beams, ids, 1) + token(beams, ids, 2)]++;
    }
    double[] orders = new double[64];
    for (int order = 0; order < 64; order++) {
      orders[order] = probability(weights, order / 16, order / 4 % 4, order % 4);
    }
    assertThat(gStatistic(counts, orders)).isLessThan(limit(23));
  }

  private static int token(int[] beams, int[] ids, int rank) {
    return 2 * beams[rank] + ids[rank];
  }

  /** Drawn one after another, each from what is left. */
  private static double probability(double[] weights, int first, int second, int third) {
    if (first == second || first == third || second == third) {
      return 0;
    }
    double afterFirst = 1 - weights[first];
    double afterSecond = afterFirst - weights[second];
    return weights[first] * weights[second] / afterFirst * weights[third] / afterSecond;
  }

  @Test
  void similar_distributions_mostly_give_the_same_token() {
    double[] one = {0.1, 0.2, 0.3, 0.4};
    double[] other = {0.2, 0.25, 0.25, 0.3};
    double distance = 0.15;
    PossibleTokens ofOne = started(logarithms(one));
    PossibleTokens ofOther = started(logarithms(other));
    Sampler sampler = new Sampler(2);
    int equal = 0;
    for (int position = 0; position < DRAWS; position++) {
      if (sampler.draw(ofOne, 0, position) == sampler.draw(ofOther, 0, position)) {
        equal++;
      }
    }
    // Five standard deviations below the bound.
    double bound = (1 - distance) / (1 + distance);
    assertThat((double) equal / DRAWS).isGreaterThan(bound - 5 * 0.5 / Math.sqrt(DRAWS));
  }

  private static PossibleTokens started(float[] scores) {
    PossibleTokens possible = new PossibleTokens();
    possible.start(scores);
    return possible;
  }

  private static float[] logarithms(double[] weights) {
    float[] scores = new float[weights.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) Math.log(weights[i]);
    }
    return scores;
  }

  /**
   * The likelihood ratio statistic, chi-square distributed; infinite if the impossible happened.
   */
  private static double gStatistic(int[] counts, double[] probabilities) {
    int total = Arrays.stream(counts).sum();
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        sum += 2 * counts[i] * Math.log(counts[i] / (total * probabilities[i]));
      }
    }
    return sum;
  }

  /** What a chi-square variable exceeds once in a million (Wilson and Hilferty 1931). */
  private static double limit(int degrees) {
    double normal = 4.7534;
    double variance = 2.0 / (9 * degrees);
    return degrees * Math.pow(1 - variance + normal * Math.sqrt(variance), 3);
  }
}
