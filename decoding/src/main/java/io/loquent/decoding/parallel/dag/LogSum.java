package io.loquent.decoding.parallel.dag;

/** Adds probabilities by their logarithms. */
final class LogSum {

  private LogSum() {}

  /** Returns {@code log(exp(a) + exp(b))}; either may be negative infinity. */
  static double of(double a, double b) {
    double high = Math.max(a, b);
    double low = Math.min(a, b);
    return low == Double.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(low - high));
  }
}
