package io.loquent.tokenizers;

import java.util.Locale;

/**
 * Joins runs of byte tokens such as {@code <0xE2>}. As in the tokenizers library a run that is not
 * valid UTF-8 as a whole becomes one U+FFFD per byte, also where parts of it are valid; so a run is
 * held back until it ends or is known to be invalid.
 */
final class ByteFallbackStage implements PieceSink {

  private static final String HEX_DIGITS = "0123456789abcdef";

  private final PieceSink next;
  private final StringBuilder run = new StringBuilder();
  private final Utf8Decoder utf8 = new Utf8Decoder(run);
  private int heldBytes;
  private boolean invalid;

  ByteFallbackStage(PieceSink next) {
    this.next = next;
  }

  @Override
  public void piece(String piece) {
    int value = byteValue(piece);
    if (value < 0) {
      endRun();
      next.piece(piece);
    } else {
      addToRun(value);
    }
  }

  @Override
  public void end() {
    endRun();
    next.end();
  }

  private void addToRun(int value) {
    heldBytes++;
    if (!invalid && !utf8.acceptValid(value)) {
      invalid = true;
    }
    if (invalid) {
      releaseAsInvalid();
    }
  }

  private void endRun() {
    if (!invalid && utf8.isIncomplete()) {
      releaseAsInvalid();
    } else if (!invalid && heldBytes > 0) {
      next.piece(run.toString());
    }
    invalid = false;
    heldBytes = 0;
    utf8.reset();
    run.setLength(0);
  }

  private void releaseAsInvalid() {
    for (; heldBytes > 0; heldBytes--) {
      next.piece(Utf8Decoder.REPLACEMENT);
    }
    run.setLength(0);
  }

  /** The byte that a token stands for, or -1. */
  static int byteValue(String token) {
    if (token.length() != 6 || !token.startsWith("<0x") || token.charAt(5) != '>') {
      return -1;
    }
    String digits = token.substring(3, 5).toLowerCase(Locale.ROOT);
    int low = HEX_DIGITS.indexOf(digits.charAt(1));
    // Rust's number parser, which decides in the tokenizers library, takes a plus sign.
    int high = digits.charAt(0) == '+' ? 0 : HEX_DIGITS.indexOf(digits.charAt(0));
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }
}
