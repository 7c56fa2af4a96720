package io.loquent.decoding;

/**
 * Decides how many tokens are drafted for each sequence of a request. Confined to one thread.
 *
 * <p>Each round begins with {@link #next}; {@link #drafted}, {@link #ran} and {@link #verified}
 * then tell what came of it.
 */
public interface DraftLength {

  /**
   * Returns how many tokens to draft for each sequence in the next round.
   *
   * @return at least 0; 0 for a round without drafts
   */
  int next();

  /**
   * Returns how many paths of tokens to draft for each sequence in the round that {@link #next} has
   * begun; each takes a row of the run that verifies them.
   *
   * @return at least 1
   */
  default int paths() {
    return 1;
  }

  /**
   * Takes note of what drafting took.
   *
   * @param tokens how many were drafted for the sequence with most of them, at least 1
   * @param nanos how long it took, in nanoseconds
   */
  default void drafted(int tokens, long nanos) {
    // A length that does not depend on time.
  }

  /**
   * Takes note of what a run of the model took.
   *
   * @param width how many tokens a sequence appended at most, drafted ones included; at least 1
   * @param nanos how long it took, in nanoseconds
   */
  default void ran(int width, long nanos) {
    // A length that does not depend on time.
  }

  /**
   * Takes note of what became of a sequence's drafted tokens.
   *
   * @param verified how many were verified, at least 1; of several paths those of the longest
   * @param accepted how many of them were chosen
   */
  default void verified(int verified, int accepted) {
    // A length that does not depend on what is accepted.
  }

  /**
   * Always drafts the same number of tokens.
   *
   * @param tokens at least 1
   * @return a length that learns nothing
   */
  static DraftLength fixed(int tokens) {
    return () -> tokens;
  }

  /**
   * Always drafts the same number of tokens on the same number of paths.
   *
   * @param tokens at least 1
   * @param paths at least 1
   * @return a length that learns nothing
   */
  static DraftLength fixed(int tokens, int paths) {
    return new DraftLength() {
      @Override
      public int next() {
        return tokens;
      }

      @Override
      public int paths() {
        return paths;
      }
    };
  }
}
