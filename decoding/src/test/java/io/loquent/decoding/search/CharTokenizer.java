package io.loquent.decoding.search;

import io.loquent.spi.IncrementalDetokenizer;
import io.loquent.spi.TokenizedText;
import io.loquent.spi.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Each id is a fixed text; id 0 is special. */
final class CharTokenizer implements Tokenizer {

  private final List<String> pieces;

  CharTokenizer(String... pieces) {
    this.pieces = List.of(pieces);
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int[] encode(String first, String second, boolean addSpecialTokens) {
    throw new UnsupportedOperationException();
  }

  @Override
  public TokenizedText tokenize(String first, Optional<String> second, boolean addSpecialTokens) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String decode(int[] ids, boolean skipSpecialTokens) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      if (id != 0 || !skipSpecialTokens) {
        text.append(pieces.get(id));
      }
    }
    return text.toString();
  }

  @Override
  public IncrementalDetokenizer detokenizer(boolean skipSpecialTokens) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int vocabularySize() {
    return pieces.size();
  }

  @Override
  public OptionalInt tokenToId(String token) {
    int id = pieces.indexOf(token);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public void close() {}
}
