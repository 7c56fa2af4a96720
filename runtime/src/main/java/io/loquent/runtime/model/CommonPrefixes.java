package io.loquent.runtime.model;

import java.util.Arrays;

/**
 * How many positions at the beginning of two rows hold the same bytes, because the rows go back to
 * one that was copied. Beams part late and often, so a beam that takes another's place shares most
 * of its past with it, and only the rest has to be copied. Confined to one thread.
 */
final class CommonPrefixes {

  private int rows;

  /** {@code [rows, rows]}. */
  private int[] common;

  private int[] next;
  private int[] kept;

  /** Knows of nothing in common. */
  CommonPrefixes(int rows) {
    this.rows = rows;
    common = new int[rows * rows];
    next = new int[rows * rows];
    kept = new int[rows];
  }

  /**
   * Returns how many positions of each row need not be copied if it continues another one in its
   * place; valid until the next call.
   */
  int[] kept(int[] parents, int newRows) {
    if (kept.length < newRows) {
      kept = new int[newRows];
    }
    for (int row = 0; row < newRows; row++) {
      kept[row] = row < rows ? common[row * rows + parents[row]] : 0;
    }
    return kept;
  }

  /**
   * Follows rows that were repeated, reordered and dropped.
   *
   * @param lengths how many positions each row had before, by row
   */
  void gather(int[] parents, int newRows, int[] lengths) {
    if (next.length < newRows * newRows) {
      next = new int[newRows * newRows];
    }
    for (int row = 0; row < newRows; row++) {
      for (int other = 0; other < newRows; other++) {
        int parent = parents[row];
        next[row * newRows + other] =
            parent == parents[other] ? lengths[parent] : common[parent * rows + parents[other]];
      }
    }
    int[] past = common;
    common = next;
    next = past;
    rows = newRows;
  }

  /** Forgets all, after rows have joined. */
  void forget(int newRows) {
    rows = newRows;
    if (common.length < newRows * newRows) {
      common = new int[newRows * newRows];
    }
    Arrays.fill(common, 0);
  }

  /** Follows rows that lost positions at their beginning. */
  void dropFirst(int count) {
    for (int i = 0; i < rows * rows; i++) {
      common[i] = Math.max(0, common[i] - count);
    }
  }

  /** Follows a row that lost its positions from a length on, or may have others there. */
  void truncate(int row, int length) {
    for (int other = 0; other < rows; other++) {
      common[row * rows + other] = Math.min(length, common[row * rows + other]);
      common[other * rows + row] = Math.min(length, common[other * rows + row]);
    }
  }

  /** Follows rows that all lost their positions from a length on. */
  void truncate(int length) {
    for (int row = 0; row < rows; row++) {
      truncate(row, length);
    }
  }
}
