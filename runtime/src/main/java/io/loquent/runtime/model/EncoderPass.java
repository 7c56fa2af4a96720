package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.loquent.InferenceException;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.ModelLoadException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs an encoder over a batch of inputs, padded on the right. Thread-safe.
 *
 * <p>What comes out is kept in native memory as {@link RowTensor}s, under the names of the
 * encoder's outputs, and its attention mask under the name of the input.
 */
final class EncoderPass implements AutoCloseable {

  private final Graph graph;
  private final NativeBuffers buffers;
  private final String idsInput;
  private final String maskInput;
  private final int padToken;

  EncoderPass(Graph graph, NativeBuffers buffers, Map<String, String> inputNames, int padToken) {
    this.graph = graph;
    this.buffers = buffers;
    this.idsInput = inputNames.getOrDefault("input_ids", "input_ids");
    this.maskInput = inputNames.getOrDefault("attention_mask", "attention_mask");
    this.padToken = padToken;
    for (TensorSpec input : graph.inputs().values()) {
      boolean known =
          input.name().equals(idsInput)
              || input.name().equals(maskInput)
              || input.name().equals("token_type_ids")
              || input.type() == OnnxJavaType.FLOAT;
      if (!known) {
        throw new ModelLoadException(
            graph.file()
                + ": cannot tell what to feed to \""
                + input.name()
                + "\" (type "
                + input.type()
                + "); known are "
                + idsInput
                + ", "
                + maskInput
                + ", token_type_ids and one FLOAT input of features");
      }
    }
  }

  Graph graph() {
    return graph;
  }

  boolean readsTokens() {
    return graph.hasInput(idsInput);
  }

  /** Whether inputs of unequal length can go together. */
  boolean toleratesPadding() {
    return readsTokens() && graph.hasInput(maskInput);
  }

  /** The outputs and the mask by name; the caller closes them. */
  Map<String, RowTensor> run(List<PromptRow> rows, Set<String> wanted, RunControl control) {
    Map<String, RowTensor> results = new LinkedHashMap<>();
    Map<String, RowTensor> inputs = new LinkedHashMap<>();
    try {
      if (readsTokens()) {
        tokenInputs(rows, inputs);
      } else {
        featureInput(rows, inputs);
      }
      Map<String, OnnxTensor> in = new LinkedHashMap<>();
      inputs.forEach(
          (name, tensor) -> {
            if (graph.hasInput(name)) {
              in.put(name, tensor.asTensor());
            }
          });
      try (OrtSession.Result outputs = graph.run(in, wanted, Map.of(), control)) {
        for (String name : wanted) {
          results.put(name, copy(name, outputs.get(name).orElse(null)));
        }
      }
      RowTensor mask = inputs.remove(maskInput);
      if (mask != null) {
        results.put(maskInput, mask);
      }
      return results;
    } catch (RuntimeException | Error e) {
      results.values().forEach(RowTensor::close);
      throw e;
    } finally {
      inputs.values().forEach(RowTensor::close);
    }
  }

  String maskName() {
    return maskInput;
  }

  private void tokenInputs(List<PromptRow> rows, Map<String, RowTensor> inputs) {
    int longest = 0;
    for (PromptRow row : rows) {
      if (row.encoderIds() == null) {
        throw new InvalidRequestException(
            graph.name() + " reads token ids; give the request a text or token ids");
      }
      longest = Math.max(longest, row.encoderIds().length);
    }
    RowTensor ids = longs(inputs, idsInput, rows.size(), longest);
    RowTensor mask = longs(inputs, maskInput, rows.size(), longest);
    if (graph.hasInput("token_type_ids")) {
      longs(inputs, "token_type_ids", rows.size(), longest).fillWithZeros();
    }
    for (int row = 0; row < rows.size(); row++) {
      int[] tokens = java.util.Objects.requireNonNull(rows.get(row).encoderIds());
      for (int column = 0; column < longest; column++) {
        int index = (row * longest + column) * Long.BYTES;
        boolean real = column < tokens.length;
        ids.memory().putLong(index, real ? tokens[column] : padToken);
        mask.memory().putLong(index, real ? 1 : 0);
      }
    }
  }

  private RowTensor longs(Map<String, RowTensor> inputs, String name, int rows, int width) {
    TensorSpec spec = graph.inputs().get(name);
    if (spec != null && spec.type() != OnnxJavaType.INT64) {
      throw new ModelLoadException(
          graph.file() + ": input \"" + name + "\" has type " + spec.type() + "; expected INT64");
    }
    RowTensor tensor = new RowTensor(buffers, OnnxJavaType.INT64, 0, rows, width);
    inputs.put(name, tensor);
    return tensor;
  }

  private void featureInput(List<PromptRow> rows, Map<String, RowTensor> inputs) {
    Input.Features first = features(rows.get(0));
    if (!graph.hasInput(first.name())) {
      throw new InvalidRequestException(
          graph.name()
              + " has no input \""
              + first.name()
              + "\"; its inputs are "
              + graph.inputs().keySet());
    }
    long[] shape = new long[first.shape().size() + 1];
    shape[0] = rows.size();
    for (int axis = 1; axis < shape.length; axis++) {
      shape[axis] = first.shape().get(axis - 1);
    }
    RowTensor tensor = new RowTensor(buffers, OnnxJavaType.FLOAT, 0, shape);
    inputs.put(first.name(), tensor);
    FloatBuffer target = tensor.memory().asFloatBuffer();
    for (PromptRow row : rows) {
      target.put(features(row).values());
    }
  }

  private Input.Features features(PromptRow row) {
    if (row.features() == null) {
      throw new InvalidRequestException(
          graph.name()
              + " reads numbers, not text; give the request Input.Features for one of "
              + graph.inputs().keySet());
    }
    return row.features();
  }

  private RowTensor copy(String name, @Nullable OnnxValue value) {
    if (!(value instanceof OnnxTensor output)) {
      throw new InferenceException(graph.name() + ": output \"" + name + "\" is no tensor");
    }
    TensorInfo info = output.getInfo();
    TensorSpec spec = java.util.Objects.requireNonNull(graph.outputs().get(name));
    // Once per request and not per step, so that outputs of any shape can be taken.
    ByteBuffer source = output.getByteBuffer();
    RowTensor tensor = new RowTensor(buffers, info.type, spec.batchAxis(), info.getShape());
    ByteBuffer target = tensor.memory().duplicate();
    ((Buffer) target).clear();
    target.put(source);
    return tensor;
  }

  @Override
  public void close() {
    graph.close();
  }
}
