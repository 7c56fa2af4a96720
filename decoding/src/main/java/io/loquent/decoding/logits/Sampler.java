package io.loquent.decoding.logits;

import com.google.common.primitives.Doubles;
import com.google.common.primitives.Ints;
import io.loquent.InferenceException;

/**
 * Draws tokens at random with the probabilities that scores stand for (their softmax). A token of
 * probability 0 is never drawn. Reuses its buffers; confined to one thread.
 *
 * <p>Every draw takes one number of {@link CounterRandom}, and goes through the tokens in the order
 * of their ids until their summed probability exceeds it: small differences between scores, as
 * between processors or batch sizes, rarely change the outcome.
 */
public final class Sampler {

  private final long seed;

  /** What can be drawn, in order: relative probability, row and id. */
  private double[] weights = new double[0];

  private int[] rows = new int[0];
  private int[] ids = new int[0];
  private int size;

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
   * @param scores {@code [vocabulary]} processed scores, not changed; need not be normalized
   * @param row which of the request's sequences it continues
   * @param position how many tokens that sequence has generated
   * @return the token's id
   * @throws InferenceException if a score is NaN or positive infinity, or all are negative infinity
   */
  public int draw(float[] scores, int row, int position) {
    double max = LogProbabilities.max(scores);
    if (max == Double.NEGATIVE_INFINITY) {
      throw LogProbabilities.noneLeft(scores.length);
    }
    size = 0;
    collect(row, scores, -max);
    return ids[pick(CounterRandom.uniform(seed, row, position, CounterRandom.TOKEN))];
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
    size = 0;
    for (int beam = 0; beam < beams; beam++) {
      collect(beam, scores[beam], bases[beam] - max);
    }
    int drawn = 0;
    while (drawn < count && size > 0) {
      int index = pick(CounterRandom.uniform(seed, 0, position, CounterRandom.DRAWS + drawn));
      drawnBeams[drawn] = rows[index];
      drawnIds[drawn] = ids[index];
      drawn++;
      remove(index);
    }
    return drawn;
  }

  private void collect(int row, float[] scores, double base) {
    for (int id = 0; id < scores.length; id++) {
      double weight = scores[id] == Float.NEGATIVE_INFINITY ? 0 : Math.exp(scores[id] + base);
      if (weight > 0) {
        if (size == weights.length) {
          grow();
        }
        weights[size] = weight;
        rows[size] = row;
        ids[size] = id;
        size++;
      }
    }
  }

  private void grow() {
    int more = Math.max(1024, size);
    weights = Doubles.ensureCapacity(weights, size + 1, more);
    rows = Ints.ensureCapacity(rows, size + 1, more);
    ids = Ints.ensureCapacity(ids, size + 1, more);
  }

  /** Returns the first index whose summed weight exceeds the given part of the whole. */
  private int pick(double uniform) {
    double total = 0;
    for (int i = 0; i < size; i++) {
      total += weights[i];
    }
    double target = uniform * total;
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += weights[i];
      if (sum > target) {
        return i;
      }
    }
    // The product may round up to the whole.
    return size - 1;
  }

  private void remove(int index) {
    int after = size - index - 1;
    System.arraycopy(weights, index + 1, weights, index, after);
    System.arraycopy(rows, index + 1, rows, index, after);
    System.arraycopy(ids, index + 1, ids, index, after);
    size--;
  }
}
