package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Filters keep what their definitions keep, which sort the whole vocabulary: on random scores and
 * on those that are meant to trip up a selection. Each filter also runs behind others, where it
 * works on a short list; and on scores that are not copied, where it gives the same bits.
 */
class FilterEqualityTest {

  private static final float IMPOSSIBLE = Float.NEGATIVE_INFINITY;
  private static final int LARGE = 100_000;

  private final Random random = new Random(11);

  /** Scores under a name. */
  private static final class Case {
    private final String name;
    private final float[] scores;

    Case(String name, float[] scores) {
      this.name = name;
      this.scores = scores;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> cases() {
    Random random = new Random(3);
    List<Case> cases = new ArrayList<>();
    for (int size : new int[] {1, 2, 50, 1025, 5000}) {
      for (double deviation : new double[] {0.01, 2.4, 6, 300}) {
        cases.add(new Case(size + " of " + deviation, gaussian(random, size, deviation)));
      }
      float[] ties = gaussian(random, size, 2);
      for (int i = 0; i < size; i++) {
        ties[i] = Math.round(ties[i]);
      }
      cases.add(new Case(size + " with ties", ties));
      float[] holes = gaussian(random, size, 3);
      for (int i = 1; i < size; i++) {
        holes[i] = random.nextInt(10) > 0 ? IMPOSSIBLE : holes[i];
      }
      cases.add(new Case(size + " with holes", holes));
      float[] equal = new float[size];
      Arrays.fill(equal, -7.3f);
      cases.add(new Case(size + " equal", equal));
      float[] one = new float[size];
      Arrays.fill(one, IMPOSSIBLE);
      one[size / 2] = -3e38f;
      cases.add(new Case("one of " + size, one));
      float[] oneLane = gaussian(random, size, 1);
      for (int i = 5; i < size; i += LaneLoops.LANES) {
        oneLane[i] += 30;
      }
      cases.add(new Case(size + " with one high lane", oneLane));
      float[] neighbours = new float[size];
      for (int i = 0; i < size; i++) {
        neighbours[i] = 1 + i % 37 * Math.ulp(1f);
      }
      cases.add(new Case(size + " next to each other", neighbours));
    }
    cases.add(new Case("large and flat", gaussian(random, LARGE, 1)));
    cases.add(new Case("large and steep", gaussian(random, LARGE, 8)));
    return cases;
  }

  private static float[] gaussian(Random random, int size, double deviation) {
    float[] scores = new float[size];
    for (int i = 0; i < size; i++) {
      scores[i] = (float) (random.nextGaussian() * deviation);
    }
    return scores;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void top_k_keeps_what_sorting_keeps(Case given) {
    for (int k : new int[] {1, 2, 50, 128, 129, 1500}) {
      int size = given.scores.length;
      check(
          given,
          () -> new TopK(k, size),
          scores -> {
            float[] sorted = scores.clone();
            Arrays.sort(sorted);
            float last = sorted[Math.max(0, size - k)];
            return where(size, id -> scores[id] >= last && scores[id] != IMPOSSIBLE);
          });
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void top_p_keeps_what_sorting_keeps(Case given) {
    for (double mass : new double[] {0, 0.1, 0.5 + random.nextDouble() / 10, 0.9003, 0.99991}) {
      for (int tokensToKeep : new int[] {1, 3}) {
        check(
            given,
            () -> new TopP(mass, tokensToKeep),
            scores -> sortedPrefix(scores, id -> -scores[id], true, mass, tokensToKeep, false));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void typical_keeps_what_sorting_keeps(Case given) {
    for (double mass : new double[] {0.1003, 0.5 + random.nextDouble() / 10, 0.9003}) {
      for (int tokensToKeep : new int[] {1, 3}) {
        check(
            given,
            () -> new Typical(mass, tokensToKeep),
            scores -> {
              PossibleTokens all = started(scores);
              double logSum = all.logSumExp();
              double entropy = all.entropy();
              IntToDoubleFunction distance = id -> Math.abs(logSum - scores[id] - entropy);
              return sortedPrefix(scores, distance, false, mass, tokensToKeep, true);
            });
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void floors_keep_what_comparing_keeps(Case given) {
    for (double value : new double[] {1e-5, 0.01, 0.3}) {
      check(
          given,
          () -> new MinP(value, new ScoreFloor(1)),
          scores -> from(scores, max(scores) + Math.log(value)));
      check(
          given,
          () -> new EpsilonCutoff(value, new ScoreFloor(1)),
          scores -> from(scores, started(scores).logSumExp() + Math.log(value)));
      check(
          given,
          () -> new EtaCutoff(value, new ScoreFloor(1)),
          scores -> {
            double least = Math.log(value) / 2 - started(scores).entropy();
            return from(scores, started(scores).logSumExp() + Math.min(Math.log(value), least));
          });
    }
  }

  /** Checks a filter on a vocabulary, and on what another filter has left of it. */
  private static void check(Case given, Supplier<Warper> warper, Definition definition) {
    float[] first = given.scores.clone();
    assertThat(kept(warper.get(), first)).isEqualTo(definition.kept(given.scores));
    for (Warper before :
        List.of(new Temperature(0.7), new TopK(40, first.length), new TopP(0.8, 1))) {
      float[] narrowed = given.scores.clone();
      kept(before, narrowed);
      PossibleTokens possible = started(given.scores);
      before.warp(FixedTokens.prompt(1), 0, possible);
      warper.get().warp(FixedTokens.prompt(1), 0, possible);
      float[] result = new float[first.length];
      possible.writeTo(result);
      assertThat(where(result.length, id -> result[id] != IMPOSSIBLE))
          .isEqualTo(definition.kept(narrowed));
      PossibleTokens unmoved = startedInPlace(given.scores);
      before.warp(FixedTokens.prompt(1), 0, unmoved);
      warper.get().warp(FixedTokens.prompt(1), 0, unmoved);
      assertEqual(unmoved, possible, result);
    }
  }

  private static void assertEqual(PossibleTokens found, PossibleTokens expected, float[] scores) {
    assertThat(found.logSumExp()).isEqualTo(expected.logSumExp());
    assertThat(found.mostProbable()).isEqualTo(expected.mostProbable());
    assertThat(found.score(scores.length / 2)).isEqualTo(scores[scores.length / 2]);
    float[] result = new float[scores.length];
    found.writeTo(result);
    assertThat(result).isEqualTo(scores);
  }

  private static PossibleTokens startedInPlace(float[] scores) {
    FloatBuffer buffer = FloatBuffer.allocate(scores.length + 5);
    ((Buffer) buffer).position(3);
    buffer.put(scores);
    ((Buffer) buffer).position(3);
    PossibleTokens possible = new PossibleTokens();
    possible.start(buffer, scores.length);
    return possible;
  }

  private static BitSet kept(Warper warper, float[] scores) {
    PossibleTokens possible = started(scores);
    warper.warp(FixedTokens.prompt(1), 0, possible);
    possible.writeTo(scores);
    return where(scores.length, id -> scores[id] != IMPOSSIBLE);
  }

  private static PossibleTokens started(float[] scores) {
    PossibleTokens possible = new PossibleTokens();
    possible.start(scores);
    return possible;
  }

  private static BitSet from(float[] scores, double floor) {
    double lowest = Math.min(floor, max(scores));
    return where(scores.length, id -> scores[id] >= lowest && scores[id] != IMPOSSIBLE);
  }

  private static double max(float[] scores) {
    double max = Double.NEGATIVE_INFINITY;
    for (float score : scores) {
      max = Math.max(max, score);
    }
    return max;
  }

  /** The first tokens in the order of a key until they have a mass; with ties of the last one. */
  private static BitSet sortedPrefix(
      float[] scores,
      IntToDoubleFunction key,
      boolean highIdFirst,
      double mass,
      int tokensToKeep,
      boolean withTies) {
    double logSum = started(scores).logSumExp();
    Comparator<Integer> byId = Comparator.naturalOrder();
    Integer[] order =
        IntStream.range(0, scores.length)
            .filter(id -> scores[id] != IMPOSSIBLE)
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(key::applyAsDouble)
                    .thenComparing(highIdFirst ? byId.reversed() : byId))
            .toArray(Integer[]::new);
    double sum = 0;
    double furthest = Double.NEGATIVE_INFINITY;
    int count = 0;
    while (count < order.length && (count < tokensToKeep || sum < mass)) {
      if (sum < mass) {
        furthest = key.applyAsDouble(order[count]);
      }
      sum += Math.exp(scores[order[count]] - logSum);
      count++;
    }
    BitSet kept = new BitSet();
    for (int rank = 0; rank < order.length; rank++) {
      if (rank < count || (withTies && key.applyAsDouble(order[rank]) <= furthest)) {
        kept.set(order[rank]);
      }
    }
    return kept;
  }

  private static BitSet where(int size, IntPredicate condition) {
    BitSet ids = new BitSet();
    IntStream.range(0, size).filter(condition).forEach(ids::set);
    return ids;
  }

  /** What a filter is defined to keep. */
  private interface Definition {
    BitSet kept(float[] scores);
  }
}
