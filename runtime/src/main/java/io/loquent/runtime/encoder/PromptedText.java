package io.loquent.runtime.encoder;

import io.loquent.spi.TokenizedText;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A text as sentence transformers has it read: behind its prompt, in lower case if the model wants
 * that.
 *
 * @param read what the tokenizer reads
 * @param promptEnd where the prompt ends in it, without white space at its end
 * @param shift what is added to an index in {@code read} to have it in the text
 */
record PromptedText(String read, int promptEnd, int shift) {

  static PromptedText of(String prompt, String text, boolean lowerCase) {
    int end = prompt.length();
    // Many tokenizers join that space with the text's first word.
    while (end > 0 && Character.isWhitespace(prompt.charAt(end - 1))) {
      end--;
    }
    String both = prompt + text;
    return new PromptedText(lowerCase ? lowerCase(both) : both, end, -prompt.length());
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
    return Math.max(0, index + shift);
  }
}
