package io.loquent.decoding.heads;

/**
 * Where the tokens of one text stand in it, and which of them are one word. Immutable and
 * thread-safe.
 *
 * <p>Tokenizers that mark the beginning of words count the space in front as part of a token, and
 * may make it a token of its own. Here it is part of none.
 */
public final class TextTokens {

  private final int[] starts;
  private final int[] ends;
  private final int[] firstOfWord;
  private final int[] lastOfWord;

  private TextTokens(int[] starts, int[] ends, int[] firstOfWord, int[] lastOfWord) {
    this.starts = starts;
    this.ends = ends;
    this.firstOfWord = firstOfWord;
    this.lastOfWord = lastOfWord;
  }

  /**
   * Reads tokens.
   *
   * <p>A word begins where the tokenizer says so, and behind white space: tokenizers that split no
   * words call the whole text one.
   *
   * @param text the text
   * @param words {@code [tokens]}: which word the tokenizer says a token is of
   * @param starts {@code [tokens]}: where tokens start, in UTF-16 units of the text
   * @param ends {@code [tokens]}: where they end, exclusive
   * @return the tokens
   */
  public static TextTokens of(String text, int[] words, int[] starts, int[] ends) {
    int size = words.length;
    int[] left = new int[size];
    int[] right = new int[size];
    for (int token = 0; token < size; token++) {
      left[token] = behindSpace(text, starts[token], ends[token]);
      right[token] = beforeSpace(text, left[token], ends[token]);
    }
    int[] first = new int[size];
    for (int token = 0; token < size; token++) {
      boolean goesOn =
          token > 0
              && words[token] == words[token - 1]
              && behindSpace(text, right[token - 1], left[token]) == right[token - 1];
      first[token] = goesOn ? first[token - 1] : token;
    }
    int[] last = new int[size];
    for (int token = size - 1; token >= 0; token--) {
      boolean endsWord = token == size - 1 || first[token + 1] != first[token];
      last[token] = endsWord ? token : last[token + 1];
    }
    return new TextTokens(
        visibleStarts(left, right), visibleEnds(left, right, starts), first, last);
  }

  /** A blank token starts where the next visible one does. */
  private static int[] visibleStarts(int[] left, int[] right) {
    int[] starts = left.clone();
    for (int token = left.length - 2; token >= 0; token--) {
      if (left[token] == right[token]) {
        starts[token] = starts[token + 1];
      }
    }
    return starts;
  }

  /** A blank token ends where the last visible one does. */
  private static int[] visibleEnds(int[] left, int[] right, int[] rawStarts) {
    int[] ends = right.clone();
    for (int token = 0; token < left.length; token++) {
      if (left[token] == right[token]) {
        ends[token] = token == 0 ? rawStarts[0] : ends[token - 1];
      }
    }
    return ends;
  }

  private static int behindSpace(String text, int from, int to) {
    int start = from;
    while (start < to && isSpace(text.charAt(start))) {
      start++;
    }
    return start;
  }

  private static int beforeSpace(String text, int from, int to) {
    int end = to;
    while (end > from && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }

  private static boolean isSpace(char unit) {
    return Character.isWhitespace(unit) || Character.isSpaceChar(unit);
  }

  /**
   * Returns the number of tokens.
   *
   * @return tokens
   */
  public int size() {
    return starts.length;
  }

  /**
   * Returns where the text of a span that begins with a token starts.
   *
   * @param token index of a token
   * @return in UTF-16 units, no white space in front
   */
  public int start(int token) {
    return starts[token];
  }

  /**
   * Returns where the text of a span that ends with a token ends.
   *
   * @param token index of a token
   * @return in UTF-16 units, exclusive, no white space behind; not above {@link #start} for white
   *     space
   */
  public int end(int token) {
    return ends[token];
  }

  /**
   * Returns the first token of a token's word.
   *
   * @param token index of a token
   * @return index of a token
   */
  public int firstOfWord(int token) {
    return firstOfWord[token];
  }

  /**
   * Returns the last token of a token's word.
   *
   * @param token index of a token
   * @return index of a token
   */
  public int lastOfWord(int token) {
    return lastOfWord[token];
  }
}
