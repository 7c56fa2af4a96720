package io.loquent.decoding.parallel;

/**
 * A language model over the model's own tokens that a search can follow one token at a time, such
 * as an n-gram model. What it has read so far is a number, so that a search can keep many readings.
 * Implementations are deterministic; confined to the generating thread unless they say otherwise.
 */
public interface TokenLanguageModel {

  /**
   * Returns where every sequence begins.
   *
   * @return a state that has read nothing
   */
  int start();

  /**
   * Reads a token.
   *
   * @param state what was read before
   * @param token vocabulary id
   * @return the state behind it
   */
  int next(int state, int token);

  /**
   * Scores a token.
   *
   * @param state what was read before it
   * @param token vocabulary id
   * @return its log-probability, in nats; a finite number, for unknown tokens too
   */
  double logProbability(int state, int token);

  /**
   * Scores that a sequence ends.
   *
   * @param state what was read
   * @return the log-probability of its end, in nats; a finite number
   */
  double endLogProbability(int state);
}
