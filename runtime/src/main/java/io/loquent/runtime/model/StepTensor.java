package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A tensor that a state fills or reads at every step, over lent memory. The native value is made
 * again only where its shape or its memory is another than in the step before. Confined to one
 * thread.
 */
final class StepTensor implements AutoCloseable {

  private static final int HIGHEST_RANK = 3;

  private final NativeBuffers buffers;
  private final OnnxJavaType type;
  private @Nullable ByteBuffer memory;
  private FloatBuffer floats = FloatBuffer.allocate(0);
  private @Nullable OnnxTensor tensor;
  private int rank;
  private final long[] shape = new long[HIGHEST_RANK];

  StepTensor(NativeBuffers buffers, OnnxJavaType type) {
    this.buffers = buffers;
    this.type = type;
  }

  OnnxJavaType type() {
    return type;
  }

  /**
   * Returns memory for a number of elements; what was in it is lost if it has to grow.
   *
   * @param elements how many are needed
   * @param spare how many more to make room for where new memory is taken
   */
  ByteBuffer room(long elements, long spare) {
    ByteBuffer room = memory;
    if (room == null || room.capacity() < elements * type.size) {
      // Given back first: taking a larger one may fail, and then it must not come back twice.
      close();
      room = buffers.take((elements + spare) * type.size);
      memory = room;
      floats = room.asFloatBuffer();
    }
    return room;
  }

  /** Returns the memory itself; valid until it grows. */
  ByteBuffer memory() {
    return java.util.Objects.requireNonNull(memory, "a tensor needs memory first");
  }

  /** Returns the memory as 32-bit floats; valid until it grows. */
  FloatBuffer floats() {
    return floats;
  }

  /** Writes an element of an integer tensor. */
  void write(ByteBuffer target, int index, int value) {
    if (type == OnnxJavaType.INT32) {
      target.putInt(index * Integer.BYTES, value);
    } else {
      target.putLong(index * Long.BYTES, value);
    }
  }

  OnnxTensor scalar() {
    return tensor(0, 0, 0, 0);
  }

  OnnxTensor tensor(long length) {
    return tensor(1, length, 0, 0);
  }

  OnnxTensor tensor(long rows, long columns) {
    return tensor(2, rows, columns, 0);
  }

  OnnxTensor tensor(long rows, long columns, long depth) {
    return tensor(3, rows, columns, depth);
  }

  private OnnxTensor tensor(int newRank, long first, long second, long third) {
    ByteBuffer room = memory;
    if (room == null) {
      throw new IllegalStateException("a tensor needs memory first");
    }
    OnnxTensor kept = tensor;
    if (kept != null
        && rank == newRank
        && shape[0] == first
        && shape[1] == second
        && shape[2] == third) {
      return kept;
    }
    forget();
    shape[0] = first;
    shape[1] = second;
    shape[2] = third;
    rank = newRank;
    OnnxTensor made = NativeValues.make(room, type, Arrays.copyOf(shape, newRank));
    tensor = made;
    return made;
  }

  private void forget() {
    if (tensor != null) {
      OnnxTensor old = tensor;
      tensor = null;
      NativeValues.release(old);
    }
  }

  /** Frees the native value and gives the memory back. May be called repeatedly. */
  @Override
  public void close() {
    forget();
    if (memory != null) {
      ByteBuffer lent = memory;
      memory = null;
      floats = FloatBuffer.allocate(0);
      buffers.giveBack(lent);
    }
  }
}
