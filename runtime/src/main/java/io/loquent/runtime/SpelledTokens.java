package io.loquent.runtime;

import io.loquent.decoding.constraint.TokenBytes;
import io.loquent.spi.IncrementalDetokenizer;
import io.loquent.spi.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The bytes of all tokens of a tokenizer. Immutable and thread-safe. */
final class SpelledTokens implements TokenBytes {

  private final byte[] @Nullable [] first;
  private final byte[] @Nullable [] following;

  /**
   * Asks a tokenizer.
   *
   * @throws io.loquent.InvalidRequestException if it cannot tell
   */
  SpelledTokens(Tokenizer tokenizer) {
    IntFunction<Optional<byte[]>> beginning = tokenizer.tokenBytes(true);
    IntFunction<Optional<byte[]>> behind = tokenizer.tokenBytes(false);
    first = new byte[tokenizer.vocabularySize()][];
    following = new byte[first.length][];
    for (int id = 0; id < first.length; id++) {
      following[id] = behind.apply(id).orElse(null);
      byte[] alone = beginning.apply(id).orElse(null);
      first[id] = Arrays.equals(alone, following[id]) ? following[id] : alone;
    }
  }

  @Override
  public int size() {
    return first.length;
  }

  @Override
  public byte @Nullable [] bytes(int id, boolean isFirst) {
    return isFirst ? first[id] : following[id];
  }

  /** Writes exactly the text that a constraint has seen, whatever the tokenizer tidies up. */
  IncrementalDetokenizer detokenizer() {
    return new Text();
  }

  /** Bytes that become characters as soon as they are complete. */
  private final class Text implements IncrementalDetokenizer {
    private final CharsetDecoder utf8 =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);

    /** At most three bytes of a character that is not complete. */
    private byte[] rest = new byte[0];

    private boolean begun;

    @Override
    public String append(int id) {
      byte[] bytes = id < size() ? bytes(id, !begun) : null;
      if (bytes == null) {
        return "";
      }
      begun = true;
      return decode(bytes, false);
    }

    @Override
    public String flush() {
      return decode(new byte[0], true);
    }

    private String decode(byte[] more, boolean end) {
      byte[] all = Arrays.copyOf(rest, rest.length + more.length);
      System.arraycopy(more, 0, all, rest.length, more.length);
      ByteBuffer input = ByteBuffer.wrap(all);
      CharBuffer output = CharBuffer.allocate(all.length + 1);
      utf8.decode(input, output, end);
      rest = Arrays.copyOfRange(all, input.position(), all.length);
      return new String(output.array(), 0, output.position());
    }
  }
}
