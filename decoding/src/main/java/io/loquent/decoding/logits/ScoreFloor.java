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

  void apply(PossibleTokens possible, double floor) {
    possible.keepFrom(Math.min(floor, lowestProtected(possible, floor)));
  }

  private double lowestProtected(PossibleTokens possible, double floor) {
    if (protectedTokens.capacity() == 1) {
      return possible.max();
    }
    protectedTokens.select(possible);
    int size = protectedTokens.size();
    return size == 0 ? floor : protectedTokens.score(size - 1);
  }
}
