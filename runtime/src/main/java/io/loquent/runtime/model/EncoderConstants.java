package io.loquent.runtime.model;

import ai.onnxruntime.OnnxTensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What the encoder left for a state's decoder, the same in every step: hidden states, their mask,
 * keys and values of cross-attention. Each row of the state has its own, unless all rows come from
 * one prompt and the graph takes {@link Broadcasting one row for all of them}. Confined to one
 * thread.
 */
final class EncoderConstants {

  /** By the decoder's input. */
  private final Map<String, RowTensor> tensors;

  /** What runs read: the tensors, or others in their place. */
  private Map<String, RowTensor> active;

  /** Which prompt each row of the state came from: tensors only move when this changes. */
  private int[] origin;

  /** Whether the tensors have one row, which stands for all. */
  private boolean shared;

  /**
   * Takes the rows as those of different prompts.
   *
   * @param tensors live, because the state's first run adds to them; closed by the state
   * @param rows how many rows each has
   */
  EncoderConstants(Map<String, RowTensor> tensors, int rows) {
    this.tensors = tensors;
    active = tensors;
    origin = new int[rows];
    Arrays.setAll(origin, row -> row);
  }

  void each(Consumer<RowTensor> action) {
    tensors.values().forEach(action);
  }

  /** Adds those that a graph reads to its inputs. */
  void put(Graph graph, Map<String, OnnxTensor> inputs) {
    for (Map.Entry<String, RowTensor> tensor : active.entrySet()) {
      if (graph.hasInput(tensor.getKey())) {
        inputs.put(tensor.getKey(), tensor.getValue().asTensor());
      }
    }
  }

  /** Returns what runs read now, by the decoder's input. */
  Map<String, RowTensor> active() {
    return active;
  }

  /** Lets runs read other tensors for a while. */
  void replace(Map<String, RowTensor> others) {
    active = others;
  }

  /** Lets runs read the tensors themselves again. */
  void restore() {
    active = tensors;
  }

  Map<String, RowTensor> tensors() {
    return tensors;
  }

  /** Frees those that no later run reads. */
  void keepOnly(Predicate<String> read) {
    tensors
        .entrySet()
        .removeIf(
            tensor -> {
              boolean unread = !read.test(tensor.getKey());
              if (unread) {
                tensor.getValue().close();
              }
              return unread;
            });
  }

  /** Whether the decoder reads nothing of an encoder. */
  boolean isEmpty() {
    return tensors.isEmpty();
  }

  /** Whether one row stands for several. */
  boolean isShared() {
    return shared && origin.length > 1;
  }

  /** Whether there is more than one row, and each is a copy of the others. */
  boolean areCopies() {
    return !shared && origin.length > 1 && isOne(origin) && !tensors.isEmpty();
  }

  private static boolean isOne(int[] origins) {
    return Arrays.stream(origins).allMatch(prompt -> prompt == origins[0]);
  }

  /** Takes the memory that {@link #gather} needs, so that it cannot fail. */
  void reserveGather(int[] parents, int rows, boolean share) {
    int[] next = GraphState.gathered(origin, parents, rows);
    if (!shares(next, share) && moves(next)) {
      each(tensor -> tensor.reserveGather(parents, rows));
    }
  }

  /**
   * Repeats, reorders and drops rows.
   *
   * @param share whether one row may stand for all that come from one prompt
   */
  void gather(int[] parents, int rows, boolean share) {
    int[] next = GraphState.gathered(origin, parents, rows);
    if (shares(next, share)) {
      share(parents[0]);
    } else if (moves(next)) {
      each(tensor -> tensor.gather(parents, rows));
    }
    origin = next;
  }

  private boolean shares(int[] next, boolean share) {
    return shared || (share && isOne(next));
  }

  private boolean moves(int[] next) {
    return !Arrays.equals(next, origin);
  }

  /** Leaves one of several equal rows. */
  void share() {
    share(0);
  }

  private void share(int row) {
    if (!shared) {
      int[] kept = {row};
      each(tensor -> tensor.gather(kept, 1));
      shared = true;
    }
  }

  /** Gives each row its own copy again; if there is no memory for that, nothing has changed. */
  void spread() {
    if (shared) {
      int[] parents = new int[origin.length];
      each(tensor -> tensor.reserveGather(parents, parents.length));
      each(tensor -> tensor.gather(parents, parents.length));
      shared = false;
    }
  }

  /**
   * Takes the memory that {@link #join} needs, so that it cannot fail.
   *
   * @param masked whether the graph is told which positions are padding
   * @return false if the rows cannot share runs
   */
  boolean reserveJoin(EncoderConstants others, boolean masked) {
    spread();
    others.spread();
    for (Map.Entry<String, RowTensor> entry : tensors.entrySet()) {
      RowTensor own = entry.getValue();
      RowTensor other = others.tensors.get(entry.getKey());
      if (other == null) {
        return false;
      }
      RowJoin join = rowJoin(own, other);
      if (!join.suits(own, other) || (join.lengthAxis() >= 0 && !masked)) {
        return false;
      }
      own.reserveJoin(other, join);
    }
    return true;
  }

  /** Takes over copies of another state's rows. */
  void join(EncoderConstants others) {
    tensors.forEach(
        (name, own) -> {
          RowTensor other = Objects.requireNonNull(others.tensors.get(name), name);
          own.join(other, rowJoin(own, other));
        });
    int rows = origin.length;
    int next = Arrays.stream(origin).max().orElse(0) + 1;
    origin = GraphState.joined(origin, others.origin);
    for (int row = rows; row < origin.length; row++) {
      origin[row] += next;
    }
  }

  /** Encoder outputs of unequal length are padded on the right, as the encoder itself pads. */
  private static RowJoin rowJoin(RowTensor own, RowTensor other) {
    long[] shape = own.shape();
    for (int axis = own.batchAxis() + 1; axis < shape.length; axis++) {
      long length = other.dimension(axis);
      if (shape[axis] != length) {
        long longer = Math.max(shape[axis], length);
        return RowJoin.fromStart(axis, (int) longer, (int) shape[axis], (int) length);
      }
    }
    return RowJoin.ofEqual();
  }
}
