package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.InferenceException;
import io.loquent.TokenSequence;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WarpersTest {

  private static final float IMPOSSIBLE = Float.NEGATIVE_INFINITY;

  @Test
  void top_k_keeps_ties() {
    assertThat(kept(new TopK(2, 5), 3, 1, 2, 2, 0)).containsExactly(0, 2, 3);
    assertThat(kept(new TopK(9, 5), 3, 1, 2, 2, 0)).hasSize(5);
    assertThat(kept(new TopK(3, 4), 3, IMPOSSIBLE, 2, IMPOSSIBLE)).containsExactly(0, 2);
  }

  @Test
  void top_p_keeps_the_token_that_reaches_p() {
    float[] scores = logits(0.1, 0.4, 0.2, 0.3);
    assertThat(kept(new TopP(0.39, 1), scores)).containsExactly(1);
    assertThat(kept(new TopP(0.41, 1), scores)).containsExactly(1, 3);
    assertThat(kept(new TopP(0.75, 1), scores)).containsExactly(1, 2, 3);
    assertThat(kept(new TopP(0.95, 1), scores)).hasSize(4);
    assertThat(kept(new TopP(0, 1), scores)).containsExactly(1);
    assertThat(kept(new TopP(0, 3), scores)).containsExactly(1, 2, 3);
  }

  @Test
  void top_p_keeps_higher_ids_of_equal_tokens() {
    assertThat(kept(new TopP(0.49, 1), 1, 1, 1, 1)).containsExactly(2, 3);
  }

  @Test
  void min_p_compares_with_the_most_probable_token() {
    float[] scores = logits(0.5, 0.26, 0.14, 0.1);
    assertThat(kept(new MinP(0.5, new ScoreFloor(1)), scores)).containsExactly(0, 1);
    assertThat(kept(new MinP(0.25, new ScoreFloor(1)), scores)).containsExactly(0, 1, 2);
    assertThat(kept(new MinP(1, new ScoreFloor(1)), scores)).containsExactly(0);
    assertThat(kept(new MinP(1, new ScoreFloor(2)), scores)).containsExactly(0, 1);
  }

  @Test
  void top_n_sigma_measures_from_the_highest_score() {
    // The mean is 2. What is impossible does not count.
    float[] scores = {5, 3, 0, IMPOSSIBLE, 1, 1};
    double deviation = Math.sqrt((9 + 1 + 4 + 1 + 1) / 5.0);
    assertThat(kept(new TopNSigma(0.99 * 2 / deviation, new ScoreFloor(1)), scores))
        .containsExactly(0);
    assertThat(kept(new TopNSigma(1.01 * 2 / deviation, new ScoreFloor(1)), scores))
        .containsExactly(0, 1);
    assertThat(kept(new TopNSigma(1.01 * 4 / deviation, new ScoreFloor(1)), scores))
        .containsExactly(0, 1, 4, 5);
    assertThat(kept(new TopNSigma(100, new ScoreFloor(1)), scores)).containsExactly(0, 1, 2, 4, 5);
  }

  @Test
  void top_n_sigma_keeps_the_same_tokens_at_every_temperature() {
    float[] scores = {5, 3.2f, 0.1f, -2, 1.4f, 1};
    float[] hot = scores.clone();
    warp(new Temperature(3), FixedTokens.prompt(1), 0, hot);
    assertThat(kept(new TopNSigma(1, new ScoreFloor(1)), hot))
        .isEqualTo(kept(new TopNSigma(1, new ScoreFloor(1)), scores));
  }

  @Test
  void temperature_near_zero_leaves_the_most_probable_token() {
    float[] scores = {1, 3, 2, IMPOSSIBLE};
    warp(new Temperature(1e-40), FixedTokens.prompt(1), 0, scores);
    assertThat(scores).containsExactly(IMPOSSIBLE, 0, IMPOSSIBLE, IMPOSSIBLE);
  }

  @Test
  void temperature_near_zero_leaves_it_below_zero_too() {
    float[] scores = {-3, -1, IMPOSSIBLE, -2};
    warp(new Temperature(1e-40), FixedTokens.prompt(1), 0, scores);
    assertThat(scores).containsExactly(IMPOSSIBLE, 0, IMPOSSIBLE, IMPOSSIBLE);
  }

  @Test
  void xtc_drops_all_top_choices_but_the_least_probable() {
    ExcludeTopChoices always = new ExcludeTopChoices(1, 0.15, 1, 0);
    assertThat(kept(always, logits(0.1, 0.4, 0.2, 0.3))).containsExactly(0, 2);
    assertThat(kept(always, logits(0.1, 0.7, 0.1, 0.1))).hasSize(4);
    assertThat(kept(always, logits(0.05, 0.25, 0.25, 0.45))).containsExactly(0, 2);
    assertThat(kept(new ExcludeTopChoices(1, 0, 1, 0), logits(0.1, 0.4, 0, 0.5)))
        .containsExactly(0);
  }

  @Test
  void xtc_leaves_as_many_tokens_as_must_be_kept() {
    assertThat(kept(new ExcludeTopChoices(1, 0.15, 3, 0), logits(0.1, 0.4, 0.2, 0.3))).hasSize(4);
  }

  @Test
  void xtc_acts_as_often_as_it_should_and_reproducibly() {
    int dropped = 0;
    for (int i = 0; i < 4000; i++) {
      FixedTokens tokens = FixedTokens.generated(new int[i / 4]);
      float[] first = logits(0.5, 0.5);
      float[] second = logits(0.5, 0.5);
      warp(new ExcludeTopChoices(0.3, 0.1, 1, 11), tokens, i % 4, first);
      warp(new ExcludeTopChoices(0.3, 0.1, 1, 11), tokens, i % 4, second);
      assertThat(first).containsExactly(second);
      if (first[0] == IMPOSSIBLE) {
        dropped++;
      }
    }
    assertThat(dropped / 4000.0).isCloseTo(0.3, within(0.03));
  }

  @Test
  void all_survive_scores_that_are_all_impossible() {
    for (Warper warper :
        List.of(
            new TopK(2, 3),
            new TopP(0.5, 1),
            new MinP(0.5, new ScoreFloor(1)),
            new TopNSigma(1, new ScoreFloor(1)),
            new Typical(0.5, 1),
            new EpsilonCutoff(0.5, new ScoreFloor(1)),
            new EtaCutoff(0.5, new ScoreFloor(1)),
            new ExcludeTopChoices(1, 0.1, 1, 0),
            new Temperature(0.5))) {
      assertThat(kept(warper, IMPOSSIBLE, IMPOSSIBLE, IMPOSSIBLE)).isEmpty();
    }
  }

  @Test
  void none_hides_a_score_that_is_not_a_number() {
    for (Warper warper :
        List.of(
            new TopK(200, 300),
            new TopP(0.5, 1),
            new MinP(0.5, new ScoreFloor(1)),
            new TopNSigma(1, new ScoreFloor(2)),
            new Typical(0.5, 1),
            new EpsilonCutoff(0.5, new ScoreFloor(1)),
            new EtaCutoff(0.5, new ScoreFloor(2)),
            new ExcludeTopChoices(1, 0.1, 1, 0),
            new Temperature(0.5))) {
      assertThatThrownBy(() -> kept(warper, 1, 2, Float.NaN, 3))
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("token 2");
    }
  }

  @Property
  void top_p_agrees_with_sorting(
      @ForAll @Size(min = 1, max = 40) List<@IntRange(min = -9, max = 9) Integer> halves,
      @ForAll @DoubleRange(max = 0.99) double mass,
      @ForAll @IntRange(min = 1, max = 3) int tokensToKeep) {
    float[] scores = scores(halves);
    Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
    Arrays.sort(
        order, Comparator.<Integer>comparingDouble(id -> -scores[id]).thenComparing(id -> -id));
    double logSum = LogProbabilities.logSumExp(scores);
    double sum = 0;
    int count = 0;
    while (count < order.length && (count < tokensToKeep || sum < mass)) {
      sum += Math.exp(scores[order[count]] - logSum);
      count++;
    }
    int[] expected = Arrays.stream(order, 0, count).mapToInt(id -> id).sorted().toArray();
    assertThat(kept(new TopP(mass, tokensToKeep), scores)).containsExactly(expected);
  }

  @Property
  void typical_agrees_with_sorting(
      @ForAll @Size(min = 1, max = 40) List<@IntRange(min = -9, max = 9) Integer> halves,
      @ForAll @DoubleRange(min = 0.01, max = 0.99) double mass,
      @ForAll @IntRange(min = 1, max = 3) int tokensToKeep) {
    float[] scores = scores(halves);
    double logSum = LogProbabilities.logSumExp(scores);
    double entropy = entropy(scores, logSum);
    double[] distances = new double[scores.length];
    for (int id = 0; id < scores.length; id++) {
      distances[id] = Math.abs(logSum - scores[id] - entropy);
    }
    Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(id -> distances[id]));
    int last = 0;
    double sum = Math.exp(scores[order[0]] - logSum);
    while (sum < mass && last < order.length - 1) {
      last++;
      sum += Math.exp(scores[order[last]] - logSum);
    }
    double furthest = distances[order[last]];
    int[] expected =
        IntStream.range(0, order.length)
            .filter(rank -> rank < tokensToKeep || distances[order[rank]] <= furthest)
            .map(rank -> order[rank])
            .sorted()
            .toArray();
    assertThat(kept(new Typical(mass, tokensToKeep), scores)).containsExactly(expected);
  }

  private static double entropy(float[] scores, double logSum) {
    double entropy = 0;
    for (float score : scores) {
      entropy -= Math.exp(score - logSum) * (score - logSum);
    }
    return entropy;
  }

  private static float[] scores(List<Integer> halves) {
    float[] scores = new float[halves.size()];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = halves.get(id) / 2f;
    }
    return scores;
  }

  private static int[] kept(Warper warper, float... scores) {
    float[] warped = scores.clone();
    warp(warper, FixedTokens.prompt(1), 0, warped);
    return possible(warped);
  }

  private static void warp(Warper warper, TokenSequence tokens, int row, float[] scores) {
    PossibleTokens possible = new PossibleTokens();
    possible.start(scores);
    warper.warp(tokens, row, possible);
    possible.writeTo(scores);
  }

  private static int[] possible(float[] scores) {
    return IntStream.range(0, scores.length).filter(id -> scores[id] != IMPOSSIBLE).toArray();
  }

  private static float[] logits(double... probabilities) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(probabilities[i]);
    }
    return logits;
  }
}
