package io.loquent.decoding.parallel.ctc;

import org.jspecify.annotations.Nullable;

/**
 * The ways in which frames say a prefix and end in a certain manner: with a blank, or with the
 * prefix's last token. Mutable; confined to one thread.
 */
final class Ending {

  static final double IMPOSSIBLE = Double.NEGATIVE_INFINITY;

  /** The log-probability of all the ways together. */
  private double all = IMPOSSIBLE;

  /** The log-probability of the best one. */
  private double best = IMPOSSIBLE;

  /** The frames of the tokens in the best one. */
  private @Nullable Alignment alignment;

  double all() {
    return all;
  }

  double best() {
    return best;
  }

  @Nullable Alignment alignment() {
    return alignment;
  }

  void clear() {
    all = IMPOSSIBLE;
    best = IMPOSSIBLE;
    alignment = null;
  }

  /** Makes it the way to say nothing before the first frame. */
  void begin() {
    all = 0;
    best = 0;
  }

  /** Adds ways that go on from other ones with one more frame. */
  void addAll(Ending from, double logProbability) {
    all = sum(all, from.all + logProbability);
  }

  /** Says whether going on from other ways is better than all that is known. */
  boolean isBeatenBy(Ending from, double logProbability) {
    return from.best + logProbability > best;
  }

  /** Takes a better way. */
  void improve(Ending from, double logProbability, @Nullable Alignment itsAlignment) {
    best = from.best + logProbability;
    alignment = itsAlignment;
  }

  /** Returns the logarithm of the sum of what two logarithms stand for. */
  static double sum(double first, double second) {
    double high = Math.max(first, second);
    return high == IMPOSSIBLE
        ? IMPOSSIBLE
        : high + Math.log1p(Math.exp(Math.min(first, second) - high));
  }
}
