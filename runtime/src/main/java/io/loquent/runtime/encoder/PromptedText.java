package io.loquent.runtime.encoder;

import io.loquent.spi.TokenizedText;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A text as sentence transformers has it read: behind its prompt, without white space around the
 * two, in lower case if the model wants that.
 *
 * @param read what the tokenizer reads
 * @param promptEnd where the prompt ends in it
 * @param shift what is added to an index in {@code read} to have it in the text
 * @param length UTF-16 units of the text
 */
record PromptedText(String read, int promptEnd, int shift, int length) {

  static PromptedText of(String prompt, String text, boolean lowerCase) {
    String both = prompt + text;
    int start = start(both);
    int end = end(both);
    String stripped = start < end ? both.substring(start, end) : "";
    int promptEnd = Math.min(Math.max(0, end(prompt) - start), stripped.length());
    return new PromptedText(
        lowerCase ? lowerCase(stripped) : stripped,
        promptEnd,
        start - prompt.length(),
        text.length());
  }

  /** Removes white space around a text. */
  static String stripped(String text) {
    int start = start(text);
    int end = end(text);
    return start < end ? text.substring(start, end) : "";
  }

  private static int start(String text) {
    int start = 0;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return start;
  }

  private static int end(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  /** Letters whose lower case is longer stay as they are, so that offsets hold. */
  private static String lowerCase(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.length() == text.length()) {
      return lower;
    }
    StringBuilder kept = new StringBuilder(text.length());
    text.codePoints().map(PromptedText::lowerCase).forEach(kept::appendCodePoint);
    return kept.toString();
  }

  private static int lowerCase(int codePoint) {
    int lower = Character.toLowerCase(codePoint);
    return Character.charCount(lower) == Character.charCount(codePoint) ? lower : codePoint;
  }

  /** The indices of tokens that are of the prompt. */
  IntStream promptTokens(TokenizedText tokens) {
    return IntStream.range(0, tokens.length())
        .filter(token -> !tokens.isSpecial(token) && tokens.start(token) < promptEnd);
  }

  /** Moves offsets to where they are in the text; tokens of the prompt stand in no text. */
  TokenizedText inText(TokenizedText tokens) {
    int size = tokens.length();
    int[] sequences = new int[size];
    int[] words = new int[size];
    int[] starts = new int[size];
    int[] ends = new int[size];
    for (int token = 0; token < size; token++) {
      boolean outside = tokens.isSpecial(token) || tokens.start(token) < promptEnd;
      sequences[token] = outside ? TokenizedText.NONE : tokens.sequence(token);
      words[token] = outside ? TokenizedText.NONE : tokens.word(token);
      starts[token] = outside ? 0 : inText(tokens.start(token));
      ends[token] = outside ? 0 : inText(tokens.end(token));
    }
    return new TokenizedText(tokens.ids(), tokens.typeIds(), sequences, words, starts, ends);
  }

  private int inText(int index) {
    return Math.max(0, Math.min(length, index + shift));
  }
}
