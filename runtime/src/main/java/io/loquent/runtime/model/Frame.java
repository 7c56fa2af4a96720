package io.loquent.runtime.model;

/**
 * The tokens of one decoder run and how the graph is to see them. Filled anew for each run;
 * confined to one thread.
 *
 * <p>Row {@code r} has new tokens {@code tokens[r * width .. r * width + width - 1]}; its attention
 * mask is 1 from {@code maskFrom[r]} to {@code maskTo[r] - 1} and 0 elsewhere up to {@code
 * maskWidth}; its first new token has position {@code positionStart[r]} (below 0 for padding).
 */
final class Frame {

  int rows;
  int width;
  int maskWidth;
  boolean continues;
  boolean allPositions;

  /** How many of each row's best tokens the graph is to rank. */
  int best;

  /** Whether the graph is to compute the softmax of the logits. */
  boolean softmax;

  int[] tokens = new int[0];
  int[] maskFrom = new int[0];
  int[] maskTo = new int[0];
  int[] positionStart = new int[0];

  /** The column of each row's newest token. */
  int[] newest = new int[0];

  /** Makes room; keeps arrays that are large enough. */
  void resize(int newRows, int newWidth) {
    rows = newRows;
    width = newWidth;
    if (tokens.length < newRows * newWidth) {
      tokens = new int[Math.max(newRows * newWidth, tokens.length * 2)];
    }
    if (maskFrom.length < newRows) {
      maskFrom = new int[newRows];
      maskTo = new int[newRows];
      positionStart = new int[newRows];
      newest = new int[newRows];
    }
  }
}
