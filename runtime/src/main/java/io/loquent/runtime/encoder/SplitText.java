package io.loquent.runtime.encoder;

import io.loquent.decoding.heads.TextTokens;
import io.loquent.spi.TokenizedText;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One of the texts of a row, put together again from its windows.
 *
 * @param tokens where its tokens stand in it
 * @param leading how many tokens stand in front of it in its first row: special ones and another
 *     text
 */
record SplitText(TextTokens tokens, int leading) {

  /**
   * Joins the windows of a text.
   *
   * @param windows all windows of the text, in order
   * @param sequence which of the rows' texts it is: 0 or 1
   */
  static SplitText of(List<Window> windows, int sequence, String text) {
    Window end = windows.get(windows.size() - 1);
    int size = end.first() + positions(end, sequence).length;
    int[] words = new int[size];
    int[] starts = new int[size];
    int[] ends = new int[size];
    for (Window window : windows) {
      TokenizedText tokens = window.tokens();
      int[] positions = positions(window, sequence);
      for (int i = 0; i < positions.length; i++) {
        words[window.first() + i] = tokens.word(positions[i]);
        starts[window.first() + i] = tokens.start(positions[i]);
        ends[window.first() + i] = tokens.end(positions[i]);
      }
    }
    int[] inFirstRow = positions(windows.get(0), sequence);
    return new SplitText(
        TextTokens.of(text, words, starts, ends), inFirstRow.length == 0 ? 0 : inFirstRow[0]);
  }

  /** Where in a window's row the tokens of a text are. */
  static int[] positions(Window window, int sequence) {
    TokenizedText tokens = window.tokens();
    return IntStream.range(0, tokens.length())
        .filter(position -> tokens.sequence(position) == sequence)
        .toArray();
  }
}
