package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an encoder's graph gave for a batch of rows. Confined to one thread; its numbers lie in
 * native memory, which {@link #close} gives back.
 */
public final class EncoderOutputs implements AutoCloseable {

  private final Map<String, Output> outputs = new LinkedHashMap<>();
  private final List<ByteBuffer> lent = new ArrayList<>();
  private final NativeBuffers buffers;

  EncoderOutputs(NativeBuffers buffers) {
    this.buffers = buffers;
  }

  /** Memory for an output, given back with all others. */
  ByteBuffer lend(long bytes) {
    ByteBuffer memory = buffers.take(bytes);
    lent.add(memory);
    return memory;
  }

  void put(String name, ByteBuffer memory, OnnxJavaType type, long[] shape) {
    outputs.put(name, new Output(memory, type, shape));
  }

  /**
   * Returns the shape of an output.
   *
   * @param name a requested output
   * @return its dimensions, the batch first
   */
  public long[] shape(String name) {
    return output(name).shape.clone();
  }

  /**
   * Reads all numbers of one row of an output of shape {@code [batch, size]}.
   *
   * @param name a requested output
   * @param row index in the batch
   * @return its numbers, {@code [size]}
   */
  public float[] row(String name, int row) {
    Output output = output(name);
    int size = (int) output.shape[output.shape.length - 1];
    float[] values = new float[size];
    output.copy(row * size, values);
    return values;
  }

  /**
   * Reads the numbers of one token from an output of shape {@code [batch, length, size]}.
   *
   * @param name a requested output
   * @param row index in the batch
   * @param token index of the token
   * @param target receives {@code [size]} numbers
   */
  public void token(String name, int row, int token, float[] target) {
    Output output = output(name);
    int length = (int) output.shape[1];
    int size = (int) output.shape[2];
    output.copy((row * length + token) * size, target);
  }

  private Output output(String name) {
    Output output = outputs.get(name);
    if (output == null) {
      throw new IllegalArgumentException(
          "output \"" + name + "\" was not asked for; there are " + outputs.keySet());
    }
    return output;
  }

  @Override
  public void close() {
    outputs.clear();
    lent.forEach(buffers::giveBack);
    lent.clear();
  }

  /** One output's numbers. */
  private static final class Output {
    final ByteBuffer memory;
    final OnnxJavaType type;
    final long[] shape;

    Output(ByteBuffer memory, OnnxJavaType type, long[] shape) {
      this.memory = memory;
      this.type = type;
      this.shape = shape;
    }

    void copy(int start, float[] target) {
      if (type == OnnxJavaType.FLOAT) {
        ByteBuffer from = memory.duplicate().order(memory.order());
        ((Buffer) from).clear();
        ((Buffer) from).position(start * Float.BYTES);
        from.asFloatBuffer().get(target);
      } else {
        FloatReading.copy(memory, type, start, target.length, target);
      }
    }
  }
}
