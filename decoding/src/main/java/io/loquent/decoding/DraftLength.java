package io.loquent.decoding;

/** Decides how many tokens are drafted for each sequence of a request. Confined to one thread. */
public interface DraftLength {

  /**
   * Returns how many tokens to draft for each sequence in the next round.
   *
   * @return at least 0; 0 for a round without drafts
   */
  int next();

  /**
   * Takes note of what became of a sequence's drafted tokens.
   *
   * @param verified how many were verified, at least 1
   * @param accepted how many of them were chosen
   */
  void verified(int verified, int accepted);

  /**
   * Always drafts the same number of tokens.
   *
   * @param tokens at least 1
   * @return a length that learns nothing
   */
  static DraftLength fixed(int tokens) {
    return new DraftLength() {
      @Override
      public int next() {
        return tokens;
      }

      @Override
      public void verified(int verified, int accepted) {
        // The length does not depend on it.
      }
    };
  }
}
