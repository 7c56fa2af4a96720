package io.loquent.samples.benchmarks.encoders;

import io.loquent.runtime.encoder.BatchCuts;
import java.util.Arrays;

/**
 * How many tokens batches have.
 *
 * @param tokens tokens of sentences
 * @param padding tokens that fill rows up to the longest of their batch
 */
record Padding(long tokens, long padding) {

  /**
   * Counts it for batches of sentences as they come.
   *
   * @param lengths of all sentences
   * @param batchSize sentences that run together
   */
  static Padding asTheyCome(int[] lengths, int batchSize) {
    int[] ends = new int[(lengths.length + batchSize - 1) / batchSize];
    Arrays.setAll(ends, batch -> Math.min(lengths.length, (batch + 1) * batchSize));
    return of(lengths, ends);
  }

  /**
   * Counts it for the batches that Loquent makes.
   *
   * @param lengths of all sentences
   * @param batchSize sentences that run together at most
   */
  static Padding sorted(int[] lengths, int batchSize) {
    int[] longestFirst = lengths.clone();
    Arrays.sort(longestFirst);
    for (int i = 0, j = longestFirst.length - 1; i < j; i++, j--) {
      int length = longestFirst[i];
      longestFirst[i] = longestFirst[j];
      longestFirst[j] = length;
    }
    BatchCuts cuts = new BatchCuts(batchSize, Long.MAX_VALUE, true, 1, BatchCuts.TOKENS_PER_RUN);
    return of(longestFirst, cuts.of(longestFirst));
  }

  private static Padding of(int[] lengths, int[] ends) {
    long computed = 0;
    int from = 0;
    for (int end : ends) {
      int longest = Arrays.stream(lengths, from, end).max().orElse(0);
      computed += (long) longest * (end - from);
      from = end;
    }
    long tokens = Arrays.stream(lengths).asLongStream().sum();
    return new Padding(tokens, computed - tokens);
  }

  /** The share of the padding in all tokens that a graph computes, from 0 to 1. */
  double share() {
    return padding / (double) (tokens + padding);
  }
}
