package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * Keeps the tokens of at least a certain probability (epsilon sampling, Hewitt et al. 2022; Hugging
 * Face {@code EpsilonLogitsWarper}).
 */
final class EpsilonCutoff implements Warper {

  private final double logEpsilon;
  private final ScoreFloor floor;

  EpsilonCutoff(double epsilon, ScoreFloor floor) {
    logEpsilon = Math.log(epsilon);
    this.floor = floor;
  }

  @Override
  public void warp(TokenSequence tokens, int row, PossibleTokens possible) {
    floor.apply(possible, possible.logSumExp() + logEpsilon);
  }
}
