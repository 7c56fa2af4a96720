package io.loquent.decoding.logits;

/** Forbids the tokens below a score, but never the best few. */
final class ScoreFloor {

  private final TopTokens protectedTokens;

  /**
   * Creates the floor.
   *
   * @param tokensToKeep how many of the best tokens stay whatever their score, and those tied with
   *     the last of them, at least 1
   */
  ScoreFloor(int tokensToKeep) {
    protectedTokens = new TopTokens(tokensToKeep);
  }

  void apply(float[] scores, double floor) {
    protectedTokens.select(scores);
    int size = protectedTokens.size();
    double lowest = size == 0 ? floor : Math.min(floor, protectedTokens.score(size - 1));
    for (int id = 0; id < scores.length; id++) {
      if (scores[id] < lowest) {
        scores[id] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
