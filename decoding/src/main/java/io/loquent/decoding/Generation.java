package io.loquent.decoding;

import io.loquent.FinishReason;
import io.loquent.Speculation;
import java.util.List;
import java.util.Optional;

/**
 * What one request's decoding has come to, whatever the algorithm: tokens that are settled, and
 * results at the end. Confined to one thread.
 */
public interface Generation {

  /**
   * Says whether the results are final.
   *
   * @return true from then on
   */
  boolean isFinished();

  /**
   * Ends it with what it has, because of something outside it.
   *
   * @param reason such as {@link FinishReason#CANCELLED}; given to hypotheses that were running
   */
  void finish(FinishReason reason);

  /**
   * Returns how many tokens of the first result cannot change any more.
   *
   * @return generated tokens, for streaming; all of them once finished
   */
  int settled();

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
   * @return {@code num_return_sequences} hypotheses, best first for beams; fewer where a search has
   *     found no more that are possible; never empty
   * @throws IllegalStateException while not finished
   */
  List<Hypothesis> results();

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
   * Returns what drafting has brought so far.
   *
   * @return empty if it does not draft
   */
  default Optional<Speculation> speculation() {
    return Optional.empty();
  }
}
