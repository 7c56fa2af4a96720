package io.loquent.runtime.model;

import java.util.Random;

/**
 * Random queries, keys and values for one run of attention, and what should come of them: causal
 * attention over the positions that the mask admits, in double precision (Vaswani et al., 2017, <a
 * href="https://arxiv.org/abs/1706.03762">arXiv:1706.03762</a>, section 3.2.1).
 */
final class AttentionSample {

  /** Sizes of attention: query heads, heads of keys and values, elements of a head. */
  record Sizes(int heads, int keyHeads, int headSize) {}

  /** Large enough that a cap on the scores shows. */
  private static final float QUERY_DEVIATION = 6;

  final Sizes sizes;
  final int rows;
  final int past;
  final int added;
  private final int[] from;
  private final int[] to;
  private final float[] queries;
  private final float[] keys;
  private final float[] values;

  /**
   * Draws a sample.
   *
   * @param from to each row its first position that is not padding
   * @param to to each row the position after its last that is not padding
   */
  AttentionSample(Sizes sizes, int past, int added, int[] from, int[] to) {
    this.sizes = sizes;
    this.past = past;
    this.added = added;
    this.from = from;
    this.to = to;
    rows = from.length;
    Random random = new Random(31L * past + added);
    queries = normal(random, rows * sizes.heads() * added * sizes.headSize(), QUERY_DEVIATION);
    keys = normal(random, rows * sizes.keyHeads() * total() * sizes.headSize(), 1);
    values = normal(random, rows * sizes.keyHeads() * total() * sizes.headSize(), 1);
  }

  private static float[] normal(Random random, int count, float deviation) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian() * deviation;
    }
    return numbers;
  }

  int total() {
    return past + added;
  }

  /** Queries, {@code [rows, heads, added, headSize]}. */
  float[] queries() {
    return queries;
  }

  float[] pastKeys() {
    return cut(keys, 0, past);
  }

  float[] newKeys() {
    return cut(keys, past, total());
  }

  float[] pastValues() {
    return cut(values, 0, past);
  }

  float[] newValues() {
    return cut(values, past, total());
  }

  /** Some positions of all heads, {@code [rows, keyHeads, to - from, headSize]}. */
  private float[] cut(float[] all, int start, int end) {
    int size = sizes.headSize();
    int heads = rows * sizes.keyHeads();
    float[] result = new float[heads * (end - start) * size];
    for (int head = 0; head < heads; head++) {
      System.arraycopy(
          all,
          (head * total() + start) * size,
          result,
          head * (end - start) * size,
          (end - start) * size);
    }
    return result;
  }

  /** The same numbers with the heads behind the positions: {@code [rows, added, heads * size]}. */
  float[] joined(float[] numbers, int heads) {
    int size = sizes.headSize();
    float[] result = new float[numbers.length];
    for (int row = 0; row < rows; row++) {
      for (int head = 0; head < heads; head++) {
        for (int i = 0; i < added; i++) {
          System.arraycopy(
              numbers,
              ((row * heads + head) * added + i) * size,
              result,
              ((row * added + i) * heads + head) * size,
              size);
        }
      }
    }
    return result;
  }

  boolean isAdmitted(int row, int position) {
    return position >= from[row] && position < to[row];
  }

  /** The largest difference from what should come out, over all positions that are not padding. */
  double error(float[] results, float scale) {
    double largest = 0;
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < added; i++) {
        for (int head = 0; head < sizes.heads() && isAdmitted(row, past + i); head++) {
          double[] expected = expected(row, i, head, scale);
          int start = ((row * added + i) * sizes.heads() + head) * sizes.headSize();
          for (int e = 0; e < expected.length; e++) {
            double difference = Math.abs(expected[e] - results[start + e]);
            // Not a number counts as far away.
            largest = difference <= largest ? largest : Double.isNaN(difference) ? 1e9 : difference;
          }
        }
      }
    }
    return largest;
  }

  /**
   * What products of queries and keys are multiplied with, by least squares.
   *
   * @param scores of a sample of one position, {@code [heads]}
   */
  double scale(float[] scores) {
    double productSquares = 0;
    double products = 0;
    for (int head = 0; head < sizes.heads(); head++) {
      double product = 0;
      int key = head * sizes.keyHeads() / sizes.heads() * sizes.headSize();
      for (int e = 0; e < sizes.headSize(); e++) {
        product += (double) queries[head * sizes.headSize() + e] * keys[key + e];
      }
      productSquares += product * product;
      products += product * scores[head];
    }
    return products / productSquares;
  }

  private double[] expected(int row, int i, int head, float scale) {
    int size = sizes.headSize();
    int keyHead = row * sizes.keyHeads() + head * sizes.keyHeads() / sizes.heads();
    int query = ((row * sizes.heads() + head) * added + i) * size;
    double[] weights = new double[past + i + 1];
    double most = Double.NEGATIVE_INFINITY;
    for (int position = from[row]; position < weights.length; position++) {
      double product = 0;
      for (int e = 0; e < size; e++) {
        product += (double) queries[query + e] * keys[(keyHead * total() + position) * size + e];
      }
      weights[position] = product * scale;
      most = Math.max(most, weights[position]);
    }
    double sum = 0;
    double[] result = new double[size];
    for (int position = from[row]; position < weights.length; position++) {
      double weight = Math.exp(weights[position] - most);
      sum += weight;
      for (int e = 0; e < size; e++) {
        result[e] += weight * values[(keyHead * total() + position) * size + e];
      }
    }
    for (int e = 0; e < size; e++) {
      result[e] /= sum;
    }
    return result;
  }
}
