package io.loquent.tokenizers;

/**
 * Decodes UTF-8 byte by byte and holds an unfinished character back. What is not UTF-8 becomes one
 * U+FFFD per maximal part of a character (Unicode 15, section 3.9, "U+FFFD Substitution of Maximal
 * Subparts"), as Rust's {@code from_utf8_lossy} does; the decoders of the JDK and of Android differ
 * for surrogates.
 */
final class Utf8Decoder {

  static final String REPLACEMENT = "\uFFFD";

  private final StringBuilder out;
  private int codePoint;
  private int missing;
  // The range of the next continuation byte; narrower after some lead bytes, which keeps out
  // overlong forms, surrogates and code points above U+10FFFF.
  private int lowest = 0x80;
  private int highest = 0xBF;

  Utf8Decoder(StringBuilder out) {
    this.out = out;
  }

  /** Takes any byte, 0 to 255. */
  void accept(int value) {
    if (acceptValid(value)) {
      return;
    }
    boolean cutShort = missing > 0;
    reset();
    out.append(REPLACEMENT);
    if (cutShort && !acceptValid(value)) {
      // The byte ended a character without being able to start one.
      out.append(REPLACEMENT);
    }
  }

  /** Takes a byte if the bytes so far stay the start of valid UTF-8; otherwise changes nothing. */
  boolean acceptValid(int value) {
    if (missing > 0) {
      return continueCharacter(value);
    }
    if (value < 0x80) {
      out.append((char) value);
      return true;
    }
    if (value >= 0xC2 && value <= 0xDF) {
      startCharacter(value & 0x1F, 1);
    } else if (value >= 0xE0 && value <= 0xEF) {
      startCharacter(value & 0x0F, 2);
      lowest = value == 0xE0 ? 0xA0 : 0x80;
      highest = value == 0xED ? 0x9F : 0xBF;
    } else if (value >= 0xF0 && value <= 0xF4) {
      startCharacter(value & 0x07, 3);
      lowest = value == 0xF0 ? 0x90 : 0x80;
      highest = value == 0xF4 ? 0x8F : 0xBF;
    } else {
      return false;
    }
    return true;
  }

  boolean isIncomplete() {
    return missing > 0;
  }

  /** Ends the text: an unfinished character becomes U+FFFD. */
  void end() {
    if (missing > 0) {
      out.append(REPLACEMENT);
    }
    reset();
  }

  /** Forgets an unfinished character. */
  void reset() {
    missing = 0;
    codePoint = 0;
    lowest = 0x80;
    highest = 0xBF;
  }

  private void startCharacter(int bits, int continuationBytes) {
    codePoint = bits;
    missing = continuationBytes;
  }

  private boolean continueCharacter(int value) {
    if (value < lowest || value > highest) {
      return false;
    }
    codePoint = (codePoint << 6) | (value & 0x3F);
    missing--;
    lowest = 0x80;
    highest = 0xBF;
    if (missing == 0) {
      out.appendCodePoint(codePoint);
    }
    return true;
  }
}
