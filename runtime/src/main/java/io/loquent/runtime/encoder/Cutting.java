package io.loquent.runtime.encoder;

import io.loquent.spi.TokenizedText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cuts tokenized texts. Tokens that the tokenizer added stay where they are, so that what is left
 * looks as if the shorter text had been tokenized.
 */
final class Cutting {

  private Cutting() {}

  /**
   * Takes tokens from the end of the longer text until the row fits (Hugging Face {@code
   * longest_first}).
   *
   * @param room tokens, special ones included; at least as many as special tokens
   */
  static TokenizedText longestFirst(TokenizedText tokens, int room) {
    int first = size(tokens, 0);
    int second = size(tokens, 1);
    for (int excess = tokens.length() - room; excess > 0; excess--) {
      if (second >= first) {
        second--;
      } else {
        first--;
      }
    }
    return keep(tokens, 0, new int[] {0, 0}, new int[] {first, second});
  }

  /**
   * Takes tokens from the end of one of the texts until the row fits.
   *
   * @param sequence which text is cut
   * @param room tokens of a row, special ones included; leaves at least one for the text
   */
  static TokenizedText beginning(TokenizedText tokens, int sequence, int room) {
    int[] to = {Integer.MAX_VALUE, Integer.MAX_VALUE};
    to[sequence] = room - (tokens.length() - size(tokens, sequence));
    return keep(tokens, 0, new int[] {0, 0}, to);
  }

  /**
   * Splits one of the texts into windows; the other one is in all of them.
   *
   * @param sequence which text is split
   * @param head tokens at the beginning of that text that are in all windows
   * @param room tokens of a row, special ones included; leaves at least one for the text
   * @param stride tokens behind the head that neighbouring windows share; less than what a window
   *     has of the text
   */
  static List<TokenizedText> windows(
      TokenizedText tokens, int sequence, int head, int room, int stride) {
    int size = size(tokens, sequence);
    int perWindow = room - (tokens.length() - size) - head;
    List<TokenizedText> windows = new ArrayList<>();
    int start = head;
    while (true) {
      int end = Math.min(size, start + perWindow);
      int[] from = {0, 0};
      int[] to = {Integer.MAX_VALUE, Integer.MAX_VALUE};
      from[sequence] = start;
      to[sequence] = end;
      windows.add(keep(tokens, head, from, to));
      if (end == size) {
        return windows;
      }
      start = end - stride;
    }
  }

  /** How many tokens are of one of the texts. */
  static int size(TokenizedText tokens, int sequence) {
    return (int)
        IntStream.range(0, tokens.length())
            .filter(token -> tokens.sequence(token) == sequence)
            .count();
  }

  /** Keeps special tokens, the head, and of each text those from one index to another. */
  private static TokenizedText keep(TokenizedText tokens, int head, int[] from, int[] to) {
    int[] next = {0, 0};
    return tokens.select(
        IntStream.range(0, tokens.length())
            .filter(
                token -> {
                  if (tokens.isSpecial(token)) {
                    return true;
                  }
                  int sequence = tokens.sequence(token);
                  int index = next[sequence]++;
                  boolean begins = index >= from[sequence] || index < head;
                  return begins && index < to[sequence];
                })
            .toArray());
  }
}
