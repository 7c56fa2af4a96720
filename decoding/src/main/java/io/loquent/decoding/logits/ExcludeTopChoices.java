package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * At random steps, forbids all tokens of at least a certain probability but the least probable of
 * them (XTC, "exclude top choices", by p-e-w: text-generation-webui's pull request 6335; also in
 * llama.cpp). Of several least probable ones the highest id stays.
 */
final class ExcludeTopChoices {

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

  void process(TokenSequence tokens, int row, float[] scores) {
    double uniform = CounterRandom.uniform(seed, row, tokens.generatedLength(), CounterRandom.XTC);
    if (uniform >= probability) {
      return;
    }
    double threshold = LogProbabilities.logSumExp(scores) + logThreshold;
    int possible = 0;
    int choices = 0;
    int last = -1;
    for (int id = 0; id < scores.length; id++) {
      if (scores[id] == Float.NEGATIVE_INFINITY) {
        continue;
      }
      possible++;
      if (scores[id] >= threshold) {
        choices++;
        if (last < 0 || scores[id] <= scores[last]) {
          last = id;
        }
      }
    }
    if (choices < 2 || possible - (choices - 1) < tokensToKeep) {
      return;
    }
    for (int id = 0; id < scores.length; id++) {
      if (scores[id] >= threshold && id != last) {
        scores[id] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
