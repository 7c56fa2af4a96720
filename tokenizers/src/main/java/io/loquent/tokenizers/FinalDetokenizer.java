package io.loquent.tokenizers;

import io.loquent.spi.IncrementalDetokenizer;
import io.loquent.spi.Tokenizer;
import java.util.Arrays;

/**
 * Hands the whole text out at the end: for decoders whose text may change until then, or of which
 * we cannot know that it does not.
 */
final class FinalDetokenizer implements IncrementalDetokenizer {

  private final Tokenizer tokenizer;
  private final boolean skipSpecialTokens;
  private int[] ids = new int[64];
  private int length;
  private boolean ended;

  FinalDetokenizer(Tokenizer tokenizer, boolean skipSpecialTokens) {
    this.tokenizer = tokenizer;
    this.skipSpecialTokens = skipSpecialTokens;
  }

  @Override
  public String append(int id) {
    if (ended) {
      throw new IllegalStateException("the sequence was ended by flush(); start a new detokenizer");
    }
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, length * 2);
    }
    ids[length++] = id;
    return "";
  }

  @Override
  public String flush() {
    if (ended) {
      return "";
    }
    ended = true;
    return tokenizer.decode(Arrays.copyOf(ids, length), skipSpecialTokens);
  }
}
