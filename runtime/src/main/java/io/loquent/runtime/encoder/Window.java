package io.loquent.runtime.encoder;

import io.loquent.runtime.model.EncoderRow;
import io.loquent.spi.TokenizedText;

/**
 * A text, or a part of it, that is read in one row.
 *
 * @param text index of the text, or pair of texts, in its call
 * @param number index of the part, from 0
 * @param first how many tokens of the text that is split stand before this part; those that the
 *     tokenizer added, and a prompt that all parts have, do not count
 * @param shared how many tokens of the text an earlier part has too
 * @param tokens the tokens, special ones included; their offsets are those in the whole text
 */
record Window(int text, int number, int first, int shared, TokenizedText tokens) {

  /** A text that is read as a whole, or its beginning. */
  Window(int text, int number, TokenizedText tokens) {
    this(text, number, 0, 0, tokens);
  }

  EncoderRow row() {
    return EncoderRow.of(tokens);
  }

  int length() {
    return tokens.length();
  }
}
