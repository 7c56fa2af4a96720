package io.loquent.decoding.speculation;

/**
 * What drafting takes and brings, as measured in all requests that draft in the same way: what one
 * has found out, the next one need not find out again. Thread-safe.
 *
 * <p>With a probability {@code a} that a drafted token is accepted, a round of {@code k} drafts
 * gives {@code (1 - a^(k+1)) / (1 - a)} tokens on average (Leviathan et al. 2023, equation 1); it
 * takes the time for drafting and that for a run over {@code k + 1} tokens.
 */
public final class DraftMeasurements {

  /** How much an earlier token weighs less than the one after it. */
  private static final double FORGETTING = 0.995;

  /** Drafting has to pay by more than what times are uncertain. */
  private static final double LEAST_GAIN = 1.03;

  private static final int ROUNDS_BETWEEN_PLAIN = 96;
  private static final int ROUNDS_BEFORE_PLAIN = 16;

  private final int most;

  /** Times of runs by width. */
  private final RecentMedian[] runs;

  private final RecentMedian draft = new RecentMedian();
  private int sincePlain = ROUNDS_BETWEEN_PLAIN - ROUNDS_BEFORE_PLAIN;
  private double accepted = 3;
  private double verified = 4;

  /**
   * Knows nothing yet.
   *
   * @param most how many tokens are drafted at most, at least 1
   */
  public DraftMeasurements(int most) {
    this.most = most;
    runs = new RecentMedian[most + 2];
    for (int width = 0; width < runs.length; width++) {
      runs[width] = new RecentMedian();
    }
  }

  int most() {
    return most;
  }

  synchronized void drafted(int tokens, long nanos) {
    draft.add(nanos / tokens);
  }

  synchronized void ran(int width, long nanos) {
    if (width < runs.length) {
      runs[width].add(nanos);
    }
  }

  synchronized void verified(int looked, int right) {
    double weight = Math.pow(FORGETTING, looked);
    accepted = accepted * weight + right;
    verified = verified * weight + looked;
  }

  /** How probable it is that a drafted token is accepted; 0.75 where nothing is known. */
  synchronized double acceptance() {
    return accepted / verified;
  }

  /** Whether a run without drafts was measured. */
  synchronized boolean isPlainKnown() {
    return runs[1].isKnown();
  }

  /** Counts a round; says whether some without drafts are to follow, to see what they take. */
  synchronized boolean isPlainDue() {
    sincePlain = (sincePlain + 1) % ROUNDS_BETWEEN_PLAIN;
    return sincePlain == 0;
  }

  /** Whether the best length can be told. */
  synchronized boolean isEnough() {
    for (int width = 2; width < runs.length; width++) {
      if (runs[width].isKnown()) {
        return runs[1].isKnown() && draft.isKnown();
      }
    }
    return false;
  }

  /**
   * Returns how many drafts give most tokens per time; {@link #isEnough} must be true.
   *
   * @param acceptance how probable it is that a drafted token is accepted
   * @return 0 where drafting does not pay
   */
  synchronized int best(double acceptance) {
    double a = Math.min(0.999, acceptance);
    double[] times = times();
    double bestRate = LEAST_GAIN / times[1];
    int best = 0;
    double tokens = 1;
    double power = 1;
    for (int length = 1; length <= most; length++) {
      power *= a;
      tokens += power;
      double rate = tokens / (length * draft.get() + times[length + 1]);
      if (rate > bestRate) {
        bestRate = rate;
        best = length;
      }
    }
    return best;
  }

  /** As measured, or on the straight line through the nearest widths that are known. */
  private double[] times() {
    double[] times = new double[runs.length];
    int below = 1;
    times[1] = runs[1].get();
    for (int width = 2; width < runs.length; width++) {
      if (runs[width].isKnown()) {
        times[width] = runs[width].get();
        double slope = slope(times, below, width);
        for (int between = below + 1; between < width; between++) {
          times[between] = times[below] + (between - below) * slope;
        }
        below = width;
      }
    }
    // Beyond what is known, each token takes what those so far took.
    double slope = slope(times, 1, below);
    for (int width = below + 1; width < times.length; width++) {
      times[width] = times[below] + (width - below) * slope;
    }
    // Fewer tokens never take longer: an outdated time shows by a newer one of a wider run.
    for (int width = times.length - 2; width > 0; width--) {
      times[width] = Math.min(times[width], times[width + 1]);
    }
    return times;
  }

  private static double slope(double[] times, int from, int to) {
    return from == to ? 0 : Math.max(0, (times[to] - times[from]) / (to - from));
  }
}
