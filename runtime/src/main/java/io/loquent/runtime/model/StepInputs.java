package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.BestTokensOutput;
import io.loquent.runtime.onnx.LogitsPositions;
import io.loquent.runtime.onnx.SoftmaxOutput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of a decoder graph that follow from the tokens alone: ids, mask, positions and the
 * small switches that exporters add. One instance serves one state; confined to one thread.
 */
final class StepInputs implements AutoCloseable {

  static final String MASK = "attention_mask";
  static final String POSITIONS = "position_ids";
  static final String CACHE_BRANCH = "use_cache_branch";

  /** Every input that {@link #put} fills, beside the tokens. */
  static final Set<String> NAMES =
      Set.of(
          MASK,
          "decoder_attention_mask",
          POSITIONS,
          "token_type_ids",
          CACHE_BRANCH,
          "num_logits_to_keep",
          "logits_to_keep",
          "cache_position",
          BestTokensOutput.COUNT,
          SoftmaxOutput.WANTED,
          LogitsPositions.INPUT);

  private final NativeBuffers buffers;
  private final GraphNames names;
  private final Map<String, StepTensor> tensors = new LinkedHashMap<>();
  private @Nullable Graph lastGraph;
  private List<TensorSpec> ours = List.of();

  StepInputs(NativeBuffers buffers, GraphNames names) {
    this.buffers = buffers;
    this.names = names;
  }

  /** Refuses types that the values cannot be written as. */
  static void check(Graph graph, GraphNames names) {
    for (Map.Entry<String, TensorSpec> input : graph.inputs().entrySet()) {
      String name = names.standardName(input.getKey());
      OnnxJavaType type = input.getValue().type();
      boolean known =
          type == OnnxJavaType.INT64
              || type == OnnxJavaType.INT32
              || (type == OnnxJavaType.BOOL && name.equals(CACHE_BRANCH));
      if (isOurs(names, input.getKey()) && !known) {
        throw new ModelLoadException(
            graph.file()
                + ": input \""
                + input.getKey()
                + "\" has type "
                + type
                + "; supported are INT64 and INT32");
      }
      if (name.equals(POSITIONS) && input.getValue().rank() != 2) {
        throw new ModelLoadException(
            graph.file()
                + ": input \"position_ids\" has shape "
                + input.getValue().describeShape()
                + "; supported is [batch, sequence]");
      }
    }
  }

  private static boolean isOurs(GraphNames names, String input) {
    return NAMES.contains(names.standardName(input)) || input.equals(names.tokens());
  }

  /** Adds a tensor for each of the graph's inputs that follow from the frame; keeps them. */
  void put(Graph graph, Frame frame, Map<String, OnnxTensor> inputs) {
    if (graph != lastGraph) {
      lastGraph = graph;
      ours = new ArrayList<>(graph.inputs().values());
      ours.removeIf(spec -> !isOurs(names, spec.name()));
    }
    for (int i = 0; i < ours.size(); i++) {
      TensorSpec spec = ours.get(i);
      String name = spec.name();
      if (name.equals(names.tokens())) {
        inputs.put(name, tokens(spec, frame));
        continue;
      }
      switch (names.standardName(name)) {
        case MASK, "decoder_attention_mask" -> inputs.put(name, mask(spec, frame));
        case POSITIONS -> inputs.put(name, positions(spec, frame));
        case "token_type_ids" -> inputs.put(name, zeros(spec, frame));
        case CACHE_BRANCH -> inputs.put(name, cacheBranch(spec, frame));
        case "num_logits_to_keep", "logits_to_keep" ->
            inputs.put(name, number(spec, logitsToKeep(graph, frame)));
        case BestTokensOutput.COUNT -> inputs.put(name, number(spec, frame.best));
        case SoftmaxOutput.WANTED -> inputs.put(name, number(spec, frame.softmax ? 1 : 0));
        case LogitsPositions.INPUT -> inputs.put(name, picked(spec, frame));
        case "cache_position" -> inputs.put(name, cachePosition(spec, frame));
        default -> throw new IllegalStateException("nothing follows for input " + name);
      }
    }
  }

  private OnnxTensor tokens(TensorSpec spec, Frame frame) {
    int count = frame.rows * frame.width;
    StepTensor tensor = tensor(spec);
    ByteBuffer target = room(tensor, count);
    for (int i = 0; i < count; i++) {
      tensor.write(target, i, frame.tokens[i]);
    }
    return spec.rank() == 1 ? tensor.tensor(frame.rows) : tensor.tensor(frame.rows, frame.width);
  }

  private OnnxTensor mask(TensorSpec spec, Frame frame) {
    StepTensor tensor = tensor(spec);
    ByteBuffer target = room(tensor, frame.rows * frame.maskWidth);
    for (int row = 0; row < frame.rows; row++) {
      for (int column = 0; column < frame.maskWidth; column++) {
        boolean real = column >= frame.maskFrom[row] && column < frame.maskTo[row];
        tensor.write(target, row * frame.maskWidth + column, real ? 1 : 0);
      }
    }
    return tensor.tensor(frame.rows, frame.maskWidth);
  }

  private OnnxTensor positions(TensorSpec spec, Frame frame) {
    StepTensor tensor = tensor(spec);
    ByteBuffer target = room(tensor, frame.rows * frame.width);
    for (int row = 0; row < frame.rows; row++) {
      for (int column = 0; column < frame.width; column++) {
        int position = Math.max(0, frame.positionStart[row] + column);
        tensor.write(target, row * frame.width + column, position);
      }
    }
    return tensor.tensor(frame.rows, frame.width);
  }

  private OnnxTensor zeros(TensorSpec spec, Frame frame) {
    StepTensor tensor = tensor(spec);
    ByteBuffer target = room(tensor, frame.rows * frame.width);
    for (int i = 0; i < frame.rows * frame.width; i++) {
      tensor.write(target, i, 0);
    }
    return tensor.tensor(frame.rows, frame.width);
  }

  private OnnxTensor cacheBranch(TensorSpec spec, Frame frame) {
    StepTensor tensor = tensor(spec);
    room(tensor, 1).put(0, (byte) (frame.continues ? 1 : 0));
    return tensor.tensor(1);
  }

  /** All, 0, where positions are picked from what is kept. */
  private static int logitsToKeep(Graph graph, Frame frame) {
    return frame.allPositions || graph.hasInput(LogitsPositions.INPUT) ? 0 : 1;
  }

  private OnnxTensor number(TensorSpec spec, int number) {
    StepTensor tensor = tensor(spec);
    tensor.write(room(tensor, 1), 0, number);
    return spec.rank() == 0 ? tensor.scalar() : tensor.tensor(1);
  }

  private OnnxTensor picked(TensorSpec spec, Frame frame) {
    int count = frame.allPositions ? frame.width : 1;
    StepTensor tensor = tensor(spec);
    ByteBuffer target = room(tensor, frame.rows * count);
    for (int row = 0; row < frame.rows; row++) {
      for (int i = 0; i < count; i++) {
        tensor.write(target, row * count + i, frame.allPositions ? i : frame.newest[row]);
      }
    }
    return tensor.tensor(frame.rows, count, 1);
  }

  private OnnxTensor cachePosition(TensorSpec spec, Frame frame) {
    StepTensor tensor = tensor(spec);
    ByteBuffer target = room(tensor, frame.width);
    for (int column = 0; column < frame.width; column++) {
      tensor.write(target, column, frame.maskWidth - frame.width + column);
    }
    return tensor.tensor(frame.width);
  }

  private StepTensor tensor(TensorSpec spec) {
    StepTensor tensor = tensors.get(spec.name());
    if (tensor == null) {
      tensor = new StepTensor(buffers, spec.type());
      tensors.put(spec.name(), tensor);
    }
    return tensor;
  }

  /** Half as much again, so that a growing mask finds room for many steps at once. */
  private static ByteBuffer room(StepTensor tensor, int elements) {
    return tensor.room(elements, elements / 2);
  }

  @Override
  public void close() {
    tensors.values().forEach(StepTensor::close);
    tensors.clear();
  }
}
