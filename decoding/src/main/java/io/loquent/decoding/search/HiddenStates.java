package io.loquent.decoding.search;

import java.util.Arrays;

/** The directions of hidden states, for comparing a new one with all of them. */
final class HiddenStates {

  private static final int FIRST_ROOM = 64;

  private final int width;
  private final float[] next;

  /** States of length 1, one after another. */
  private float[] states;

  private int size;

  HiddenStates(int width) {
    this.width = width;
    next = new float[width];
    states = new float[FIRST_ROOM * width];
  }

  /** Returns where to put a state before {@link #add} or {@link #likenessOfNext}. */
  float[] next() {
    return next;
  }

  /** Adds the next state. */
  void add() {
    if (states.length < (size + 1) * width) {
      states = Arrays.copyOf(states, 2 * states.length);
    }
    double norm = normOfNext();
    for (int i = 0; i < width; i++) {
      states[size * width + i] = (float) (next[i] / norm);
    }
    size++;
  }

  /** Returns the highest cosine of the angles between the next state and all that were added. */
  double likenessOfNext() {
    double norm = normOfNext();
    double highest = Double.NEGATIVE_INFINITY;
    for (int state = 0; state < size; state++) {
      double product = 0;
      for (int i = 0; i < width; i++) {
        product += states[state * width + i] * (double) next[i];
      }
      highest = Math.max(highest, product / norm);
    }
    return highest;
  }

  private double normOfNext() {
    double sum = 0;
    for (float value : next) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }
}
