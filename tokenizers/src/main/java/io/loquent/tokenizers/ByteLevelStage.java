package io.loquent.tokenizers;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Turns byte-level tokens, in which each character stands for one byte, into text. The alphabet is
 * GPT-2's: printable Latin-1 characters stand for themselves, the other bytes follow from U+0100
 * on. A token with a character outside of the alphabet (an added token, usually) stands for its own
 * UTF-8 bytes.
 */
final class ByteLevelStage implements PieceSink {

  private static final int[] BYTE_OF_CHARACTER = alphabet();

  private final PieceSink next;
  private final StringBuilder text = new StringBuilder();
  private final Utf8Decoder utf8 = new Utf8Decoder(text);

  ByteLevelStage(PieceSink next) {
    this.next = next;
  }

  @Override
  public void piece(String piece) {
    for (byte value : bytes(piece)) {
      utf8.accept(value & 0xFF);
    }
    passOn();
  }

  /** The bytes that a token stands for. */
  static byte[] bytes(String token) {
    if (!isByteLevel(token)) {
      return token.getBytes(StandardCharsets.UTF_8);
    }
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) BYTE_OF_CHARACTER[token.charAt(i)];
    }
    return bytes;
  }

  @Override
  public void end() {
    utf8.end();
    passOn();
    next.end();
  }

  private void passOn() {
    if (text.length() > 0) {
      next.piece(text.toString());
      text.setLength(0);
    }
  }

  private static boolean isByteLevel(String piece) {
    for (int i = 0; i < piece.length(); i++) {
      char c = piece.charAt(i);
      if (c >= BYTE_OF_CHARACTER.length || BYTE_OF_CHARACTER[c] < 0) {
        return false;
      }
    }
    return true;
  }

  private static int[] alphabet() {
    int[] byteOf = new int[0x100 + 68];
    Arrays.fill(byteOf, -1);
    int shifted = 0x100;
    for (int value = 0; value < 256; value++) {
      boolean printable =
          (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || value >= 0xAE;
      byteOf[printable ? value : shifted++] = value;
    }
    return byteOf;
  }
}
