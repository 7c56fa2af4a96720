package io.loquent.runtime.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Copies of the states that each token replaces, recurrent ones for instance, as they were before a
 * run and after each of its steps: such a state cannot be cut back. Confined to one thread.
 */
final class FixedHistory {

  private final List<RowTensor> states = new ArrayList<>();

  /** By number of steps, the copies in the order of the states. */
  private final List<List<RowTensor>> copies = new ArrayList<>();

  /** Follows a state. */
  void add(RowTensor state) {
    states.add(state);
  }

  /** Whether there is no such state. */
  boolean isEmpty() {
    return states.isEmpty();
  }

  boolean isRecorded() {
    return !copies.isEmpty();
  }

  /** Keeps what the states are now. */
  void record() {
    if (!states.isEmpty()) {
      List<RowTensor> step = new ArrayList<>();
      copies.add(step);
      states.forEach(state -> step.add(state.copy()));
    }
  }

  /** Gives a row the states that it had after a number of steps. */
  void restore(int row, int steps) {
    List<RowTensor> step = copies.get(steps);
    for (int i = 0; i < step.size(); i++) {
      states.get(i).takeRow(row, step.get(i));
    }
  }

  /** Forgets what was kept. */
  void clear() {
    copies.forEach(step -> step.forEach(RowTensor::close));
    copies.clear();
  }
}
