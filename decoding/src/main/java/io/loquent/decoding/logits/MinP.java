package io.loquent.decoding.logits;

import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;

/**
 * Keeps the tokens that are at least a fraction as probable as the most probable one (Nguyen et al.
 * 2024, "Turning Up the Heat"; Hugging Face {@code MinPLogitsWarper}). A ratio of probabilities is
 * a difference of scores, so no exponential is needed.
 */
final class MinP implements LogitsProcessor {

  private final double logFraction;
  private final ScoreFloor floor;

  MinP(double fraction, ScoreFloor floor) {
    logFraction = Math.log(fraction);
    this.floor = floor;
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    floor.apply(scores, LogProbabilities.max(scores) + logFraction);
  }
}
