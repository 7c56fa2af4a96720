package io.loquent.decoding.logits;

import java.nio.Buffer;
import java.nio.FloatBuffer;
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
  private final float[] own = new float[LaneLoops.LANES];
  private final float[] sums = new float[LaneLoops.LANES];
  private final float[] block = new float[LaneLoops.LANES];
  private double sum;
  private int blocks;

  /** How many lanes have scores: all, but for small vocabularies. */
  private int used;

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

  /**
   * Returns the highest score.
   *
   * @param scores the scores
   * @param size how many there are
   * @param highest receives the highest score of each lane, negative infinity where it has none
   * @return NaN if there is one among them, negative infinity if there are no scores
   */
  float max(float[] scores, int size, float[] highest) {
    Arrays.fill(highest, Float.NEGATIVE_INFINITY);
    return raise(scores, size, highest);
  }

  private float raise(float[] scores, int size, float[] highest) {
    for (int from = 0; from < size; from += LaneLoops.LANES) {
      loops.raise(scores, from, blockSize(size, from), highest);
    }
    return maxOf(highest, size);
  }

  /** Returns the highest score, NaN if there is one. */
  static float highest(float[] scores) {
    float max = Float.NEGATIVE_INFINITY;
    for (float score : scores) {
      max = Math.max(max, score);
    }
    return max;
  }

  /** As {@link #max(float[], int, float[])}, for all scores and with lanes of its own. */
  float max(float[] scores) {
    Arrays.fill(own, 0, Math.min(scores.length, own.length), Float.NEGATIVE_INFINITY);
    return raise(scores, scores.length, own);
  }

  /** Returns the first index of the highest score, which {@link #max} has found. */
  static int firstOf(float[] scores, int size, float max, float[] highest) {
    int first = size;
    for (int lane = 0; lane < Math.min(size, LaneLoops.LANES); lane++) {
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

  /** Returns the first index of the highest score, which {@link #max(float[])} has just found. */
  int firstOf(float[] scores, float max) {
    return firstOf(scores, scores.length, max, own);
  }

  /**
   * Returns the sum of {@code e^(score - max)}, at least 1; {@code max} is the highest and finite.
   */
  double sumOfExponentials(float[] scores, int size, float max) {
    beginSum(size);
    for (int from = 0; from < size; from += LaneLoops.LANES) {
      loops.addExponentials(scores, from, blockSize(size, from), max, sums);
      endBlock();
    }
    return sum + total();
  }

  double sumOfExponentials(float[] scores, float max) {
    return sumOfExponentials(scores, scores.length, max);
  }

  /** As {@link #max(float[])}, with the scores in a buffer from a position on. */
  float max(FloatBuffer scores, int start, int size) {
    Arrays.fill(own, 0, Math.min(size, own.length), Float.NEGATIVE_INFINITY);
    return raise(scores, start, size, own);
  }

  /** As {@link #max(float[], int, float[])}, with the scores in a buffer from a position on. */
  float max(FloatBuffer scores, int start, int size, float[] highest) {
    Arrays.fill(highest, Float.NEGATIVE_INFINITY);
    return raise(scores, start, size, highest);
  }

  private float raise(FloatBuffer scores, int start, int size, float[] highest) {
    for (int from = 0; from < size; from += LaneLoops.LANES) {
      int count = read(scores, start, from, size);
      loops.raise(block, 0, count, highest);
    }
    return maxOf(highest, size);
  }

  private static float maxOf(float[] highest, int size) {
    float max = Float.NEGATIVE_INFINITY;
    for (int lane = 0; lane < Math.min(size, LaneLoops.LANES); lane++) {
      // A comparison that is nearly always true can be guessed; Math.max would wait for the max.
      if (!(highest[lane] <= max)) {
        max = highest[lane];
        if (Float.isNaN(max)) {
          return max;
        }
      }
    }
    return max;
  }

  /** Returns the first index of the highest score, which has just been found. */
  int firstOf(FloatBuffer scores, int start, int size, float max) {
    int first = size;
    for (int lane = 0; lane < Math.min(size, LaneLoops.LANES); lane++) {
      if (own[lane] == max) {
        int index = lane;
        while (index < first && scores.get(start + index) != max) {
          index += LaneLoops.LANES;
        }
        first = Math.min(first, index);
      }
    }
    return first;
  }

  private int read(FloatBuffer scores, int start, int from, int size) {
    int count = blockSize(size, from);
    ((Buffer) scores).position(start + from);
    scores.get(block, 0, count);
    return count;
  }

  /** As {@link #sumOfExponentials(float[], int, float)}, with the scores in a buffer. */
  double sumOfExponentials(FloatBuffer scores, int start, int size, float max) {
    beginSum(size);
    for (int from = 0; from < size; from += LaneLoops.LANES) {
      int count = read(scores, start, from, size);
      loops.addExponentials(block, 0, count, max, sums);
      endBlock();
    }
    return sum + total();
  }

  /** Returns the sum of numbers in a buffer from a position on. */
  double sum(FloatBuffer numbers, int start, int size) {
    beginSum(size);
    for (int from = 0; from < size; from += LaneLoops.LANES) {
      int count = read(numbers, start, from, size);
      loops.add(block, 0, count, sums);
      endBlock();
    }
    return sum + total();
  }

  private void beginSum(int size) {
    used = Math.min(size, LaneLoops.LANES);
    Arrays.fill(sums, 0, used, 0);
    sum = 0;
    blocks = 0;
  }

  private void endBlock() {
    if (++blocks % BLOCKS_PER_SUM == 0) {
      sum += total();
      Arrays.fill(sums, 0, used, 0);
    }
  }

  private double total() {
    // Several sums, because each addition waits for the one before.
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    int lane = 0;
    for (; lane + 3 < used; lane += 4) {
      first += sums[lane];
      second += sums[lane + 1];
      third += sums[lane + 2];
      fourth += sums[lane + 3];
    }
    for (; lane < used; lane++) {
      first += sums[lane];
    }
    return (first + second) + (third + fourth);
  }

  private static int blockSize(int size, int from) {
    return Math.min(LaneLoops.LANES, size - from);
  }
}
