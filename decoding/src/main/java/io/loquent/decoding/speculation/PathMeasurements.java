package io.loquent.decoding.speculation;

/**
 * Whether several paths of guesses give more tokens per time than one, as measured in all requests
 * that draft in the same way. Both are tried at first; then the better one is kept, and the other
 * one is tried again now and then, ever more rarely while it stays the worse. Thread-safe.
 */
public final class PathMeasurements {

  /** How much an earlier round weighs less than the one after it. */
  private static final double FORGETTING = 0.95;

  /** Several paths have to pay by more than what times are uncertain. */
  private static final double LEAST_GAIN = 1.03;

  private static final int TRIED_ROUNDS = 12;
  private static final int FIRST_WAIT = 48;
  private static final int LONGEST_WAIT = 1024;

  /** What one path brings per time, and what several do. */
  private final Rate one = new Rate();

  private final Rate several = new Rate();
  private boolean severally = true;
  private boolean better;
  private boolean trying = true;
  private int left = TRIED_ROUNDS;
  private int wait = FIRST_WAIT;

  /** Tokens per time. */
  private static final class Rate {
    private double tokens;
    private double nanos;

    void add(int moreTokens, long moreNanos) {
      tokens = tokens * FORGETTING + moreTokens;
      nanos = nanos * FORGETTING + moreNanos;
    }

    boolean isKnown() {
      return nanos > 0;
    }

    double get() {
      return tokens / nanos;
    }
  }

  /** Knows nothing yet. */
  public PathMeasurements() {}

  /** Whether the next round is to have several paths. */
  synchronized boolean areSeveralNext() {
    return severally;
  }

  /** Takes note of a round: of the tokens that it gave, and of its time in nanoseconds. */
  synchronized void ran(boolean wasSeveral, int tokens, long nanos) {
    (wasSeveral ? several : one).add(tokens, nanos);
    if (wasSeveral != severally) {
      // A round that began before another request found out what is better.
      return;
    }
    left--;
    if (left == 0) {
      change();
    }
  }

  private void change() {
    if (!trying || !one.isKnown()) {
      severally = !severally;
      trying = true;
      left = TRIED_ROUNDS;
      return;
    }
    boolean pays = several.get() > LEAST_GAIN * one.get();
    wait = pays == better ? Math.min(2 * wait, LONGEST_WAIT) : FIRST_WAIT;
    better = pays;
    severally = pays;
    trying = false;
    left = wait;
  }
}
