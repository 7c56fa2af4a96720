package io.loquent.decoding.logits;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Passes over the scores of a vocabulary that go through it in blocks, a score of each lane at a
 * time (see {@link LaneLoops}). Confined to one thread while it is borrowed.
 */
final class Lanes {

  /** Sums of so many floats at most, so that little is lost however large the vocabulary is. */
  private static final int BLOCKS_PER_SUM = 32;

  /** Waiting to be borrowed: they hold buffers that would else be allocated in every pass. */
  private static final AtomicReferenceArray<@Nullable Lanes> IDLE = new AtomicReferenceArray<>(16);

  private final LaneLoops loops;
  private final float[] highest = new float[LaneLoops.LANES];
  private final float[] sums = new float[LaneLoops.LANES];

  Lanes(LaneLoops loops) {
    this.loops = loops;
  }

  /** Lends an instance to the calling thread until it comes back. */
  static Lanes borrow() {
    Lanes idle = IDLE.getAndSet(slot(), null);
    return idle == null ? new Lanes(LaneLoops.fastest()) : idle;
  }

  /** Takes an instance back; one that never comes is only replaced by a new one. */
  static void giveBack(Lanes lanes) {
    IDLE.set(slot(), lanes);
  }

  private static int slot() {
    return (int) (Thread.currentThread().getId() % IDLE.length());
  }

  /** Returns the highest score; NaN if there is one, negative infinity if there are no scores. */
  float max(float[] scores) {
    Arrays.fill(highest, Float.NEGATIVE_INFINITY);
    for (int from = 0; from < scores.length; from += LaneLoops.LANES) {
      loops.raise(scores, from, blockSize(scores, from), highest);
    }
    float max = Float.NEGATIVE_INFINITY;
    for (float lane : highest) {
      max = Math.max(max, lane);
    }
    return max;
  }

  /** Returns a lane's highest score as {@link #max} found it. */
  float highest(int lane) {
    return highest[lane];
  }

  /** Returns the first index of the highest score, which {@link #max} has just found. */
  int firstOf(float[] scores, float max) {
    int first = scores.length;
    for (int lane = 0; lane < LaneLoops.LANES; lane++) {
      if (highest[lane] == max) {
        int index = lane;
        while (index < first && scores[index] != max) {
          index += LaneLoops.LANES;
        }
        first = Math.min(first, index);
      }
    }
    return first;
  }

  /** Returns the sum of {@code e^(score - max)}, at least 1; {@code max} is finite. */
  double sumOfExponentials(float[] scores, float max) {
    Arrays.fill(sums, 0);
    double sum = 0;
    int blocks = 0;
    for (int from = 0; from < scores.length; from += LaneLoops.LANES) {
      loops.addExponentials(scores, from, blockSize(scores, from), max, sums);
      if (++blocks % BLOCKS_PER_SUM == 0) {
        sum += total();
        Arrays.fill(sums, 0);
      }
    }
    return sum + total();
  }

  private double total() {
    double total = 0;
    for (float lane : sums) {
      total += lane;
    }
    return total;
  }

  private static int blockSize(float[] scores, int from) {
    return Math.min(LaneLoops.LANES, scores.length - from);
  }
}
