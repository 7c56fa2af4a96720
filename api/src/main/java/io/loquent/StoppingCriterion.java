package io.loquent;

/**
 * Ends a hypothesis early (Hugging Face {@code StoppingCriteria}). Called after every generated
 * token, on the generating thread; an instance that is shared between requests must be thread-safe.
 */
@FunctionalInterface
public interface StoppingCriterion {

  /**
   * Says whether the hypothesis ends with its last token.
   *
   * @param tokens the hypothesis so far, its newest token last
   * @return true to end it
   */
  boolean shouldStop(TokenSequence tokens);
}
