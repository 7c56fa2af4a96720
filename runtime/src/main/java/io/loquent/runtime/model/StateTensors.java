package io.loquent.runtime.model;

import ai.onnxruntime.OnnxTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The values of all states that a graph takes and gives back at each run. Those with a length axis
 * have the same length. Confined to one thread.
 */
final class StateTensors {

  private final List<StateTensor> states = new ArrayList<>();
  private final List<RowTensor> tensors = new ArrayList<>();

  void add(StateTensor state, RowTensor initial) {
    states.add(state);
    tensors.add(initial);
  }

  void each(Consumer<RowTensor> action) {
    tensors.forEach(action);
  }

  /** Adds what a run reads and where it writes; {@link #advance} makes that present. */
  void bind(
      Graph graph,
      int rows,
      int newLength,
      Map<String, OnnxTensor> inputs,
      Map<String, OnnxTensor> pinned) {
    for (int i = 0; i < tensors.size(); i++) {
      StateTensor state = states.get(i);
      if (graph.hasInput(state.input())) {
        inputs.put(state.input(), tensors.get(i).asTensor());
      }
      pinned.put(state.output(), tensors.get(i).nextTensor(state.shape(rows, newLength)));
    }
  }

  /** Hands the tensors over, in the order of the states; none are left. */
  List<RowTensor> release() {
    List<RowTensor> released = List.copyOf(tensors);
    states.clear();
    tensors.clear();
    return released;
  }

  void advance() {
    tensors.forEach(RowTensor::advance);
  }

  /** As {@link RowTensor#gather(int[], int, int, int[], int[])}. */
  void gather(int[] parents, int rows, int[] from, int[] lengths) {
    for (int i = 0; i < tensors.size(); i++) {
      tensors.get(i).gather(parents, rows, states.get(i).lengthAxis(), from, lengths);
    }
  }

  /** Drops the first positions of every row. */
  void dropFirst(int count) {
    for (int i = 0; i < tensors.size(); i++) {
      if (states.get(i).lengthAxis() >= 0) {
        tensors.get(i).dropFirst(states.get(i).lengthAxis(), count);
      }
    }
  }

  /** Drops the last positions of every row, so that so many stay. */
  void truncate(int length) {
    for (int i = 0; i < tensors.size(); i++) {
      if (states.get(i).lengthAxis() >= 0) {
        tensors.get(i).truncate(states.get(i).lengthAxis(), length);
      }
    }
  }

  /** Moves positions of one row towards its end. */
  void moveBack(int row, int first, int count, int by) {
    for (int i = 0; i < tensors.size(); i++) {
      tensors.get(i).moveBack(row, states.get(i).lengthAxis(), first, count, by);
    }
  }

  /**
   * Takes the memory that {@link #join} needs.
   *
   * @return false if the tensors cannot be joined
   */
  boolean reserveJoin(StateTensors other, int length, int otherLength) {
    for (int i = 0; i < tensors.size(); i++) {
      RowJoin join = rowJoin(i, length, otherLength);
      if (!join.suits(tensors.get(i), other.tensors.get(i))) {
        return false;
      }
      tensors.get(i).reserveJoin(other.tensors.get(i), join);
    }
    return true;
  }

  /** Takes over copies of other rows. */
  void join(StateTensors other, int length, int otherLength) {
    for (int i = 0; i < tensors.size(); i++) {
      tensors.get(i).join(other.tensors.get(i), rowJoin(i, length, otherLength));
    }
  }

  /** All rows end in the same column, so the shorter ones get more padding on the left. */
  private RowJoin rowJoin(int index, int length, int otherLength) {
    int lengthAxis = states.get(index).lengthAxis();
    int longer = Math.max(length, otherLength);
    return lengthAxis < 0
        ? RowJoin.ofEqual()
        : new RowJoin(
            lengthAxis, longer, length, longer - length, otherLength, longer - otherLength);
  }
}
