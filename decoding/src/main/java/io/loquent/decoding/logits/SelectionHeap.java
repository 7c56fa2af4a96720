package io.loquent.decoding.logits;

import com.google.common.primitives.Doubles;
import com.google.common.primitives.Ints;

/**
 * Takes tokens in ascending order of a key, only as many as are asked for: building the heap costs
 * a pass, each token the logarithm of how many there are. Reusable: it allocates only where it
 * holds more tokens than ever before.
 */
final class SelectionHeap {

  private static final int LEAST_ROOM = 64;

  private final boolean highIdFirst;
  private double[] keys = new double[0];
  private int[] ids = new int[0];
  private int size;

  /**
   * Creates an empty heap.
   *
   * @param highIdFirst whether the higher id comes first among equal keys
   */
  SelectionHeap(boolean highIdFirst) {
    this.highIdFirst = highIdFirst;
  }

  void clear() {
    size = 0;
  }

  /** Adds a token; {@link #order} must follow before one is taken. */
  void add(int id, double key) {
    if (size == ids.length) {
      ids = Ints.ensureCapacity(ids, size + 1, Math.max(LEAST_ROOM, size));
      keys = Doubles.ensureCapacity(keys, size + 1, Math.max(LEAST_ROOM, size));
    }
    keys[size] = key;
    ids[size] = id;
    size++;
  }

  void order() {
    for (int slot = size / 2 - 1; slot >= 0; slot--) {
      sink(slot, keys[slot], ids[slot]);
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Returns the lowest key, which {@link #take} takes next. */
  double firstKey() {
    return keys[0];
  }

  /** Takes the token with the lowest key, and returns its id. */
  int take() {
    int first = ids[0];
    size--;
    if (size > 0) {
      sink(0, keys[size], ids[size]);
    }
    return first;
  }

  private void sink(int slot, double key, int id) {
    while (true) {
      int child = 2 * slot + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && isBefore(keys[child + 1], ids[child + 1], child)) {
        child++;
      }
      if (isBefore(key, id, child)) {
        break;
      }
      keys[slot] = keys[child];
      ids[slot] = ids[child];
      slot = child;
    }
    keys[slot] = key;
    ids[slot] = id;
  }

  private boolean isBefore(double key, int id, int slot) {
    if (key != keys[slot]) {
      return key < keys[slot];
    }
    return highIdFirst ? id > ids[slot] : id < ids[slot];
  }
}
