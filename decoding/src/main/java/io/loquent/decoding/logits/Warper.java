package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/** A step of sampling behind all processors: rescales scores, or forbids tokens for good. */
@FunctionalInterface
interface Warper {

  /**
   * Changes what can be drawn.
   *
   * @param tokens the sequence so far
   * @param row which of the request's sequences or beams it is
   * @param possible the tokens that can be chosen next
   */
  void warp(TokenSequence tokens, int row, PossibleTokens possible);
}
