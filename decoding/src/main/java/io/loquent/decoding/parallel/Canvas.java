package io.loquent.decoding.parallel;

import java.util.Arrays;

/**
 * The tokens of one row that a run of the model looks at, all at once. Mutable; confined to one
 * thread.
 */
public final class Canvas {

  private int[] tokens;
  private int length;
  private int windowStart;
  private int windowEnd;
  private boolean wholeRow = true;

  /**
   * Creates a canvas.
   *
   * @param tokens vocabulary ids; copied
   */
  public Canvas(int... tokens) {
    this.tokens = tokens.clone();
    length = tokens.length;
  }

  /**
   * Creates a canvas of one token many times.
   *
   * @param token vocabulary id, mostly of the mask
   * @param length how often, at least 0
   * @return a new canvas
   */
  public static Canvas filled(int token, int length) {
    int[] tokens = new int[length];
    Arrays.fill(tokens, token);
    return new Canvas(tokens);
  }

  /**
   * Returns how many slots there are.
   *
   * @return tokens, at least 0
   */
  public int length() {
    return length;
  }

  /**
   * Returns a token.
   *
   * @param slot from 0
   * @return vocabulary id
   */
  public int token(int slot) {
    return tokens[slot];
  }

  /**
   * Writes a token.
   *
   * @param slot from 0
   * @param token vocabulary id
   */
  public void set(int slot, int token) {
    tokens[slot] = token;
  }

  /**
   * Replaces all tokens.
   *
   * @param from holds them
   * @param count how many of the first ones of {@code from}
   */
  public void replace(int[] from, int count) {
    if (tokens.length < count) {
      tokens = new int[Math.max(count, 2 * tokens.length)];
    }
    System.arraycopy(from, 0, tokens, 0, count);
    length = count;
    wholeRow = true;
  }

  /**
   * Returns a copy of the tokens.
   *
   * @return a new array
   */
  public int[] toArray() {
    return Arrays.copyOf(tokens, length);
  }

  /**
   * Says whether two canvases hold the same tokens.
   *
   * @param other the other one
   * @return true if lengths and tokens are equal
   */
  public boolean sameTokens(Canvas other) {
    boolean same = length == other.length;
    for (int slot = 0; same && slot < length; slot++) {
      same = tokens[slot] == other.tokens[slot];
    }
    return same;
  }

  /** Lets the next run go over the whole row, and the state keep what it cached of it. */
  public void askForAll() {
    wholeRow = true;
  }

  /**
   * Lets the next run go over a part of the row only; of the other slots it sees what was cached in
   * the last run over the whole row. Needs {@link ParallelModel#hasCache()}.
   *
   * @param start the first slot
   * @param end the slot behind the last one
   */
  public void askFor(int start, int end) {
    if (start < 0 || end > length || start >= end) {
      throw new IllegalArgumentException(
          "a part from " + start + " to " + end + " of a canvas of " + length + " slots");
    }
    wholeRow = false;
    windowStart = start;
    windowEnd = end;
  }

  /**
   * Returns what a row runs on while others do what it cannot take part in: the least that a part
   * can be, whose answer nobody reads and which changes nothing that is cached.
   *
   * @return a copy that asks for the first slot only
   */
  public Canvas waiting() {
    Canvas copy = new Canvas(toArray());
    copy.askFor(0, 1);
    return copy;
  }

  /**
   * Says whether the next run goes over the whole row.
   *
   * @return false if only over a part
   */
  public boolean isWholeRow() {
    return wholeRow;
  }

  /**
   * Returns the first slot of the next run.
   *
   * @return from 0
   */
  public int start() {
    return wholeRow ? 0 : windowStart;
  }

  /**
   * Returns the slot behind the last one of the next run.
   *
   * @return at most {@link #length()}
   */
  public int end() {
    return wholeRow ? length : windowEnd;
  }
}
