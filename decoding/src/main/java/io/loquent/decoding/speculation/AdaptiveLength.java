package io.loquent.decoding.speculation;

import io.loquent.decoding.DraftLength;

/**
 * Drafts as many tokens as give most tokens per time, as {@link DraftMeasurements} tell. How many
 * drafts are accepted is the request's own, and begins with what others have found. Where no length
 * beats a run without drafts, nothing is drafted, but for a try now and then. Confined to one
 * thread.
 */
public final class AdaptiveLength implements DraftLength {

  /** How much an earlier token weighs less than the one after it. */
  private static final double FORGETTING = 0.97;

  /** What other requests have found weighs as much as so many tokens of this one. */
  private static final double PRIOR_TOKENS = 16;

  private static final int FIRST_WAIT = 8;
  private static final int LONGEST_WAIT = 256;

  /** The first run behind drafts finds the processor's caches filled with another model. */
  private static final int PLAIN_IN_A_ROW = 3;

  private static final int ROUNDS_BETWEEN_NEIGHBOURS = 24;
  private static final int TRIED = 2;

  private final int first;
  private final DraftMeasurements known;
  private double accepted;
  private double verified;
  private boolean opened;
  private int rounds;
  private int plainLeft;
  private int lastWidth = 1;
  private int waited;
  private int wait = FIRST_WAIT;

  /**
   * Creates the length of one request.
   *
   * @param first how many tokens to draft before anything is known, at least 1, at most what {@code
   *     known} was made for
   * @param known what requests that draft in the same way have measured; learns from this one
   */
  public AdaptiveLength(int first, DraftMeasurements known) {
    this.first = first;
    this.known = known;
    verified = PRIOR_TOKENS;
    accepted = PRIOR_TOKENS * known.acceptance();
  }

  @Override
  public int next() {
    rounds++;
    if (known.isPlainDue()) {
      plainLeft = PLAIN_IN_A_ROW;
    }
    if (plainLeft > 0 || !known.isPlainKnown()) {
      plainLeft = Math.max(0, plainLeft - 1);
      return 0;
    }
    int best = known.isEnough() ? known.best(accepted / verified) : first;
    if (best > 0) {
      wait = FIRST_WAIT;
      waited = 0;
      return rounds % ROUNDS_BETWEEN_NEIGHBOURS == 0 ? neighbour(best) : best;
    }
    if (waited++ == wait) {
      waited = 0;
      wait = Math.min(2 * wait, LONGEST_WAIT);
      return Math.min(TRIED, known.most());
    }
    return 0;
  }

  /** A length whose time may be outdated, since it was not the best. */
  private int neighbour(int best) {
    boolean longer = rounds / ROUNDS_BETWEEN_NEIGHBOURS % 2 == 1;
    return longer ? Math.min(best + 1, known.most()) : Math.max(best - 1, 1);
  }

  @Override
  public void drafted(int tokens, long nanos) {
    if (opened) {
      known.drafted(tokens, nanos);
    }
    // The first guess takes in the prompt as well, which says nothing of those that follow.
    opened = true;
  }

  @Override
  public void ran(int width, long nanos) {
    if (width > 1 || lastWidth == 1) {
      known.ran(width, nanos);
    }
    lastWidth = width;
  }

  @Override
  public void verified(int tokens, int right) {
    // Behind the first wrong token nothing is learnt.
    int looked = right < tokens ? right + 1 : right;
    double weight = Math.pow(FORGETTING, looked);
    accepted = accepted * weight + right;
    verified = verified * weight + looked;
    known.verified(looked, right);
  }
}
