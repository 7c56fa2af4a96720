package io.loquent.decoding.parallel.ctc;

import org.jspecify.annotations.Nullable;

/**
 * How a prefix beam search goes about it. Immutable.
 *
 * @param beams how many prefixes it keeps
 * @param results how many of them it returns
 * @param scorer adds language model and hotwords; null for neither
 * @param pruning what it leaves out
 */
record BeamSettings(int beams, int results, @Nullable PrefixScorer scorer, Pruning pruning) {

  /**
   * What a prefix beam search leaves out. Immutable.
   *
   * @param belowBest how much lower than the best score a score may be, at most 0, in nats
   * @param tokenMinimum tokens of lower log-probabilities are left out, in nats
   * @param history whether only the best of the prefixes with the same future is kept
   */
  record Pruning(double belowBest, double tokenMinimum, boolean history) {}
}
