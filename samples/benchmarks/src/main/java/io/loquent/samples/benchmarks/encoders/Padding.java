package io.loquent.samples.benchmarks.encoders;

import java.util.Arrays;

/**
 * How many tokens batches have.
 *
 * @param tokens tokens of sentences
 * @param padding tokens that fill rows up to the longest of their batch
 */
record Padding(long tokens, long padding) {

  /**
   * Counts.
   *
   * @param lengths of all sentences, in the order in which they come
   * @param batchSize sentences that run together
   * @param sorted whether sentences are sorted by length first
   */
  static Padding of(int[] lengths, int batchSize, boolean sorted) {
    int[] order = lengths.clone();
    if (sorted) {
      Arrays.sort(order);
      reverse(order);
    }
    long computed = 0;
    for (int from = 0; from < order.length; from += batchSize) {
      int to = Math.min(order.length, from + batchSize);
      int longest = Arrays.stream(order, from, to).max().orElseThrow();
      computed += (long) longest * (to - from);
    }
    long tokens = Arrays.stream(lengths).asLongStream().sum();
    return new Padding(tokens, computed - tokens);
  }

  /** Batches are made from the longest on, and the last may have fewer rows. */
  private static void reverse(int[] values) {
    for (int i = 0, j = values.length - 1; i < j; i++, j--) {
      int value = values[i];
      values[i] = values[j];
      values[j] = value;
    }
  }

  /** The share of the padding in all tokens that a graph computes, from 0 to 1. */
  double share() {
    return padding / (double) (tokens + padding);
  }
}
