package io.loquent.tokenizers;

import io.loquent.spi.IncrementalDetokenizer;

/** Hands text out as soon as no later token can change it. */
final class StreamingDetokenizer implements IncrementalDetokenizer {

  private final Vocabulary vocabulary;
  private final boolean skipSpecialTokens;
  private final TextCollector text = new TextCollector();
  private final PieceSink decoder;
  private boolean ended;

  StreamingDetokenizer(Vocabulary vocabulary, DecoderChain chain, boolean skipSpecialTokens) {
    this.vocabulary = vocabulary;
    this.skipSpecialTokens = skipSpecialTokens;
    this.decoder = chain.into(text);
  }

  @Override
  public String append(int id) {
    if (ended) {
      throw new IllegalStateException("the sequence was ended by flush(); start a new detokenizer");
    }
    String token = vocabulary.token(id);
    if (token == null || (skipSpecialTokens && vocabulary.isSpecial(token))) {
      return "";
    }
    decoder.piece(token);
    return text.take();
  }

  @Override
  public String flush() {
    if (ended) {
      return "";
    }
    ended = true;
    decoder.end();
    return text.take();
  }
}
