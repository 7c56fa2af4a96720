package io.loquent.decoding.speculation;

import io.loquent.decoding.DraftLength;

/**
 * Drafts several paths for each sequence where that gives more tokens per time than one, as {@link
 * PathMeasurements} tell: each path takes a row of the verifying run. Either way, how many tokens
 * are drafted is decided by a length of its own. Confined to one thread.
 */
public final class AdaptivePaths implements DraftLength {

  private final DraftLength one;
  private final DraftLength several;
  private final int most;
  private final PathMeasurements known;

  /** The round that is under way. */
  private boolean severally;

  private long nanos;
  private int tokens;
  private int sequences;

  /** How many sequences were verified at most in a round. */
  private int mostSequences = 1;

  /**
   * Creates the length of one request.
   *
   * @param one decides how many tokens of a single path are drafted
   * @param several decides how many tokens of several paths are drafted
   * @param most how many these are at most, at least 2
   * @param known what requests that draft in the same way have measured; learns from this one
   */
  public AdaptivePaths(DraftLength one, DraftLength several, int most, PathMeasurements known) {
    this.one = one;
    this.several = several;
    this.most = most;
    this.known = known;
  }

  @Override
  public int next() {
    if (nanos > 0) {
      mostSequences = Math.max(mostSequences, sequences);
      // Where nothing was drafted, each sequence got one token.
      known.ran(severally, sequences == 0 ? mostSequences : tokens, nanos);
    }
    nanos = 0;
    tokens = 0;
    sequences = 0;
    severally = known.areSeveralNext();
    return current().next();
  }

  private DraftLength current() {
    return severally ? several : one;
  }

  @Override
  public int paths() {
    return severally ? most : 1;
  }

  @Override
  public void drafted(int drafts, long taken) {
    nanos += taken;
    current().drafted(drafts, taken);
  }

  @Override
  public void ran(int width, long taken) {
    nanos += taken;
    current().ran(width, taken);
  }

  @Override
  public void verified(int verified, int accepted) {
    sequences++;
    tokens += accepted + 1;
    current().verified(verified, accepted);
  }
}
