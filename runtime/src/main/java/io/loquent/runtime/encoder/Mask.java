package io.loquent.runtime.encoder;

import io.loquent.runtime.model.EncoderModel;
import io.loquent.runtime.model.TokenizerFiles;
import io.loquent.spi.TokenizedText;
import io.loquent.spi.Tokenizer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What stands for an unknown token.
 *
 * @param spelling how it is written in texts, such as {@code [MASK]}
 * @param id its vocabulary id
 */
record Mask(String spelling, int id) {

  /** Finds a model's mask, by the tokenizer's files or by {@code config.json}. */
  static Optional<Mask> of(EncoderModel model, Tokenizer tokenizer, TokenizerFiles files) {
    String named = files.spelling(TokenizerFiles.MASK_TOKEN).orElse(null);
    OptionalInt id = named == null ? OptionalInt.empty() : tokenizer.tokenToId(named);
    if (named != null && id.isPresent()) {
      return Optional.of(new Mask(named, id.getAsInt()));
    }
    return model.json("config.json").get("mask_token_id") instanceof Number number
        ? tokenizer
            .idToToken(number.intValue())
            .map(spelling -> new Mask(spelling, number.intValue()))
        : Optional.empty();
  }

  /** Where a text's own tokens are masks. */
  int[] places(TokenizedText tokens) {
    return IntStream.range(0, tokens.length())
        .filter(token -> !tokens.isSpecial(token) && tokens.id(token) == id)
        .toArray();
  }
}
