package io.loquent.decoding.speculation;

import java.util.Arrays;

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

  /** Times of runs by width; the first entry stands for no run. */
  private final RecentMedian[] runs;

  /**
   * Times of drafting by the number of tokens: the first one takes longest, since the draft model
   * has to take in what was accepted, and finds the processor's caches filled with the other model.
   */
  private final RecentMedian[] drafts;

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
    runs = medians(most + 2);
    drafts = medians(most + 1);
  }

  private static RecentMedian[] medians(int count) {
    RecentMedian[] medians = new RecentMedian[count];
    Arrays.setAll(medians, i -> new RecentMedian());
    return medians;
  }

  int most() {
    return most;
  }

  synchronized void drafted(int tokens, long nanos) {
    if (tokens < drafts.length) {
      drafts[tokens].add(nanos);
    }
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
    return runs[1].isKnown() && anyIsKnown(runs, 2) && anyIsKnown(drafts, 1);
  }

  private static boolean anyIsKnown(RecentMedian[] medians, int from) {
    for (int i = from; i < medians.length; i++) {
      if (medians[i].isKnown()) {
        return true;
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
    double[] times = times(runs, 1);
    double[] draftTimes = times(drafts, 0);
    double bestRate = LEAST_GAIN / times[1];
    int best = 0;
    double tokens = 1;
    double power = 1;
    for (int length = 1; length <= most; length++) {
      power *= a;
      tokens += power;
      double rate = tokens / (draftTimes[length] + times[length + 1]);
      if (rate > bestRate) {
        bestRate = rate;
        best = length;
      }
    }
    return best;
  }

  /**
   * As measured, or on the straight line through the nearest widths that are known.
   *
   * @param first the least width; without a measurement it takes no time
   */
  private static double[] times(RecentMedian[] measured, int first) {
    double[] times = new double[measured.length];
    int below = first;
    times[first] = measured[first].get();
    for (int width = first + 1; width < times.length; width++) {
      if (measured[width].isKnown()) {
        times[width] = measured[width].get();
        double slope = slope(times, below, width);
        for (int between = below + 1; between < width; between++) {
          times[between] = times[below] + (between - below) * slope;
        }
        below = width;
      }
    }
    // Beyond what is known, each token takes what those so far took.
    double slope = slope(times, first, below);
    for (int width = below + 1; width < times.length; width++) {
      times[width] = times[below] + (width - below) * slope;
    }
    // Fewer tokens never take longer: an outdated time shows by a newer one of a wider run.
    for (int width = times.length - 2; width >= first; width--) {
      times[width] = Math.min(times[width], times[width + 1]);
    }
    return times;
  }

  private static double slope(double[] times, int from, int to) {
    return from == to ? 0 : Math.max(0, (times[to] - times[from]) / (to - from));
  }
}
