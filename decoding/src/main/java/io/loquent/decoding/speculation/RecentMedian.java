package io.loquent.decoding.speculation;

import java.util.Arrays;

/**
 * The median of the last few measured times, which an accident does not move. Confined to one
 * thread.
 */
final class RecentMedian {

  private static final int KEPT = 9;

  private final long[] nanos = new long[KEPT];
  private int count;
  private int next;
  private double median;

  /** Takes note of a time, in nanoseconds. */
  void add(long measured) {
    nanos[next] = Math.max(1, measured);
    next = (next + 1) % KEPT;
    count = Math.min(count + 1, KEPT);
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    // Of an even number the lower one: what disturbs a run makes it longer.
    median = sorted[(count - 1) / 2];
  }

  boolean isKnown() {
    return count > 0;
  }

  /** In nanoseconds, at least 1; 0 if nothing is known. */
  double get() {
    return median;
  }
}
