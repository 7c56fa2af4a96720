package io.loquent.runtime.model;

import java.util.Arrays;

/** A list of tokens for each row. Its memory is reused; confined to one thread. */
final class RowTokens {

  private static final int FIRST_ROOM = 16;

  private int[][] tokens;
  private int[] sizes;
  private int rows;

  RowTokens(int rows) {
    this.rows = rows;
    tokens = new int[rows][FIRST_ROOM];
    sizes = new int[rows];
  }

  RowTokens copy() {
    RowTokens copy = new RowTokens(0);
    copy.join(this);
    return copy;
  }

  int size(int row) {
    return sizes[row];
  }

  int get(int row, int index) {
    return tokens[row][index];
  }

  /** How many the row with most of them has. */
  int longest() {
    int longest = 0;
    for (int row = 0; row < rows; row++) {
      longest = Math.max(longest, sizes[row]);
    }
    return longest;
  }

  /** How many every row has at least. */
  int shortest() {
    int shortest = sizes[0];
    for (int row = 1; row < rows; row++) {
      shortest = Math.min(shortest, sizes[row]);
    }
    return shortest;
  }

  /** Adds tokens behind those that each row has; the first row's come first. */
  void append(int[] added, int[] counts) {
    int next = 0;
    for (int row = 0; row < rows; row++) {
      int size = sizes[row] + counts[row];
      if (size > tokens[row].length) {
        tokens[row] = Arrays.copyOf(tokens[row], Math.max(size, 2 * tokens[row].length));
      }
      System.arraycopy(added, next, tokens[row], sizes[row], counts[row]);
      sizes[row] = size;
      next += counts[row];
    }
  }

  /** Takes the newest tokens of each row away. */
  void dropLast(int[] counts) {
    for (int row = 0; row < rows; row++) {
      sizes[row] -= counts[row];
    }
  }

  /** Takes the oldest tokens of every row away. */
  void dropFirst(int count) {
    for (int row = 0; row < rows; row++) {
      sizes[row] -= count;
      System.arraycopy(tokens[row], count, tokens[row], 0, sizes[row]);
    }
  }

  void clear() {
    Arrays.fill(sizes, 0, rows, 0);
  }

  /** Repeats, reorders and drops rows. */
  void gather(int[] parents, int newRows) {
    int[][] next = new int[newRows][];
    for (int row = 0; row < newRows; row++) {
      next[row] = tokens[parents[row]].clone();
    }
    tokens = next;
    sizes = GraphState.gathered(sizes, parents, newRows);
    rows = newRows;
  }

  /** Takes over copies of another list's rows. */
  void join(RowTokens other) {
    int[][] all = Arrays.copyOf(tokens, rows + other.rows);
    for (int row = 0; row < other.rows; row++) {
      all[rows + row] = other.tokens[row].clone();
    }
    sizes = Arrays.copyOf(sizes, rows + other.rows);
    System.arraycopy(other.sizes, 0, sizes, rows, other.rows);
    tokens = all;
    rows += other.rows;
  }
}
