package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * Keeps the tokens whose score is at most some standard deviations below the highest one (Tang et
 * al. 2024, "Top-nσ: Not All Logits Are You Need"). The deviation is that of the population of all
 * tokens that can still be chosen. As highest score and deviation scale together, a temperature
 * before it makes no difference to what is kept.
 */
final class TopNSigma implements Warper {

  private final double deviations;
  private final ScoreFloor floor;

  TopNSigma(double deviations, ScoreFloor floor) {
    this.deviations = deviations;
    this.floor = floor;
  }

  @Override
  public void warp(TokenSequence tokens, int row, PossibleTokens possible) {
    double max = possible.max();
    int count = 0;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < possible.size(); i++) {
      float score = possible.scoreAt(i);
      if (score != Float.NEGATIVE_INFINITY) {
        // Distances to the highest score, so that large logits lose no precision.
        double distance = score - max;
        count++;
        sum += distance;
        squares += distance * distance;
      }
    }
    if (count > 0) {
      double mean = sum / count;
      double variance = Math.max(0, squares / count - mean * mean);
      floor.apply(possible, max - deviations * Math.sqrt(variance));
    }
  }
}
