package io.loquent.tokenizers;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.loquent.InvalidRequestException;
import io.loquent.spi.IncrementalDetokenizer;
import io.loquent.spi.TokenizedText;
import io.loquent.spi.Tokenizer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer in native code. Calls run side by side; closing waits for them, because native memory
 * that is freed under a running call takes the process down.
 */
final class NativeTokenizer implements Tokenizer {

  // Overflowing tokens are those that truncation cuts off, and nothing is truncated.
  private static final boolean WITHOUT_OVERFLOW = false;

  // Not the TokenizerFile itself, which holds megabytes of text.
  private final Path path;
  private final Vocabulary vocabulary;
  private final boolean cleanUpSpaces;
  private final Optional<DecoderChain> decoder;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final @Nullable DecoderChain plainDecoder;
  private @Nullable HuggingFaceTokenizer tokenizer;

  private NativeTokenizer(TokenizerFile file, HuggingFaceTokenizer tokenizer) {
    this.path = file.path();
    this.vocabulary = file.vocabulary();
    this.cleanUpSpaces = file.cleanUpSpaces();
    this.decoder = DecoderChain.of(file.decoder(), file.cleanUpSpaces());
    this.plainDecoder = DecoderChain.of(file.decoder(), false).orElse(null);
    this.tokenizer = tokenizer;
  }

  static NativeTokenizer open(TokenizerFile file) {
    return new NativeTokenizer(file, DjlLibrary.open(file.path(), file.json()));
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    String wellFormed = SurrogatePairs.repair(text);
    return encoded(open -> toInts(DjlLibrary.encode(open, wellFormed, addSpecialTokens)));
  }

  @Override
  public int[] encode(String first, String second, boolean addSpecialTokens) {
    String a = SurrogatePairs.repair(first);
    String b = SurrogatePairs.repair(second);
    return encoded(open -> toInts(DjlLibrary.encode(open, a, b, addSpecialTokens)));
  }

  @Override
  public TokenizedText tokenize(String first, Optional<String> second, boolean addSpecialTokens) {
    String a = SurrogatePairs.repair(first);
    if (!second.isPresent()) {
      return encoded(
          open -> TokenOffsets.of(open.encode(a, addSpecialTokens, WITHOUT_OVERFLOW), a));
    }
    String b = SurrogatePairs.repair(second.get());
    return encoded(
        open -> TokenOffsets.of(open.encode(a, b, addSpecialTokens, WITHOUT_OVERFLOW), a, b));
  }

  @Override
  public String decode(int[] ids, boolean skipSpecialTokens) {
    if (decoder.isPresent() && decoder.get().stripsEnds()) {
      return decodeInSteps(ids, detokenizer(skipSpecialTokens));
    }
    long[] longs = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      longs[i] = ids[i];
    }
    String text = call(tokenizer -> tokenizer.decode(longs, skipSpecialTokens));
    return cleanUpSpaces ? SpaceCleanup.of(text) : text;
  }

  private static String decodeInSteps(int[] ids, IncrementalDetokenizer detokenizer) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(detokenizer.append(id));
    }
    return text.append(detokenizer.flush()).toString();
  }

  @Override
  public IncrementalDetokenizer detokenizer(boolean skipSpecialTokens) {
    return call(
        open ->
            decoder.isPresent()
                ? new StreamingDetokenizer(vocabulary, decoder.get(), skipSpecialTokens)
                : new FinalDetokenizer(this, skipSpecialTokens));
  }

  @Override
  public int vocabularySize() {
    return vocabulary.size();
  }

  @Override
  public OptionalInt tokenToId(String token) {
    return vocabulary.idOf(Objects.requireNonNull(token, "token"));
  }

  @Override
  public Optional<String> idToToken(int id) {
    return Optional.ofNullable(vocabulary.token(id));
  }

  @Override
  public IntFunction<Optional<byte[]>> tokenBytes(boolean first) {
    TokenSpelling spelling = TokenSpelling.of(vocabulary, plainDecoder, path);
    return id -> Optional.ofNullable(spelling.bytes(id, first));
  }

  @Override
  public boolean isSpecial(int id) {
    String token = vocabulary.token(id);
    return token != null && vocabulary.isSpecial(token);
  }

  @Override
  public void close() {
    Lock exclusive = lock.writeLock();
    exclusive.lock();
    try {
      if (tokenizer != null) {
        tokenizer.close();
        tokenizer = null;
      }
    } finally {
      exclusive.unlock();
    }
  }

  private <T> T encoded(NativeCall<T> encode) {
    return call(
        open -> {
          try {
            return encode.on(open);
          } catch (RuntimeException e) {
            throw unencodable(e);
          }
        });
  }

  private InvalidRequestException unencodable(RuntimeException cause) {
    InvalidRequestException refusal =
        new InvalidRequestException(
            "the tokenizer of "
                + path
                + " has no tokens for a part of the text: "
                + cause.getMessage());
    refusal.initCause(cause);
    return refusal;
  }

  private <T> T call(NativeCall<T> call) {
    Lock shared = lock.readLock();
    shared.lock();
    try {
      HuggingFaceTokenizer open = tokenizer;
      if (open == null) {
        throw new IllegalStateException("the tokenizer of " + path + " is closed");
      }
      return call.on(open);
    } finally {
      shared.unlock();
    }
  }

  private static int[] toInts(long[] ids) {
    int[] ints = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      ints[i] = (int) ids[i];
    }
    return ints;
  }

  /** One use of the open tokenizer. */
  private interface NativeCall<T> {
    T on(HuggingFaceTokenizer tokenizer);
  }
}
