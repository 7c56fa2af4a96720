package io.loquent.decoding.logits;

import java.util.Arrays;

/**
 * The probability of tokens by ranges of a key that orders them, to find where in that order a
 * certain probability is reached: only the tokens near there have to be put in order one by one.
 * Keys are distances in nats, at least 0; the last range has no end. Reusable; confined to one
 * thread.
 */
final class MassHistogram {

  private static final int RANGES = 2048;
  private static final int RANGES_PER_NAT = 64;

  private final double[] masses = new double[RANGES];
  private final int[] counts = new int[RANGES];
  private double total;
  private int first;
  private int last;

  /** How much greater the greatest key of a range is than its least one. */
  static double width() {
    return 1.0 / RANGES_PER_NAT;
  }

  /** Returns how many ranges there are. */
  static int ranges() {
    return RANGES;
  }

  void clear() {
    Arrays.fill(masses, 0);
    Arrays.fill(counts, 0);
    total = 0;
  }

  /** Returns the range of a key; a greater key has no lesser range. */
  static int range(double key) {
    return (int) Math.min(key * RANGES_PER_NAT, RANGES - 1);
  }

  /** Adds a token whose mass {@link #weigh} gives. */
  void add(int range) {
    counts[range]++;
  }

  /** Gives all tokens of a range the same mass. */
  void weigh(double[] massOfRange) {
    for (int range = 0; range < RANGES; range++) {
      masses[range] = counts[range] * massOfRange[range];
      total += masses[range];
    }
  }

  void add(int range, double mass) {
    masses[range] += mass;
    counts[range]++;
    total += mass;
  }

  /**
   * Finds the ranges from {@link #first} to {@link #last} in one of which is the token that reaches
   * a mass. Where all tokens together do not reach it, or are too few, they end with the last range
   * of all.
   *
   * @param mass what is to be reached
   * @param slack by how much sums may be wrong
   * @param leastCount how many tokens there must be up to that one, at least 1
   */
  void locate(double mass, double slack, int leastCount) {
    double sum = 0;
    int count = 0;
    first = -1;
    last = -1;
    while (last < RANGES - 1 && (sum < mass + slack || count < leastCount)) {
      last++;
      sum += masses[last];
      count += counts[last];
      if (first < 0 && sum >= mass - slack && count >= leastCount) {
        first = last;
      }
    }
    if (first < 0) {
      first = last;
    }
  }

  double total() {
    return total;
  }

  int first() {
    return first;
  }

  int last() {
    return last;
  }
}
