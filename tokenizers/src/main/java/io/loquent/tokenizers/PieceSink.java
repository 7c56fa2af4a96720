package io.loquent.tokenizers;

/**
 * One stage of decoding: takes pieces of text and passes on what can no longer change.
 *
 * <p>Before the tokens are fused a piece is a whole token; after that, the next part of one text.
 */
interface PieceSink {

  /** Takes the next piece, which holds whole characters. */
  void piece(String piece);

  /** No piece follows: passes on what was held back, then ends the next stage. */
  void end();
}
