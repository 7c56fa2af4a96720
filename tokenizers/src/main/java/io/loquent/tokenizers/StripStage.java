package io.loquent.tokenizers;

/**
 * Drops up to so many of one character from the start and the end of a text that comes in parts.
 * What may be dropped from the end is held back.
 */
final class StripStage implements PieceSink {

  private final char stripped;
  private final int stop;
  private final PieceSink next;
  private final StringBuilder held = new StringBuilder();
  private int startsLeft;

  StripStage(char stripped, int start, int stop, PieceSink next) {
    this.stripped = stripped;
    this.startsLeft = start;
    this.stop = stop;
    this.next = next;
  }

  @Override
  public void piece(String piece) {
    held.append(piece, startOf(piece), piece.length());
    int end = held.length();
    while (end > 0 && held.length() - end < stop && held.charAt(end - 1) == stripped) {
      end--;
    }
    if (end > 0) {
      next.piece(held.substring(0, end));
      held.delete(0, end);
    }
  }

  @Override
  public void end() {
    next.end();
  }

  private int startOf(String piece) {
    int start = 0;
    while (startsLeft > 0 && start < piece.length()) {
      if (piece.charAt(start) == stripped) {
        start++;
        startsLeft--;
      } else {
        startsLeft = 0;
      }
    }
    return start;
  }
}
