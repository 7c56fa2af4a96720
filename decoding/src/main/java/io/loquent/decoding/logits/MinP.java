package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * Keeps the tokens that are at least a fraction as probable as the most probable one (Nguyen et al.
 * 2024, "Turning Up the Heat"; Hugging Face {@code MinPLogitsWarper}). A ratio of probabilities is
 * a difference of scores, so no exponential is needed.
 */
final class MinP implements Warper {

  private final double logFraction;
  private final ScoreFloor floor;

  MinP(double fraction, ScoreFloor floor) {
    logFraction = Math.log(fraction);
    this.floor = floor;
  }

  @Override
  public void warp(TokenSequence tokens, int row, PossibleTokens possible) {
    floor.apply(possible, possible.max() + logFraction);
  }
}
