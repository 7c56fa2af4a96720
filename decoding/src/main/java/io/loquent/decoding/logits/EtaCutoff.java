package io.loquent.decoding.logits;

import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;

/**
 * Keeps the tokens of at least the probability {@code min(epsilon, sqrt(epsilon) * exp(-entropy))}
 * (eta sampling, Hewitt et al. 2022; Hugging Face {@code EtaLogitsWarper}).
 */
final class EtaCutoff implements LogitsProcessor {

  private final double logEpsilon;
  private final ScoreFloor floor;

  EtaCutoff(double epsilon, ScoreFloor floor) {
    logEpsilon = Math.log(epsilon);
    this.floor = floor;
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    double logSum = LogProbabilities.logSumExp(scores);
    double entropy = LogProbabilities.entropy(scores, logSum);
    floor.apply(scores, logSum + Math.min(logEpsilon, logEpsilon / 2 - entropy));
  }
}
