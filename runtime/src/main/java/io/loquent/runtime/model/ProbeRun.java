package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.platform.Fp16Conversions;
import io.loquent.InferenceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** The inputs of one run of a part of a graph, and what came out. Confined to one thread. */
final class ProbeRun implements AutoCloseable {

  /** An output. */
  static final class Output {

    private final long[] shape;
    private final float[] numbers;

    private Output(long[] shape, float[] numbers) {
      this.shape = shape;
      this.numbers = numbers;
    }

    long[] shape() {
      return shape;
    }

    /** In row-major order. */
    float[] numbers() {
      return numbers;
    }
  }

  private final List<OnnxTensor> tensors = new ArrayList<>();
  private final Map<String, OnnxTensor> inputs = new HashMap<>();
  private final OnnxJavaType type;

  /** Creates a run whose floats are of a type, FLOAT or FLOAT16. */
  ProbeRun(OnnxJavaType type) {
    this.type = type;
  }

  OnnxTensor floats(float[] numbers, long... shape) {
    ByteBuffer buffer = direct(numbers.length * type.size);
    for (float number : numbers) {
      if (type == OnnxJavaType.FLOAT16) {
        buffer.putShort(Fp16Conversions.floatToFp16(number));
      } else {
        buffer.putFloat(number);
      }
    }
    return keep(buffer, type, shape);
  }

  OnnxTensor zeros(long... shape) {
    long elements = 1;
    for (long dimension : shape) {
      elements *= dimension;
    }
    return keep(direct((int) (elements * type.size)), type, shape);
  }

  OnnxTensor integers(OnnxJavaType integerType, int[] numbers, long... shape) {
    ByteBuffer buffer = direct(numbers.length * integerType.size);
    for (int number : numbers) {
      if (integerType == OnnxJavaType.INT32) {
        buffer.putInt(number);
      } else {
        buffer.putLong(number);
      }
    }
    return keep(buffer, integerType, shape);
  }

  private OnnxTensor keep(ByteBuffer buffer, OnnxJavaType elements, long... shape) {
    OnnxTensor tensor = NativeValues.make(buffer, elements, shape);
    tensors.add(tensor);
    return tensor;
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(Math.max(1, bytes)).order(ByteOrder.nativeOrder());
  }

  void put(String input, OnnxTensor tensor) {
    inputs.put(input, tensor);
  }

  /**
   * Runs a graph and copies its outputs; a graph that fails gives an {@link InferenceException}.
   */
  Map<String, Output> run(Graph graph) {
    inputs.keySet().retainAll(graph.inputs().keySet());
    for (String input : graph.inputs().keySet()) {
      if (!inputs.containsKey(input)) {
        throw new InferenceException("it reads '" + input + "'");
      }
    }
    try (RunControl control = new RunControl();
        OrtSession.Result result =
            graph.run(inputs, new LinkedHashSet<>(graph.outputs().keySet()), Map.of(), control)) {
      Map<String, Output> outputs = new LinkedHashMap<>();
      result.forEach(
          entry -> {
            if (entry.getValue() instanceof OnnxTensor tensor) {
              outputs.put(entry.getKey(), copy(tensor));
            }
          });
      return outputs;
    }
  }

  private static Output copy(OnnxTensor tensor) {
    FloatBuffer buffer = tensor.getFloatBuffer();
    if (buffer == null) {
      throw new InferenceException("a part of the graph gives " + tensor.getInfo());
    }
    float[] numbers = new float[buffer.remaining()];
    buffer.get(numbers);
    return new Output(tensor.getInfo().getShape(), numbers);
  }

  @Override
  public void close() {
    tensors.forEach(NativeValues::release);
    tensors.clear();
  }
}
