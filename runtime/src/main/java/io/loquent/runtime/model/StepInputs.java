package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.LogitsPositions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
          LogitsPositions.INPUT);

  private final NativeBuffers buffers;
  private final GraphNames names;
  private final Map<String, ByteBuffer> memory = new LinkedHashMap<>();

  StepInputs(NativeBuffers buffers, GraphNames names) {
    this.buffers = buffers;
    this.names = names;
  }

  /** Refuses types that the values cannot be written as. */
  static void check(Graph graph, GraphNames names) {
    for (Map.Entry<String, TensorSpec> input : graph.inputs().entrySet()) {
      String name = names.standardName(input.getKey());
      boolean ours = NAMES.contains(name) || input.getKey().equals(names.tokens());
      OnnxJavaType type = input.getValue().type();
      boolean known =
          type == OnnxJavaType.INT64
              || type == OnnxJavaType.INT32
              || (type == OnnxJavaType.BOOL && name.equals(CACHE_BRANCH));
      if (ours && !known) {
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

  /** Adds a tensor for each of the graph's inputs that follow from the frame. */
  void put(Graph graph, Frame frame, Map<String, OnnxTensor> inputs, NativeValues values) {
    for (TensorSpec spec : graph.inputs().values()) {
      if (spec.name().equals(names.tokens())) {
        inputs.put(spec.name(), tokens(spec, frame, values));
        continue;
      }
      switch (names.standardName(spec.name())) {
        case MASK, "decoder_attention_mask" -> inputs.put(spec.name(), mask(spec, frame, values));
        case POSITIONS -> inputs.put(spec.name(), positions(spec, frame, values));
        case "token_type_ids" -> inputs.put(spec.name(), zeros(spec, frame, values));
        case CACHE_BRANCH -> inputs.put(spec.name(), cacheBranch(spec, frame, values));
        case "num_logits_to_keep", "logits_to_keep" ->
            inputs.put(spec.name(), number(spec, frame.allPositions ? 0 : 1, values));
        case LogitsPositions.INPUT -> inputs.put(spec.name(), picked(spec, frame, values));
        case "cache_position" -> inputs.put(spec.name(), cachePosition(spec, frame, values));
        default -> {
          // A state or a constant: the caller's.
        }
      }
    }
  }

  private OnnxTensor tokens(TensorSpec spec, Frame frame, NativeValues values) {
    int count = frame.rows * frame.width;
    ByteBuffer target = room(spec, count);
    for (int i = 0; i < count; i++) {
      write(spec, target, i, frame.tokens[i]);
    }
    return spec.rank() == 1
        ? values.wrap(target, spec.type(), frame.rows)
        : values.wrap(target, spec.type(), frame.rows, frame.width);
  }

  private OnnxTensor mask(TensorSpec spec, Frame frame, NativeValues values) {
    ByteBuffer target = room(spec, frame.rows * frame.maskWidth);
    for (int row = 0; row < frame.rows; row++) {
      for (int column = 0; column < frame.maskWidth; column++) {
        boolean real = column >= frame.maskFrom[row] && column < frame.maskTo[row];
        write(spec, target, row * frame.maskWidth + column, real ? 1 : 0);
      }
    }
    return values.wrap(target, spec.type(), frame.rows, frame.maskWidth);
  }

  private OnnxTensor positions(TensorSpec spec, Frame frame, NativeValues values) {
    ByteBuffer target = room(spec, frame.rows * frame.width);
    for (int row = 0; row < frame.rows; row++) {
      for (int column = 0; column < frame.width; column++) {
        int position = Math.max(0, frame.positionStart[row] + column);
        write(spec, target, row * frame.width + column, position);
      }
    }
    return values.wrap(target, spec.type(), frame.rows, frame.width);
  }

  private OnnxTensor zeros(TensorSpec spec, Frame frame, NativeValues values) {
    ByteBuffer target = room(spec, frame.rows * frame.width);
    for (int i = 0; i < frame.rows * frame.width; i++) {
      write(spec, target, i, 0);
    }
    return values.wrap(target, spec.type(), frame.rows, frame.width);
  }

  private OnnxTensor cacheBranch(TensorSpec spec, Frame frame, NativeValues values) {
    ByteBuffer target = room(spec, 1);
    target.put(0, (byte) (frame.continues ? 1 : 0));
    return values.wrap(target, spec.type(), 1);
  }

  private OnnxTensor number(TensorSpec spec, int number, NativeValues values) {
    ByteBuffer target = room(spec, 1);
    write(spec, target, 0, number);
    return spec.rank() == 0
        ? values.wrap(target, spec.type())
        : values.wrap(target, spec.type(), 1);
  }

  private OnnxTensor picked(TensorSpec spec, Frame frame, NativeValues values) {
    int count = frame.allPositions ? frame.width : 1;
    ByteBuffer target = room(spec, frame.rows * count);
    for (int row = 0; row < frame.rows; row++) {
      for (int i = 0; i < count; i++) {
        write(spec, target, row * count + i, frame.allPositions ? i : frame.newest[row]);
      }
    }
    return values.wrap(target, spec.type(), frame.rows, count, 1);
  }

  private OnnxTensor cachePosition(TensorSpec spec, Frame frame, NativeValues values) {
    ByteBuffer target = room(spec, frame.width);
    for (int column = 0; column < frame.width; column++) {
      write(spec, target, column, frame.maskWidth - frame.width + column);
    }
    return values.wrap(target, spec.type(), frame.width);
  }

  private ByteBuffer room(TensorSpec spec, int elements) {
    long bytes = (long) elements * spec.type().size;
    ByteBuffer buffer = memory.get(spec.name());
    if (buffer == null || buffer.capacity() < bytes) {
      if (buffer != null) {
        // Forgotten first: taking a larger one may fail, and then it must not come back twice.
        memory.remove(spec.name());
        buffers.giveBack(buffer);
      }
      buffer = buffers.take(bytes + bytes / 2);
      memory.put(spec.name(), buffer);
    }
    return buffer;
  }

  private static void write(TensorSpec spec, ByteBuffer target, int index, int value) {
    if (spec.type() == OnnxJavaType.INT32) {
      target.putInt(index * Integer.BYTES, value);
    } else {
      target.putLong(index * Long.BYTES, value);
    }
  }

  @Override
  public void close() {
    List<ByteBuffer> all = new ArrayList<>(memory.values());
    memory.clear();
    all.forEach(buffers::giveBack);
  }
}
