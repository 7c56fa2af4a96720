package io.loquent.decoding;

import io.loquent.FinishReason;
import io.loquent.Speculation;
import java.util.List;
import java.util.Optional;

/**
 * One request's way of choosing tokens. It owns some neighbouring rows of a {@link DecodingState};
 * after each run of the model it chooses, and says which of its rows continue with which tokens.
 * Confined to one thread.
 *
 * <p>The protocol, driven by {@link DecodingLoop}: {@link #choose} after the prompt; then, while
 * not finished, {@link #rows}, {@link #parents} and {@link #tokens} describe the next run, and
 * {@link #choose} receives its output.
 */
public interface Search {

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
   * Looks at what the model says and chooses.
   *
   * @param output the last run's answer
   * @param firstRow which of its rows is this search's row 0
   */
  void choose(StepOutput output, int firstRow);

  /**
   * Says whether the results are final. A finished search has no rows.
   *
   * @return true from then on
   */
  boolean isFinished();

  /**
   * Ends the search with what it has, because of something outside it.
   *
   * @param reason such as {@link FinishReason#CANCELLED}; given to hypotheses that were running
   */
  void finish(FinishReason reason);

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

  /**
   * Returns what drafting has brought so far.
   *
   * @return empty if the search does not draft
   */
  default Optional<Speculation> speculation() {
    return Optional.empty();
  }

  /**
   * Returns how many tokens of the first result cannot change any more.
   *
   * @return generated tokens, for streaming; all of them once finished
   */
  int settled();

  /**
   * Returns why the first result ended. That may be known before the search is finished, while
   * further results are still running; then its last settled token is its last one.
   *
   * @return empty until it has ended
   */
  default Optional<FinishReason> firstFinishReason() {
    return isFinished() ? Optional.of(results().get(0).finishReason()) : Optional.empty();
  }

  /**
   * Returns a settled token of the first result.
   *
   * @param index from 0 to {@code settled() - 1}
   * @return the token
   */
  ChosenToken token(int index);

  /**
   * Returns the results, once finished.
   *
   * @return {@code num_return_sequences} hypotheses, best first for beams; fewer where a beam
   *     search has found no more that are possible; never empty
   * @throws IllegalStateException while not finished
   */
  List<Hypothesis> results();
}
