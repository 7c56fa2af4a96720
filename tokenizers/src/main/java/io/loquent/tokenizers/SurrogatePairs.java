package io.loquent.tokenizers;

/** Half characters in text from outside. */
final class SurrogatePairs {

  private SurrogatePairs() {}

  /**
   * Replaces lone surrogates by U+FFFD. One of them would make the native side misread every
   * character beyond U+FFFF in the same text.
   */
  static String repair(String text) {
    int broken = firstLone(text, 0);
    if (broken < 0) {
      return text;
    }
    StringBuilder repaired = new StringBuilder(text);
    while (broken >= 0) {
      repaired.setCharAt(broken, '\uFFFD');
      broken = firstLone(repaired, broken + 1);
    }
    return repaired.toString();
  }

  private static int firstLone(CharSequence text, int from) {
    int i = from;
    while (i < text.length()) {
      int codePoint = Character.codePointAt(text, i);
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        return i;
      }
      i += Character.charCount(codePoint);
    }
    return -1;
  }
}
