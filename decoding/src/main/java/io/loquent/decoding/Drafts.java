package io.loquent.decoding;

/**
 * The tokens that a search has guessed ahead (speculative decoding: Leviathan et al. 2023, Chen et
 * al. 2023): a run appends them behind the chosen token of a row, so that the search can choose at
 * all these positions at once, and goes on as far as its choices are the guesses. Confined to one
 * thread.
 */
public interface Drafts {

  /** The drafts of a search that never guesses. */
  Drafts NONE =
      new Drafts() {
        @Override
        public int count(int row) {
          return 0;
        }

        @Override
        public int token(int row, int index) {
          throw new IndexOutOfBoundsException("there is no drafted token " + index);
        }

        @Override
        public int rejected(int row) {
          return 0;
        }
      };

  /**
   * Returns how many drafted tokens a row of the next run would append behind its chosen token. A
   * run may take fewer; how many it took, {@link StepOutput#positions} says.
   *
   * @param row a row of the next run
   * @return at least 0
   */
  int count(int row);

  /**
   * Returns a drafted token.
   *
   * @param row a row of the next run
   * @param index from 0, the one behind the chosen token, to {@code count(row) - 1}
   * @return a vocabulary id
   */
  int token(int row, int index);

  /** Is told that the next run begins now. */
  default void runBegins() {
    // Nobody wants to know how long it takes.
  }

  /** Is told that the run has come to its end. */
  default void runEnded() {
    // Nobody wants to know how long it took.
  }

  /**
   * Returns how many of the newest tokens that a row appended in the last run were not chosen, so
   * that they are to be taken back.
   *
   * @param row a row of the last run, as {@link Search#parents} counts them
   * @return at least 0, less than the row appended
   */
  int rejected(int row);
}
