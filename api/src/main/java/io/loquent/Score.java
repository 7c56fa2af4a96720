package io.loquent;

import java.util.List;

/**
 * The teacher-forced likelihood of given tokens. Immutable.
 *
 * @param tokens the scored tokens in order; padding is not among them
 */
public record Score(List<ScoredToken> tokens) {

  /**
   * Copies the list.
   *
   * @param tokens the scored tokens in order
   */
  public Score {
    tokens = List.copyOf(tokens);
  }

  /**
   * One scored token.
   *
   * @param id vocabulary id
   * @param logProbability natural logarithm of its probability, given all that precedes it
   */
  public record ScoredToken(int id, double logProbability) {}

  /**
   * Returns the sum of the log-probabilities.
   *
   * @return in nats; 0 if no token was scored
   */
  public double logLikelihood() {
    return tokens.stream().mapToDouble(ScoredToken::logProbability).sum();
  }

  /**
   * Returns the cross-entropy: the negative mean log-probability per token, Hugging Face's {@code
   * loss}.
   *
   * @return nats per token; NaN if no token was scored
   */
  public double crossEntropy() {
    return -logLikelihood() / tokens.size();
  }

  /**
   * Returns the perplexity, {@code exp(crossEntropy())}.
   *
   * @return at least 1; NaN if no token was scored
   */
  public double perplexity() {
    return Math.exp(crossEntropy());
  }
}
