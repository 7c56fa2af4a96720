package io.loquent.runtime.encoder;

import io.loquent.encoder.TokenEmbeddings;
import io.loquent.spi.TokenizedText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Puts the token vectors of a text's windows together. Of what two windows share, the first half is
 * taken from the earlier and the rest from the later one, so that every vector has seen text on
 * both sides. Confined to one thread.
 */
final class WindowJoin {

  private final List<Window> windows = new ArrayList<>();
  private final List<float[][]> vectors = new ArrayList<>();

  /** Adds a window, in the text's order. */
  void expect(Window window) {
    windows.add(window);
    vectors.add(new float[0][]);
  }

  /** Sets a window's vectors, {@code [tokens, size]}. */
  void set(int number, float[][] values) {
    vectors.set(number, values);
  }

  TokenEmbeddings result(PromptedText text) {
    if (windows.size() == 1) {
      return new TokenEmbeddings(text.inText(windows.get(0).tokens()), vectors.get(0));
    }
    Columns columns = new Columns();
    for (int number = 0; number < windows.size(); number++) {
      add(number, text, columns);
    }
    return columns.result();
  }

  private void add(int number, PromptedText prompted, Columns columns) {
    TokenizedText tokens = windows.get(number).tokens();
    int first = firstOfText(tokens);
    int end = endOfText(tokens);
    boolean last = number == windows.size() - 1;
    int from = number == 0 ? 0 : first + head(number, prompted) + overlap(number, prompted) / 2;
    int to = last ? tokens.length() : end;
    if (!last) {
      int overlap = overlap(number + 1, prompted);
      to -= overlap - overlap / 2;
    }
    TokenizedText inText = prompted.inText(tokens);
    for (int token = from; token < to; token++) {
      columns.add(inText, token, vectors.get(number)[token]);
    }
  }

  /** How many tokens of the prompt a window repeats. */
  private int head(int number, PromptedText prompted) {
    return (int) prompted.promptTokens(windows.get(number).tokens()).count();
  }

  private int overlap(int number, PromptedText prompted) {
    return windows.get(number).shared() - head(number, prompted);
  }

  private static int firstOfText(TokenizedText tokens) {
    int first = 0;
    while (first < tokens.length() && tokens.isSpecial(first)) {
      first++;
    }
    return first;
  }

  private static int endOfText(TokenizedText tokens) {
    int end = tokens.length();
    while (end > 0 && tokens.isSpecial(end - 1)) {
      end--;
    }
    return end;
  }

  /** Tokens that are put together one by one. */
  private static final class Columns {
    private final List<int[]> tokens = new ArrayList<>();
    private final List<float[]> vectors = new ArrayList<>();

    void add(TokenizedText text, int token, float[] vector) {
      tokens.add(
          new int[] {
            text.id(token),
            text.typeIds()[token],
            text.sequence(token),
            text.word(token),
            text.start(token),
            text.end(token)
          });
      vectors.add(vector);
    }

    TokenEmbeddings result() {
      int[][] columns =
          Stream.iterate(0, column -> column + 1)
              .limit(6)
              .map(column -> tokens.stream().mapToInt(token -> token[column]).toArray())
              .toArray(int[][]::new);
      return new TokenEmbeddings(
          new TokenizedText(columns[0], columns[1], columns[2], columns[3], columns[4], columns[5]),
          vectors.toArray(new float[0][]));
    }
  }
}
