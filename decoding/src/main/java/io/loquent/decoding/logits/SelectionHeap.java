package io.loquent.decoding.logits;

/**
 * Takes tokens in ascending order of a key, only as many as are asked for: building the heap costs
 * a pass, each token the logarithm of how many there are. Reusable, without allocation.
 */
final class SelectionHeap {

  private final boolean highIdFirst;

  /** Keys by token id. */
  private final double[] keys;

  private final int[] ids;
  private int size;

  /**
   * Creates an empty heap.
   *
   * @param highIdFirst whether the higher id comes first among equal keys
   */
  SelectionHeap(int vocabularySize, boolean highIdFirst) {
    this.highIdFirst = highIdFirst;
    keys = new double[vocabularySize];
    ids = new int[vocabularySize];
  }

  void clear() {
    size = 0;
  }

  /** Adds a token; {@link #order} must follow before one is taken. */
  void add(int id, double key) {
    keys[id] = key;
    ids[size++] = id;
  }

  void order() {
    for (int slot = size / 2 - 1; slot >= 0; slot--) {
      sink(slot, ids[slot]);
    }
  }

  int size() {
    return size;
  }

  /** Returns one of the tokens that are left, in no order. */
  int id(int index) {
    return ids[index];
  }

  double key(int id) {
    return keys[id];
  }

  /** Takes the token with the lowest key. */
  int take() {
    int first = ids[0];
    int last = ids[--size];
    if (size > 0) {
      sink(0, last);
    }
    return first;
  }

  private void sink(int slot, int id) {
    while (true) {
      int child = 2 * slot + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && isBefore(ids[child + 1], ids[child])) {
        child++;
      }
      if (!isBefore(ids[child], id)) {
        break;
      }
      ids[slot] = ids[child];
      slot = child;
    }
    ids[slot] = id;
  }

  private boolean isBefore(int id, int other) {
    if (keys[id] != keys[other]) {
      return keys[id] < keys[other];
    }
    return highIdFirst ? id > other : id < other;
  }
}
