package io.loquent.tokenizers;

import io.loquent.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What single tokens add to a text, in bytes. A decoder is asked by decoding a token alone, and
 * behind another one; only where tokens are bytes they are read directly, because a part of a
 * character cannot be decoded. Immutable and thread-safe.
 */
final class TokenSpelling {

  /** What tokens are decoded behind. */
  private static final String BEFORE = "a";

  private final Vocabulary vocabulary;
  private final DecoderChain decoder;

  private TokenSpelling(Vocabulary vocabulary, DecoderChain decoder) {
    this.vocabulary = vocabulary;
    this.decoder = decoder;
  }

  /**
   * Takes a decoder.
   *
   * @param decoder without tidying up of spaces; null if it does not run token by token
   * @param path names it in errors
   * @throws InvalidRequestException if what a token adds depends on those behind it
   */
  static TokenSpelling of(Vocabulary vocabulary, @Nullable DecoderChain decoder, Path path) {
    if (decoder == null || decoder.looksAhead()) {
      throw new InvalidRequestException(
          "the decoder of "
              + path
              + " does not say what single tokens add to a text (it has a regular expression, or a"
              + " suffix that depends on the next token), so that output cannot be constrained;"
              + " leave the constraint out");
    }
    return new TokenSpelling(vocabulary, decoder);
  }

  /**
   * Spells a token.
   *
   * @param first whether the text begins with it
   * @return bytes; null for a special token and for an id without a token
   */
  byte @Nullable [] bytes(int id, boolean first) {
    String token = vocabulary.token(id);
    if (token == null || vocabulary.isSpecial(token)) {
      return null;
    }
    if (decoder.isByteLevel()) {
      return ByteLevelStage.bytes(token);
    }
    int single = decoder.hasByteFallback() ? ByteFallbackStage.byteValue(token) : -1;
    if (single >= 0) {
      return new byte[] {(byte) single};
    }
    String text = first ? decode(token) : decode(BEFORE, token).substring(decode(BEFORE).length());
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String decode(String... tokens) {
    TextCollector text = new TextCollector();
    PieceSink sink = decoder.into(text);
    for (String token : tokens) {
      sink.piece(token);
    }
    sink.end();
    return text.take();
  }
}
