package io.loquent.decoding.logits;

import java.nio.Buffer;
import java.nio.FloatBuffer;

/**
 * The scores of a vocabulary where they lie in memory, divided by a number as they are read: who
 * looks at few of them need not divide or copy all. Gives the bits that dividing all of them gives.
 * Reusable; confined to one thread.
 */
final class ScoresInPlace {

  private FloatBuffer scores = FloatBuffer.allocate(0);
  private int start;
  private int size;
  private float divisor = 1;

  /** Takes the scores from a buffer's position on, as they are. */
  void start(FloatBuffer from, int count) {
    scores = from;
    start = from.position();
    size = count;
    divisor = 1;
  }

  /** Divides all scores by a number above 0; only once, since quotients are rounded. */
  void divideBy(float number) {
    divisor = number;
  }

  boolean isUnscaled() {
    return divisor == 1;
  }

  float get(int id) {
    return scores.get(start + id) / divisor;
  }

  /**
   * Returns the highest score, as {@link Lanes#max(float[], int, float[])} does.
   *
   * @param highest receives the highest score of each lane
   */
  float max(float[] highest) {
    Lanes lanes = Lanes.borrow();
    float max = lanes.max(scores, start, size, highest);
    Lanes.giveBack(lanes);
    if (divisor != 1) {
      // The quotient of the highest is the highest quotient.
      for (int lane = 0; lane < highest.length; lane++) {
        highest[lane] /= divisor;
      }
    }
    return max / divisor;
  }

  /** As {@link Lanes#sumOfExponentials(float[], int, float)}, of scores that are not divided. */
  double sumOfExponentials(float max) {
    Lanes lanes = Lanes.borrow();
    double sum = lanes.sumOfExponentials(scores, start, size, max);
    Lanes.giveBack(lanes);
    return sum;
  }

  void copyTo(float[] target) {
    ((Buffer) scores).position(start);
    scores.get(target, 0, size);
    if (divisor != 1) {
      for (int id = 0; id < size; id++) {
        target[id] /= divisor;
      }
    }
  }
}
