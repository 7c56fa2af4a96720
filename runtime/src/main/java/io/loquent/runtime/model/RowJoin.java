package io.loquent.runtime.model;

import java.nio.Buffer;
import java.nio.ByteBuffer;

/**
 * How the rows of two tensors become the rows of one: along the length axis both get the same
 * number of positions, what a row does not have is zero. Immutable.
 *
 * @param lengthAxis the axis on which they may differ, behind the batch axis; -1 if on none
 * @param length positions afterwards
 * @param kept how many of the first tensor's positions are kept, from the first on
 * @param shift where they begin
 * @param otherKept how many of the second tensor's positions are kept
 * @param otherShift where they begin
 */
record RowJoin(int lengthAxis, int length, int kept, int shift, int otherKept, int otherShift) {

  /** Joins rows of equal shape. */
  static RowJoin ofEqual() {
    return new RowJoin(-1, 0, 0, 0, 0, 0);
  }

  /** Joins rows that begin together; the shorter ones are filled up behind their end. */
  static RowJoin fromStart(int lengthAxis, int length, int kept, int otherKept) {
    return new RowJoin(lengthAxis, length, kept, 0, otherKept, 0);
  }

  /** Whether two tensors can be joined: they differ only where they may. */
  boolean suits(RowTensor first, RowTensor second) {
    long[] shape = first.shape();
    long[] other = second.shape();
    boolean suits =
        shape.length == other.length
            && first.type() == second.type()
            && first.batchAxis() == second.batchAxis()
            && (lengthAxis < 0 || lengthAxis > first.batchAxis());
    for (int axis = 0; suits && axis < shape.length; axis++) {
      suits = shape[axis] == other[axis] || axis == first.batchAxis() || axis == lengthAxis;
    }
    return suits;
  }

  /** The shape afterwards. */
  long[] shape(RowTensor first, RowTensor second) {
    long[] shape = first.shape();
    shape[first.batchAxis()] += second.dimension(second.batchAxis());
    if (lengthAxis >= 0) {
      shape[lengthAxis] = length;
    }
    return shape;
  }

  /** Whether the first tensor's bytes stay where they are. */
  boolean leavesInPlace(RowTensor first) {
    boolean outermost = true;
    for (int axis = 0; axis < first.batchAxis(); axis++) {
      outermost &= first.dimension(axis) == 1;
    }
    return outermost && (lengthAxis < 0 || first.dimension(lengthAxis) == length) && shift == 0;
  }

  /** Writes the first tensor's rows. */
  void copyFirst(RowTensor first, ByteBuffer target, long[] shape) {
    copy(first, target, shape, 0, kept, shift);
  }

  /** Writes the second tensor's rows behind those of the first. */
  void copySecond(RowTensor second, ByteBuffer target, long[] shape) {
    long firstRow = shape[second.batchAxis()] - second.dimension(second.batchAxis());
    copy(second, target, shape, firstRow, otherKept, otherShift);
  }

  private void copy(
      RowTensor from, ByteBuffer target, long[] shape, long firstRow, int positions, int start) {
    int batchAxis = from.batchAxis();
    long[] sourceShape = from.shape();
    int runAxis = lengthAxis < 0 ? batchAxis : lengthAxis;
    int position = from.type().size;
    for (int axis = runAxis + 1; axis < shape.length; axis++) {
      position *= (int) shape[axis];
    }
    int sourceBlock = position * (lengthAxis < 0 ? 1 : (int) sourceShape[lengthAxis]);
    int targetBlock = position * (lengthAxis < 0 ? 1 : length);
    int copied = position * (lengthAxis < 0 ? 1 : positions);
    int before = lengthAxis < 0 ? 0 : position * start;
    long outer = product(shape, 0, batchAxis);
    long between = product(shape, batchAxis + 1, runAxis);
    long rows = sourceShape[batchAxis];
    ByteBuffer source = from.memory().duplicate();
    ByteBuffer to = target.duplicate();
    ((Buffer) to).clear();
    for (long o = 0; o < outer; o++) {
      for (long row = 0; row < rows; row++) {
        for (long m = 0; m < between; m++) {
          int read = (int) (((o * rows + row) * between + m) * sourceBlock);
          long targetRow = o * shape[batchAxis] + firstRow + row;
          int write = (int) ((targetRow * between + m) * targetBlock);
          ((Buffer) source).limit(read + copied);
          ((Buffer) source).position(read);
          RowTensor.zero(to, write, write + before);
          ((Buffer) to).position(write + before);
          to.put(source);
          RowTensor.zero(to, write + before + copied, write + targetBlock);
        }
      }
    }
  }

  private static long product(long[] shape, int from, int to) {
    long product = 1;
    for (int axis = from; axis < to; axis++) {
      product *= shape[axis];
    }
    return product;
  }
}
