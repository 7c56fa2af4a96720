package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A tensor with a batch axis in native memory: a cache, a recurrent state, an encoder's output.
 * Confined to one thread.
 *
 * <p>Two buffers take turns. A run reads the present value from one and writes the next one into
 * the other; reordering rows copies from one to the other. So nothing passes through Java arrays,
 * and a run never writes where it reads.
 */
final class RowTensor implements AutoCloseable {

  private final NativeBuffers buffers;
  private final OnnxJavaType type;
  private final int batchAxis;
  private long[] shape;
  private ByteBuffer present;
  private @Nullable ByteBuffer other;
  private long @Nullable [] nextShape;

  /** The present value as the graph sees it: made when asked for, kept until it changes. */
  private @Nullable OnnxTensor presentTensor;

  private @Nullable OnnxTensor nextTensor;

  /** Creates a tensor whose bytes are still undefined. */
  RowTensor(NativeBuffers buffers, OnnxJavaType type, int batchAxis, long... shape) {
    this.buffers = buffers;
    this.type = type;
    this.batchAxis = batchAxis;
    this.shape = shape.clone();
    this.present = buffers.take(bytes(shape));
  }

  long dimension(int axis) {
    return shape[axis];
  }

  long[] shape() {
    return shape.clone();
  }

  OnnxJavaType type() {
    return type;
  }

  int batchAxis() {
    return batchAxis;
  }

  /** The native memory itself, row-major; valid until the next change. */
  ByteBuffer memory() {
    return present;
  }

  /** A tensor of its own with the same present value. */
  RowTensor copy() {
    RowTensor copy = new RowTensor(buffers, type, batchAxis, shape);
    ByteBuffer source = present.duplicate();
    ((Buffer) source).position(0);
    ((Buffer) source).limit((int) bytes(shape));
    ByteBuffer target = copy.present.duplicate();
    ((Buffer) target).clear();
    target.put(source);
    return copy;
  }

  /** A tensor of its own with the first positions of every row. */
  RowTensor copyFirst(int lengthAxis, int count) {
    long[] shorter = shape.clone();
    shorter[lengthAxis] = count;
    RowTensor copy = new RowTensor(buffers, type, batchAxis, shorter);
    RowJoin.fromStart(lengthAxis, count, count, 0).copyFirst(this, copy.present, shorter);
    return copy;
  }

  /** Makes all present bytes zero. */
  void fillWithZeros() {
    zero(present, 0, (int) bytes(shape));
  }

  /** Makes some bytes of a buffer zero, whatever its position and limit. */
  static void zero(ByteBuffer buffer, int from, int to) {
    ByteBuffer view = buffer.duplicate();
    ((Buffer) view).clear();
    ((Buffer) view).position(from);
    while (view.position() + Long.BYTES <= to) {
      view.putLong(0);
    }
    while (view.position() < to) {
      view.put((byte) 0);
    }
  }

  /** The present value as a graph's input; valid until the next change. */
  OnnxTensor asTensor() {
    OnnxTensor tensor = presentTensor;
    if (tensor == null) {
      tensor = NativeValues.make(present, type, shape);
      presentTensor = tensor;
    }
    return tensor;
  }

  /** Where a graph writes the next value, of the given shape; {@link #advance} makes it present. */
  OnnxTensor nextTensor(long... shapeAfter) {
    release(nextTensor);
    nextTensor = null;
    ByteBuffer target = room(bytes(shapeAfter));
    nextShape = shapeAfter.clone();
    OnnxTensor tensor = NativeValues.make(target, type, shapeAfter);
    nextTensor = tensor;
    return tensor;
  }

  /** Makes the value that was written last the present one. */
  void advance() {
    long[] written = nextShape;
    ByteBuffer target = other;
    if (written == null || target == null) {
      throw new IllegalStateException("nothing was written");
    }
    other = present;
    present = target;
    shape = written;
    nextShape = null;
    // What the graph wrote as its output, it reads as its input the next time.
    release(presentTensor);
    presentTensor = nextTensor;
    nextTensor = null;
  }

  private static void release(@Nullable OnnxTensor tensor) {
    if (tensor != null) {
      NativeValues.release(tensor);
    }
  }

  /** Takes the memory that {@link #gather} needs, which cannot fail then; changes nothing yet. */
  void reserveGather(int[] parents, int rows) {
    if (!gathersInPlace(parents, rows)) {
      room(gatheredBytes(rows));
    }
  }

  /**
   * Repeats, reorders and drops rows: new row {@code i} is old row {@code parents[i]}. Only rows
   * that move are copied, where that is possible without a second buffer.
   */
  void gather(int[] parents, int rows) {
    gather(parents, rows, -1, parents, parents);
  }

  /**
   * As {@link #gather(int[], int)}, but of a row that moves within its buffer only some positions.
   *
   * @param lengthAxis the axis of positions, or -1 to move whole rows
   * @param from by new row, how many positions at its beginning are the same already
   * @param lengths by old row, how many positions it has; what is behind them does not matter
   */
  void gather(int[] parents, int rows, int lengthAxis, int[] from, int[] lengths) {
    if (gathersInPlace(parents, rows)) {
      if (lengthAxis > batchAxis) {
        copyPositions(parents, rows, lengthAxis, from, lengths);
      } else {
        copyRows(parents, rows, present, rows);
      }
      if (rows != shape[batchAxis]) {
        forgetPresentTensor();
      }
    } else {
      ByteBuffer target = room(gatheredBytes(rows));
      copyRows(parents, rows, target, 0);
      other = present;
      present = target;
      forgetPresentTensor();
    }
    if (rows != shape[batchAxis]) {
      shape = shape.clone();
      shape[batchAxis] = rows;
    }
  }

  private long gatheredBytes(int rows) {
    long bytes = (long) type.size * rows;
    for (int axis = 0; axis < shape.length; axis++) {
      bytes *= axis == batchAxis ? 1 : shape[axis];
    }
    return bytes;
  }

  private boolean gathersInPlace(int[] parents, int rows) {
    boolean sameLayout = outer() == 1 || rows == shape[batchAxis];
    return sameLayout && gatheredBytes(rows) <= present.capacity() && canMoveInPlace(parents, rows);
  }

  private long outer() {
    long outer = 1;
    for (int axis = 0; axis < batchAxis; axis++) {
      outer *= shape[axis];
    }
    return outer;
  }

  /** Takes the memory that {@link #join} needs, which cannot fail then; changes nothing yet. */
  void reserveJoin(RowTensor newcomer, RowJoin join) {
    long bytes = bytes(join.shape(this, newcomer));
    if (!joinsInPlace(join, bytes)) {
      room(bytes);
    }
  }

  /** Appends the rows of another tensor, which stays as it is. */
  void join(RowTensor newcomer, RowJoin join) {
    long[] joined = join.shape(this, newcomer);
    if (joinsInPlace(join, bytes(joined))) {
      join.copySecond(newcomer, present, joined);
    } else {
      ByteBuffer target = room(bytes(joined));
      join.copyFirst(this, target, joined);
      join.copySecond(newcomer, target, joined);
      other = present;
      present = target;
    }
    forgetPresentTensor();
    shape = joined;
  }

  private boolean joinsInPlace(RowJoin join, long bytes) {
    return join.leavesInPlace(this) && bytes <= present.capacity();
  }

  /** Drops the first positions of every row. */
  void dropFirst(int lengthAxis, int count) {
    keep(lengthAxis, count, (int) shape[lengthAxis] - count);
  }

  /** Drops the last positions of every row, so that so many stay. */
  void truncate(int lengthAxis, int length) {
    if (length < shape[lengthAxis]) {
      keep(lengthAxis, 0, length);
    }
  }

  private void keep(int lengthAxis, int first, int count) {
    int position = positionBytes(lengthAxis);
    long blocks = 1;
    for (int axis = 0; axis < lengthAxis; axis++) {
      blocks *= shape[axis];
    }
    int block = position * (int) shape[lengthAxis];
    ByteBuffer from = present.duplicate();
    ByteBuffer to = present.duplicate();
    ((Buffer) to).clear();
    // Towards the beginning, so nothing is written over before it is read.
    for (int i = 0; i < blocks; i++) {
      int start = i * block + first * position;
      ((Buffer) from).limit(start + count * position);
      ((Buffer) from).position(start);
      ((Buffer) to).position(i * count * position);
      to.put(from);
    }
    shape = shape.clone();
    shape[lengthAxis] = count;
    forgetPresentTensor();
  }

  private int positionBytes(int lengthAxis) {
    int bytes = type.size;
    for (int axis = lengthAxis + 1; axis < shape.length; axis++) {
      bytes *= (int) shape[axis];
    }
    return bytes;
  }

  /**
   * Moves positions of one row towards its end. What was where they come from stays there as well.
   *
   * @param lengthAxis the axis of positions, behind that of the rows
   */
  void moveBack(int row, int lengthAxis, int first, int count, int by) {
    int position = positionBytes(lengthAxis);
    int block = position * (int) shape[lengthAxis];
    int blocks = 1;
    for (int axis = batchAxis + 1; axis < lengthAxis; axis++) {
      blocks *= (int) shape[axis];
    }
    ByteBuffer from = present.duplicate();
    ByteBuffer to = present.duplicate();
    ((Buffer) to).clear();
    long outer = outer();
    for (long o = 0; o < outer; o++) {
      for (int i = 0; i < blocks; i++) {
        int start = (int) ((o * shape[batchAxis] + row) * blocks + i) * block + first * position;
        ((Buffer) from).limit(start + count * position);
        ((Buffer) from).position(start);
        ((Buffer) to).position(start + by * position);
        // The two ranges may overlap, which this takes care of.
        to.put(from);
      }
    }
  }

  /** Gives a row the value that it has in another tensor of the same shape. */
  void takeRow(int row, RowTensor source) {
    int bytes = type.size;
    for (int axis = batchAxis + 1; axis < shape.length; axis++) {
      bytes *= (int) shape[axis];
    }
    ByteBuffer from = source.present.duplicate();
    ByteBuffer to = present.duplicate();
    ((Buffer) to).clear();
    long outer = outer();
    for (long o = 0; o < outer; o++) {
      int start = (int) (o * shape[batchAxis] + row) * bytes;
      ((Buffer) from).limit(start + bytes);
      ((Buffer) from).position(start);
      ((Buffer) to).position(start);
      to.put(from);
    }
  }

  /** Some neighbouring rows of a tensor whose first axis is that of the rows; to be released. */
  OnnxTensor rows(int first, int count) {
    long[] part = shape.clone();
    part[0] = count;
    int rowBytes = (int) (bytes(shape) / shape[0]);
    ByteBuffer view = present.duplicate();
    ((Buffer) view).limit((first + count) * rowBytes);
    ((Buffer) view).position(first * rowBytes);
    return NativeValues.make(view.slice().order(present.order()), type, part);
  }

  /** Gives the second buffer back, where it is not needed at each step. */
  void releaseSpare() {
    ByteBuffer spare = other;
    if (spare != null && nextTensor == null) {
      other = null;
      buffers.giveBack(spare);
    }
  }

  /** Gives back all but the present value's memory, because nothing runs over it for a while. */
  void rest() {
    releaseSpare();
    forgetPresentTensor();
  }

  /** How much memory is held for the present value. */
  long capacityBytes() {
    return present.capacity();
  }

  private void forgetPresentTensor() {
    release(presentTensor);
    presentTensor = null;
  }

  /** Whether every row that moves can be read before it is written over, going upwards. */
  private boolean canMoveInPlace(int[] parents, int rows) {
    for (int row = 0; row < rows; row++) {
      int parent = parents[row];
      boolean written = parent < row && parents[parent] != parent;
      if (written) {
        return false;
      }
    }
    return true;
  }

  /** Copies rows; of the first {@code inPlace} ones those that stay where they are are left out. */
  private void copyRows(int[] parents, int rows, ByteBuffer target, int inPlace) {
    long outer = outer();
    int rowBytes = type.size;
    for (int axis = batchAxis + 1; axis < shape.length; axis++) {
      rowBytes *= (int) shape[axis];
    }
    ByteBuffer from = present.duplicate();
    ByteBuffer to = target.duplicate();
    ((Buffer) to).clear();
    for (long o = 0; o < outer; o++) {
      for (int row = 0; row < rows; row++) {
        if (row < inPlace && parents[row] == row) {
          continue;
        }
        int start = (int) ((o * shape[batchAxis] + parents[row]) * rowBytes);
        ((Buffer) from).limit(start + rowBytes);
        ((Buffer) from).position(start);
        ((Buffer) to).position((int) ((o * rows + row) * rowBytes));
        to.put(from);
      }
    }
  }

  private void copyPositions(int[] parents, int rows, int lengthAxis, int[] from, int[] lengths) {
    int blocks = 1;
    for (int axis = batchAxis + 1; axis < lengthAxis; axis++) {
      blocks *= (int) shape[axis];
    }
    int position = type.size;
    for (int axis = lengthAxis + 1; axis < shape.length; axis++) {
      position *= (int) shape[axis];
    }
    int block = position * (int) shape[lengthAxis];
    ByteBuffer source = present.duplicate();
    ByteBuffer target = present.duplicate();
    ((Buffer) target).clear();
    long outer = outer();
    for (long o = 0; o < outer; o++) {
      for (int row = 0; row < rows; row++) {
        int parent = parents[row];
        for (int i = 0; parent != row && i < blocks; i++) {
          int start = (int) ((o * shape[batchAxis] + parent) * blocks + i) * block;
          int targetStart = (int) ((o * rows + row) * blocks + i) * block;
          ((Buffer) source).limit(start + lengths[parent] * position);
          ((Buffer) source).position(start + from[row] * position);
          ((Buffer) target).position(targetStart + from[row] * position);
          target.put(source);
        }
      }
    }
  }

  private ByteBuffer room(long bytes) {
    ByteBuffer target = other;
    if (target == null || target.capacity() < bytes) {
      if (target != null) {
        other = null;
        buffers.giveBack(target);
      }
      // Half as much again, so that a growing cache finds room for many steps at once.
      target = buffers.take(Math.min(bytes + bytes / 2, Math.max(bytes, 1L << 30)));
      other = target;
    }
    return target;
  }

  private long bytes(long[] dimensions) {
    long bytes = type.size;
    for (long dimension : dimensions) {
      bytes *= dimension;
    }
    return bytes;
  }

  /** Gives the buffers back. May be called once. */
  @Override
  public void close() {
    forgetPresentTensor();
    release(nextTensor);
    nextTensor = null;
    buffers.giveBack(present);
    if (other != null) {
      buffers.giveBack(other);
    }
  }
}
