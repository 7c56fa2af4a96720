package io.loquent.decoding.parallel;

import java.util.List;

/** Scores the candidates of a request by another model. Confined to the generating thread. */
@FunctionalInterface
public interface Reranker {

  /**
   * Scores candidates in one run.
   *
   * @param candidates the tokens of each, without begin token, with or without the end token
   * @return the mean log-probability of each candidate's tokens, in nats; higher is better
   */
  double[] score(List<int[]> candidates);
}
