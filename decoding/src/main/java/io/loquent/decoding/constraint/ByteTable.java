package io.loquent.decoding.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A deterministic automaton over bytes, state by state, for what is easier to count than to write
 * as an expression. Built by one thread, then only read.
 */
final class ByteTable {

  /** Where a byte leads that cannot come. */
  static final int NOWHERE = -1;

  private final List<int[]> next = new ArrayList<>();
  private final List<Boolean> accepting = new ArrayList<>();

  /** Adds a state without transitions and returns its number, from 0. */
  int addState(boolean accepts) {
    int[] row = new int[256];
    Arrays.fill(row, NOWHERE);
    next.add(row);
    accepting.add(accepts);
    return next.size() - 1;
  }

  void connect(int from, int value, int to) {
    next.get(from)[value] = to;
  }

  int next(int state, int value) {
    return next.get(state)[value];
  }

  boolean accepts(int state) {
    return accepting.get(state);
  }
}
