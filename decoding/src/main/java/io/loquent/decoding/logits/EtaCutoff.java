package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * Keeps the tokens of at least the probability {@code min(epsilon, sqrt(epsilon) * exp(-entropy))}
 * (eta sampling, Hewitt et al. 2022; Hugging Face {@code EtaLogitsWarper}).
 */
final class EtaCutoff implements Warper {

  private final double logEpsilon;
  private final ScoreFloor floor;

  EtaCutoff(double epsilon, ScoreFloor floor) {
    logEpsilon = Math.log(epsilon);
    this.floor = floor;
  }

  @Override
  public void warp(TokenSequence tokens, int row, PossibleTokens possible) {
    double cutoff = Math.min(logEpsilon, logEpsilon / 2 - possible.entropy());
    floor.apply(possible, possible.logSumExp() + cutoff);
  }
}
