package io.loquent.decoding;

/**
 * One request's way of choosing tokens. It owns some neighbouring rows of a {@link DecodingState};
 * after each run of the model it chooses, and says which of its rows continue with which tokens.
 * Confined to one thread.
 *
 * <p>The protocol, driven by {@link DecodingLoop}: {@link #choose} after the prompt; then, while
 * not finished (a finished search has no rows), {@link #rows}, {@link #parents} and {@link #tokens}
 * describe the next run, and {@link #choose} receives its output.
 */
public interface Search extends Generation {

  /**
   * Returns how many rows the search has at the start: one for its prompt, and one for the negative
   * prompt of classifier-free guidance.
   *
   * @return 1 or 2
   */
  default int promptRows() {
    return 1;
  }

  /**
   * Returns how many of the best continuations of each row it will choose from next; it may still
   * be given logits only.
   *
   * @return at most the vocabulary size; 0 if it reads logits
   */
  default int bestWanted() {
    return 0;
  }

  /**
   * Tells whether it will ask for {@link StepOutput#probabilitiesInPlace} next; it may still be
   * given logits only.
   *
   * @return whether probabilities are wanted beside the logits
   */
  default boolean probabilitiesWanted() {
    return false;
  }

  /**
   * Looks at what the model says and chooses.
   *
   * @param output the last run's answer
   * @param firstRow which of its rows is this search's row 0
   */
  void choose(StepOutput output, int firstRow);

  /**
   * Returns how many rows the next run needs.
   *
   * @return at least 1 unless finished
   */
  int rows();

  /**
   * Returns which present row each next row continues.
   *
   * @return row numbers of this search, from 0; valid for the first {@link #rows} entries until the
   *     next {@link #choose}
   */
  int[] parents();

  /**
   * Returns the token that each next row appends.
   *
   * @return vocabulary ids; valid for the first {@link #rows} entries until the next {@link
   *     #choose}
   */
  int[] tokens();

  /**
   * Returns what the search has guessed ahead for the next run, and what became of its guesses in
   * the last one.
   *
   * @return valid until the next {@link #choose}
   */
  default Drafts drafts() {
    return Drafts.NONE;
  }
}
