package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * At random steps, forbids all tokens of at least a certain probability but the least probable of
 * them (XTC, "exclude top choices", by p-e-w: text-generation-webui's pull request 6335; also in
 * llama.cpp). Of several least probable ones the highest id stays.
 */
final class ExcludeTopChoices implements Warper {

  private final double probability;
  private final double logThreshold;
  private final int tokensToKeep;
  private final long seed;

  ExcludeTopChoices(double probability, double threshold, int tokensToKeep, long seed) {
    this.probability = probability;
    logThreshold = Math.log(threshold);
    this.tokensToKeep = tokensToKeep;
    this.seed = seed;
  }

  @Override
  public void warp(TokenSequence tokens, int row, PossibleTokens possible) {
    double uniform = CounterRandom.uniform(seed, row, tokens.generatedLength(), CounterRandom.XTC);
    if (uniform >= probability) {
      return;
    }
    double threshold = possible.logSumExp() + logThreshold;
    int left = 0;
    int choices = 0;
    int last = -1;
    for (int i = 0; i < possible.size(); i++) {
      float score = possible.scoreAt(i);
      if (score == Float.NEGATIVE_INFINITY) {
        continue;
      }
      left++;
      if (score >= threshold) {
        choices++;
        if (last < 0 || score <= possible.scoreAt(last)) {
          last = i;
        }
      }
    }
    if (choices < 2 || left - (choices - 1) < tokensToKeep) {
      return;
    }
    possible.beginKeeping();
    for (int i = 0; i < possible.size(); i++) {
      float score = possible.scoreAt(i);
      if (score != Float.NEGATIVE_INFINITY && (score < threshold || i == last)) {
        possible.keep(i);
      }
    }
    possible.endKeeping();
  }
}
