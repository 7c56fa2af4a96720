package io.loquent.tokenizers;

/**
 * Replaces a string in a text that comes in parts; equal to {@link String#replace} on the whole.
 * Only an end that may be the start of a match is held back.
 */
final class ReplaceStage implements PieceSink {

  private final String pattern;
  private final String replacement;
  private final PieceSink next;
  private final StringBuilder held = new StringBuilder();

  ReplaceStage(String pattern, String replacement, PieceSink next) {
    this.pattern = pattern;
    this.replacement = replacement;
    this.next = next;
  }

  @Override
  public void piece(String piece) {
    held.append(piece);
    StringBuilder certain = new StringBuilder();
    int from = 0;
    for (int match = held.indexOf(pattern); match >= 0; match = held.indexOf(pattern, from)) {
      certain.append(held, from, match).append(replacement);
      from = match + pattern.length();
    }
    int end = startOfPartialMatch(from);
    certain.append(held, from, end);
    held.delete(0, end);
    if (certain.length() > 0) {
      next.piece(certain.toString());
    }
  }

  @Override
  public void end() {
    if (held.length() > 0) {
      next.piece(held.toString());
      held.setLength(0);
    }
    next.end();
  }

  /** Where the longest end of the text that starts the pattern begins; its length if none does. */
  private int startOfPartialMatch(int from) {
    int start = Math.max(from, held.length() - pattern.length() + 1);
    while (start < held.length() && !isStartOfPattern(start)) {
      start++;
    }
    return start;
  }

  private boolean isStartOfPattern(int start) {
    for (int i = start; i < held.length(); i++) {
      if (held.charAt(i) != pattern.charAt(i - start)) {
        return false;
      }
    }
    return true;
  }
}
