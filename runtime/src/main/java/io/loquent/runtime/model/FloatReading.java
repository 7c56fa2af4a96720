package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.platform.Fp16Conversions;
import io.loquent.ModelLoadException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Reads floating-point tensors of any precision. Stateless and thread-safe. */
final class FloatReading {

  private FloatReading() {}

  /** Refuses outputs that are no floating-point numbers. */
  static void check(Graph graph, TensorSpec output) {
    OnnxJavaType type = output.type();
    if (type != OnnxJavaType.FLOAT
        && type != OnnxJavaType.FLOAT16
        && type != OnnxJavaType.BFLOAT16) {
      throw new ModelLoadException(
          graph.file()
              + ": output \""
              + output.name()
              + "\" has type "
              + type
              + "; supported are FLOAT, FLOAT16 and BFLOAT16");
    }
  }

  /**
   * Copies {@code count} numbers of a memory whose position is 0, from the number with index {@code
   * start} on.
   */
  static void copy(ByteBuffer memory, OnnxJavaType type, int start, int count, float[] target) {
    if (type == OnnxJavaType.FLOAT) {
      FloatBuffer floats = memory.asFloatBuffer();
      ((Buffer) floats).position(start);
      floats.get(target, 0, count);
      return;
    }
    boolean half = type == OnnxJavaType.FLOAT16;
    for (int i = 0; i < count; i++) {
      short bits = memory.getShort((start + i) * Short.BYTES);
      target[i] = half ? Fp16Conversions.fp16ToFloat(bits) : Fp16Conversions.bf16ToFloat(bits);
    }
  }
}
