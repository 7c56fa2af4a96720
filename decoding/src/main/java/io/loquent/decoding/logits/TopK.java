package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * Keeps the k most probable tokens and those tied with the last of them (Fan et al. 2018; Hugging
 * Face {@code TopKLogitsWarper}).
 */
final class TopK implements Warper {

  private final TopTokens top;

  /**
   * Creates the warper.
   *
   * @param k how many tokens, at least 1
   */
  TopK(int k, int vocabularySize) {
    top = new TopTokens(Math.min(k, vocabularySize));
  }

  @Override
  public void warp(TokenSequence tokens, int row, PossibleTokens possible) {
    possible.narrow(top);
    top.select(possible);
    if (top.size() == top.capacity()) {
      possible.keepFrom(top.score(top.size() - 1));
    }
  }
}
