package io.loquent.runtime.model;

import io.loquent.decoding.StepOutput;
import org.jspecify.annotations.Nullable;

/**
 * Whether a graph continues a sequence with several tokens in one run as with one after the other.
 * An exporter that traced it with one token may have written that length into it, which fails or,
 * worse, mixes positions. So it is tried out at the first such run. Thread-safe; that two requests
 * try it at the same time does no harm.
 */
final class SeveralTokens {

  /** Far above rounding, that of quantized activations too, and far below other logits. */
  private static final double MOST_RELATIVE_ERROR = 0.05;

  private volatile @Nullable Boolean works;

  /** Creates it knowing whether the graph's inputs and outputs allow for several tokens at all. */
  SeveralTokens(boolean possible) {
    works = possible ? null : Boolean.FALSE;
  }

  boolean isUnknown() {
    return works == null;
  }

  boolean works() {
    return Boolean.TRUE.equals(works);
  }

  /** Takes note that a run with several tokens failed. */
  void refuse() {
    works = false;
  }

  /** Takes note of what came out both ways. */
  void compare(StepOutput actual, StepOutput expected, int rows) {
    float[] some = new float[expected.vocabularySize()];
    float[] others = new float[expected.vocabularySize()];
    boolean close = true;
    for (int row = 0; close && row < rows; row++) {
      for (int position = 0; close && position < expected.positions(row); position++) {
        actual.logits(row, position, some);
        expected.logits(row, position, others);
        close = areClose(some, others);
      }
    }
    works = close;
  }

  private static boolean areClose(float[] actual, float[] expected) {
    double largest = 0;
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      error = Math.max(error, Math.abs(actual[i] - expected[i]));
    }
    return error <= MOST_RELATIVE_ERROR * largest;
  }
}
