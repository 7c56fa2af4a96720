package io.loquent.runtime;

import io.loquent.chat.ToolCallParser;
import io.loquent.spi.IncrementalDetokenizer;
import io.loquent.spi.Tokenizer;

/**
 * Text without special tokens, but for those by which {@link ToolCallParser} finds calls. Confined
 * to one thread.
 */
final class ToolMarkedText implements IncrementalDetokenizer {

  private final Tokenizer tokenizer;
  private final IncrementalDetokenizer text;

  ToolMarkedText(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    text = tokenizer.detokenizer(false);
  }

  @Override
  public String append(int id) {
    return isLeftOut(id) ? "" : text.append(id);
  }

  private boolean isLeftOut(int id) {
    return tokenizer.isSpecial(id)
        && !tokenizer.idToToken(id).filter(ToolCallParser.marks()::contains).isPresent();
  }

  @Override
  public String flush() {
    return text.flush();
  }
}
