package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.loquent.InferenceException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes and frees every tensor that Loquent makes, so that tests can ask whether one was forgotten.
 * Thread-safe.
 */
public final class NativeValues {

  private static final AtomicInteger OPEN = new AtomicInteger();

  private NativeValues() {}

  /**
   * Returns how many native tensors are open in this process.
   *
   * @return 0 while no request is running
   */
  public static int open() {
    return OPEN.get();
  }

  /**
   * Wraps the first bytes of a direct buffer, without copying; {@link #release} frees the tensor.
   */
  static OnnxTensor make(ByteBuffer buffer, OnnxJavaType type, long... shape) {
    long bytes = (long) type.size;
    for (long dimension : shape) {
      bytes *= dimension;
    }
    ByteBuffer view = buffer.duplicate().order(buffer.order());
    ((Buffer) view).position(0);
    ((Buffer) view).limit((int) bytes);
    try {
      OnnxTensor tensor =
          OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), view, shape, type);
      OPEN.incrementAndGet();
      return tensor;
    } catch (OrtException e) {
      throw new InferenceException(
          "cannot make a tensor of shape "
              + java.util.Arrays.toString(shape)
              + " and type "
              + type
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /** Frees a tensor that {@link #make} made. */
  static void release(OnnxTensor tensor) {
    tensor.close();
    OPEN.decrementAndGet();
  }
}
