package io.loquent.runtime.encoder;

import io.loquent.runtime.model.EncoderRow;
import io.loquent.spi.TokenizedText;

/**
 * A text, or a part of it, that is read in one row.
 *
 * @param text index of the text, or pair of texts, in its call
 * @param number index of the part, from 0
 * @param first which token of the long text is the part's first one, from 0, special ones left out
 * @param tokens the tokens, special ones included; their offsets are those in the whole text
 */
record Window(int text, int number, int first, TokenizedText tokens) {

  /** A window that begins with its text. */
  Window(int text, int number, TokenizedText tokens) {
    this(text, number, 0, tokens);
  }

  EncoderRow row() {
    return EncoderRow.of(tokens);
  }

  int length() {
    return tokens.length();
  }
}
