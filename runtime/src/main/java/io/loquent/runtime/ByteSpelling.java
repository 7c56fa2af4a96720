package io.loquent.runtime;

/**
 * How vocabularies spell a byte that is no character alone: byte-level ones (GPT-2) by a printable
 * character for each byte, those with byte fallback (SentencePiece) by its hexadecimal digits.
 */
final class ByteSpelling {

  private static final String START = "<0x";
  private static final int LENGTH = "<0xFF>".length();

  private ByteSpelling() {}

  /** The byte-level spelling of a token. */
  static String of(String token) {
    if (token.length() != LENGTH || !token.startsWith(START) || !token.endsWith(">")) {
      return token;
    }
    int high = Character.digit(token.charAt(START.length()), 16);
    int low = Character.digit(token.charAt(START.length() + 1), 16);
    return high < 0 || low < 0 ? token : String.valueOf(character(16 * high + low));
  }

  /** Printable bytes of Latin-1 are themselves; the others follow behind it, in their order. */
  private static char character(int value) {
    int others = 0;
    for (int other = 0; other < value; other++) {
      others += isPrintable(other) ? 0 : 1;
    }
    return (char) (isPrintable(value) ? value : 256 + others);
  }

  private static boolean isPrintable(int value) {
    return (value >= '!' && value <= '~') || (value >= 0xA1 && value != 0xAD);
  }
}
