package io.loquent.decoding.logits;

import io.loquent.InferenceException;
import org.jspecify.annotations.Nullable;

/**
 * Draws tokens at random with the probabilities that scores stand for (their softmax). A token of
 * probability 0 is never drawn. Reuses its buffers; confined to one thread.
 *
 * <p>A draw is a race: token {@code i}, of weight {@code w}, arrives after the time {@code E / w},
 * where {@code E} is exponentially distributed, a function of seed, row, position and token. The
 * first to arrive is drawn with probability {@code w / sum(w)} (the Gumbel-max trick in another
 * form; Maddison, Tarlow and Minka 2014, "A* Sampling"), and the first few are a sample without
 * replacement, in the order of drawing (Efraimidis and Spirakis 2006, "Weighted random sampling
 * with a reservoir"). As {@code E} does not depend on the scores, similar distributions nearly
 * always give the same token under the same key: small differences between processors or batch
 * sizes rarely change the outcome, and the draws from two distributions with the total variation
 * distance {@code d} agree with a probability of at least {@code (1 - d) / (1 + d)}.
 */
public final class Sampler {

  /** More than the relative error of an exponential in single precision. */
  private static final double MARGIN = 1 + 1e-4;

  /** Tokens of less than this weight, the greatest being 1, race last. */
  private static final double LOG_NEAR = -8;

  /** A little more than that weight. */
  private static final double NEAR = Math.exp(LOG_NEAR) * MARGIN;

  private static final double UNIT = 0x1p-53;

  private final long seed;
  private final TopTokens first = new TopTokens(1);
  private TopTokens firstFew = first;
  private final long[] bits = new long[CounterRandom.MOST_NEIGHBOURS];

  /**
   * Creates a sampler.
   *
   * @param seed decides, with row and position, what is drawn
   */
  public Sampler(long seed) {
    this.seed = seed;
  }

  /**
   * Draws a token.
   *
   * @param possible what can be drawn, not changed; scores need not be normalized
   * @param row which of the request's sequences it continues
   * @param position how many tokens that sequence has generated
   * @return the token's id
   * @throws InferenceException if a score is NaN or positive infinity, or all are negative infinity
   */
  public int draw(PossibleTokens possible, int row, int position) {
    double max = possible.max();
    if (max == Double.NEGATIVE_INFINITY) {
      throw possible.noneLeft();
    }
    first.clear();
    race(first, row, possible.scores(), possible.ids(), possible.size(), -max, position);
    return first.id(0);
  }

  /**
   * Draws different tokens one after another, each with its probability among those that are left
   * ({@code torch.multinomial} without replacement), out of all continuations of several beams.
   *
   * @param scores for each beam {@code [vocabulary]} processed scores, not changed
   * @param bases for each beam what is added to its scores
   * @param beams how many entries of {@code scores} and {@code bases} count
   * @param count how many tokens to draw
   * @param position how many tokens the beams have generated
   * @param drawnBeams receives the beams of the drawn tokens, in the order of drawing
   * @param drawnIds receives the ids of the drawn tokens, in the order of drawing
   * @return how many were drawn: fewer than {@code count} if no more have a probability above 0
   * @throws InferenceException if a score is NaN or positive infinity, or all are negative infinity
   */
  public int drawDistinct(
      float[][] scores,
      double[] bases,
      int beams,
      int count,
      int position,
      int[] drawnBeams,
      int[] drawnIds) {
    double max = Double.NEGATIVE_INFINITY;
    for (int beam = 0; beam < beams; beam++) {
      max = Math.max(max, bases[beam] + LogProbabilities.max(scores[beam]));
    }
    if (max == Double.NEGATIVE_INFINITY) {
      throw LogProbabilities.noneLeft(scores[0].length);
    }
    if (firstFew.capacity() != count) {
      firstFew = new TopTokens(count);
    }
    firstFew.clear();
    for (int beam = 0; beam < beams; beam++) {
      race(firstFew, beam, scores[beam], null, scores[beam].length, bases[beam] - max, position);
    }
    firstFew.sort();
    for (int rank = 0; rank < firstFew.size(); rank++) {
      drawnBeams[rank] = firstFew.row(rank);
      drawnIds[rank] = firstFew.id(rank);
    }
    return firstFew.size();
  }

  /**
   * Lets tokens race against those that were first so far.
   *
   * @param base added to the scores to make them logarithms of weights, none above 1
   */
  private void race(
      TopTokens winners,
      int row,
      float[] scores,
      int @Nullable [] ids,
      int size,
      double base,
      int position) {
    long key = CounterRandom.key(seed, row, position, CounterRandom.TOKEN);
    // First those that may well win, so that hardly any of the others is in time.
    float near = (float) (LOG_NEAR - base);
    for (int i = 0; i < size; i++) {
      if (scores[i] >= near) {
        int id = ids == null ? i : ids[i];
        long number = CounterRandom.bits(key, id);
        if (number <= latestBits(winners, 1)) {
          arrive(winners, row, id, number * UNIT, scores[i] + base);
        }
      }
    }
    if (ids == null) {
      raceFar(winners, row, scores, near, base, key);
    } else {
      for (int i = 0; i < size; i++) {
        if (scores[i] < near) {
          long number = CounterRandom.bits(key, ids[i]);
          if (number <= latestBits(winners, NEAR)) {
            arrive(winners, row, ids[i], number * UNIT, scores[i] + base);
          }
        }
      }
    }
  }

  private void raceFar(
      TopTokens winners, int row, float[] scores, float near, double base, long key) {
    for (int from = 0; from < scores.length; from += bits.length) {
      int count = Math.min(bits.length, scores.length - from);
      CounterRandom.bits(key, from, count, bits);
      long latest = latestBits(winners, NEAR);
      for (int i = 0; i < count; i++) {
        if (bits[i] <= latest && scores[from + i] < near) {
          arrive(winners, row, from + i, bits[i] * UNIT, scores[from + i] + base);
          latest = latestBits(winners, NEAR);
        }
      }
    }
  }

  /**
   * Returns the greatest number that is in time for a token of a weight. No exponential number is
   * less than the uniform one that it is made from, so most tokens are known to be too late before
   * any logarithm.
   */
  private static long latestBits(TopTokens winners, double mostWeight) {
    return (long) (-winners.leastToEnter() * mostWeight / UNIT);
  }

  private static void arrive(TopTokens winners, int row, int id, double uniform, double logWeight) {
    float most = PlainLaneLoops.exponential((float) logWeight, 0);
    if (uniform <= -winners.leastToEnter() * MARGIN * most) {
      double weight = Math.exp(logWeight);
      if (weight > 0) {
        // Not infinite, however little the weight is.
        double time = Math.min(-Math.log1p(-uniform) / weight, Double.MAX_VALUE);
        winners.offer(row, id, -time);
      }
    }
  }
}
