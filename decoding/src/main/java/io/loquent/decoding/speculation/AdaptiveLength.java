package io.loquent.decoding.speculation;

import io.loquent.decoding.DraftLength;

/**
 * Drafts as many tokens as give most tokens per time. With a probability {@code a} that a drafted
 * token is accepted, a round of {@code k} drafts gives {@code (1 - a^(k+1)) / (1 - a)} tokens on
 * average (Leviathan et al. 2023, equation 1); it takes the time for drafting and that for a run
 * over {@code k + 1} tokens, both as measured. Where no length beats a run without drafts, nothing
 * is drafted, but for a try now and then. Confined to one thread.
 */
public final class AdaptiveLength implements DraftLength {

  /** How much an earlier token weighs less than the one after it. */
  private static final double FORGETTING = 0.97;

  /** What a new time weighs in a running mean. */
  private static final double NEWEST = 0.2;

  /** A time that is so many times the mean is an accident. */
  private static final double MOST_TIMES_MEAN = 3;

  /** Drafting has to pay by more than what times are uncertain. */
  private static final double LEAST_GAIN = 1.03;

  private static final int FIRST_WAIT = 8;
  private static final int LONGEST_WAIT = 256;
  private static final int ROUNDS_BETWEEN_PLAIN = 64;
  private static final int TRIED = 2;

  private final int first;
  private final int most;

  /** Mean times of runs by width, in nanoseconds; 0 where unknown. */
  private final double[] runNanos;

  private double draftNanos;
  private double accepted = 3;
  private double verified = 4;
  private int rounds;
  private int waited;
  private int wait = FIRST_WAIT;

  /**
   * Creates a length that knows nothing yet.
   *
   * @param first how many tokens to draft before anything is known, at least 1
   * @param most how many to draft at most, at least {@code first}
   */
  public AdaptiveLength(int first, int most) {
    this.first = first;
    this.most = most;
    runNanos = new double[most + 2];
  }

  @Override
  public int next() {
    rounds++;
    if (runNanos[1] == 0 || rounds % ROUNDS_BETWEEN_PLAIN == 0) {
      return 0;
    }
    int best = isAnyWidthKnown() ? best() : first;
    if (best > 0) {
      wait = FIRST_WAIT;
      waited = 0;
    } else if (waited++ == wait) {
      waited = 0;
      wait = Math.min(2 * wait, LONGEST_WAIT);
      return Math.min(TRIED, most);
    }
    return best;
  }

  private boolean isAnyWidthKnown() {
    for (int width = 2; width < runNanos.length; width++) {
      if (runNanos[width] > 0) {
        return true;
      }
    }
    return false;
  }

  private int best() {
    double a = Math.min(0.999, accepted / verified);
    double plain = 1 / runNanos[1];
    double bestRate = plain * LEAST_GAIN;
    int best = 0;
    double tokens = 1;
    double power = 1;
    for (int length = 1; length <= most; length++) {
      power *= a;
      tokens += power;
      double rate = tokens / (length * draftNanos + time(length + 1));
      if (rate > bestRate) {
        bestRate = rate;
        best = length;
      }
    }
    return best;
  }

  /** As measured, or on the straight line through the nearest widths that are known. */
  private double time(int width) {
    if (runNanos[width] > 0) {
      return runNanos[width];
    }
    int below = width - 1;
    while (runNanos[below] == 0) {
      below--;
    }
    int above = width + 1;
    while (above < runNanos.length && runNanos[above] == 0) {
      above++;
    }
    if (above == runNanos.length) {
      // Beyond what is known, each token takes what those so far took.
      return runNanos[below] + (width - below) * Math.max(0, slope(1, below));
    }
    return runNanos[below] + (width - below) * Math.max(0, slope(below, above));
  }

  private double slope(int from, int to) {
    return from == to ? 0 : (runNanos[to] - runNanos[from]) / (to - from);
  }

  @Override
  public void drafted(int tokens, long nanos) {
    draftNanos = mean(draftNanos, (double) nanos / tokens);
  }

  @Override
  public void ran(int width, long nanos) {
    if (width < runNanos.length) {
      runNanos[width] = mean(runNanos[width], Math.max(1.0, (double) nanos));
    }
  }

  private static double mean(double known, double next) {
    return known == 0 ? next : known + NEWEST * (Math.min(next, MOST_TIMES_MEAN * known) - known);
  }

  @Override
  public void verified(int tokens, int right) {
    // Behind the first wrong token nothing is learnt.
    int looked = right < tokens ? right + 1 : right;
    double weight = Math.pow(FORGETTING, looked);
    accepted = accepted * weight + right;
    verified = verified * weight + looked;
  }
}
