package io.loquent.runtime.model;

import ai.onnxruntime.OnnxTensor;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.ParallelState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An encoder, run once, and a decoder that looks at whole canvases with full attention. Confined to
 * one thread.
 *
 * <p>Canvases of unequal length are padded on the right behind {@code decoder_attention_mask}; each
 * runs alone where the graph has no such input.
 */
final class CanvasState implements ParallelState {

  private final EncoderPass encoder;
  private final DecoderGraphs graphs;
  private final ParallelModel model;
  private final List<PromptRow> prompts;
  private final RunControl control;
  private final int padToken;
  private final Frame frame = new Frame();
  private final StepInputs stepInputs;
  private final Map<String, RowTensor> constants = new LinkedHashMap<>();
  private final CanvasOutput output;
  private final Map<String, RowTensor> encoderOutputs = new HashMap<>();
  private int rows;

  CanvasState(
      EncoderPass encoder,
      DecoderGraphs graphs,
      NativeBuffers buffers,
      ParallelModel model,
      List<PromptRow> prompts,
      RunControl control,
      int padToken) {
    this.encoder = encoder;
    this.graphs = graphs;
    this.model = model;
    this.prompts = prompts;
    this.control = control;
    this.padToken = padToken;
    rows = prompts.size();
    stepInputs = new StepInputs(buffers, graphs.names);
    output = new CanvasOutput(buffers, graphs.first, model.vocabularySize());
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public ParallelOutput encode() {
    boolean scoresLengths = encoder.graph().outputs().containsKey(ParallelFamily.LENGTH_LOGITS);
    Set<String> wanted = new LinkedHashSet<>();
    graphs
        .constants
        .values()
        .forEach(
            source -> {
              if (!source.isInput()) {
                wanted.add(source.name());
              }
            });
    if (scoresLengths) {
      wanted.add(ParallelFamily.LENGTH_LOGITS);
    }
    Map<String, RowTensor> encoded = encoder.run(prompts, wanted, control);
    // Kept from here on, so that whatever fails, closing the state frees it.
    encoderOutputs.putAll(encoded);
    graphs.constants.forEach(
        (input, source) -> {
          String name = source.isInput() ? encoder.maskName() : source.name();
          constants.put(input, Objects.requireNonNull(encoderOutputs.remove(name), name));
        });
    return new Encoded(encoderOutputs.get(ParallelFamily.LENGTH_LOGITS));
  }

  /** What the encoder alone says. */
  private final class Encoded implements ParallelOutput {
    private final @Nullable RowTensor scores;

    Encoded(@Nullable RowTensor scores) {
      this.scores = scores;
    }

    @Override
    public int slots(int row) {
      int[] ids = prompts.get(row).encoderIds();
      return ids == null ? 0 : (int) Math.round(model.upsample() * ids.length);
    }

    @Override
    public void logits(int row, int slot, float[] target) {
      throw new IllegalStateException("the decoder has not looked at a canvas yet");
    }

    @Override
    public int lengthClasses() {
      return scores == null ? 0 : (int) scores.dimension(1);
    }

    @Override
    public void lengthLogits(int row, float[] target) {
      RowTensor known = Objects.requireNonNull(scores, "the encoder does not score lengths");
      int classes = lengthClasses();
      FloatReading.copy(known.memory(), known.type(), row * classes, classes, target);
    }
  }

  @Override
  public void gather(int[] parents, int newRows) {
    constants.values().forEach(tensor -> tensor.reserveGather(parents, newRows));
    constants.values().forEach(tensor -> tensor.gather(parents, newRows));
    rows = newRows;
  }

  @Override
  public ParallelOutput run(List<Canvas> canvases) {
    boolean together =
        graphs.first.hasInput("decoder_attention_mask")
            || canvases.stream().allMatch(c -> c.length() == canvases.get(0).length());
    output.begin(canvases);
    if (together) {
      Map<String, OnnxTensor> inputs = new HashMap<>();
      constants.forEach((name, tensor) -> inputs.put(name, tensor.asTensor()));
      run(canvases, 0, inputs);
    } else {
      for (int row = 0; row < canvases.size(); row++) {
        runAlone(canvases.get(row), row);
      }
    }
    return output;
  }

  private void runAlone(Canvas canvas, int row) {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    List<OnnxTensor> views = new ArrayList<>();
    try {
      constants.forEach(
          (name, tensor) -> {
            OnnxTensor view = tensor.rows(row, 1);
            views.add(view);
            inputs.put(name, view);
          });
      run(List.of(canvas), row, inputs);
    } finally {
      views.forEach(NativeValues::release);
    }
  }

  private void run(List<Canvas> canvases, int firstRow, Map<String, OnnxTensor> inputs) {
    fill(canvases);
    stepInputs.put(graphs.first, frame, inputs);
    graphs.first.run(inputs, Set.of(), output.targets(frame), control).close();
    output.take(frame, firstRow);
  }

  private void fill(List<Canvas> canvases) {
    int width = canvases.stream().mapToInt(Canvas::length).max().orElse(0);
    frame.resize(canvases.size(), width);
    frame.continues = false;
    frame.allPositions = true;
    frame.maskWidth = width;
    for (int row = 0; row < canvases.size(); row++) {
      Canvas canvas = canvases.get(row);
      for (int column = 0; column < width; column++) {
        frame.tokens[row * width + column] =
            column < canvas.length() ? canvas.token(column) : padToken;
      }
      frame.maskFrom[row] = 0;
      frame.maskTo[row] = canvas.length();
      frame.positionStart[row] = 0;
      frame.newest[row] = canvas.length() - 1;
    }
  }

  @Override
  public void close() {
    constants.values().forEach(RowTensor::close);
    constants.clear();
    encoderOutputs.values().forEach(RowTensor::close);
    encoderOutputs.clear();
    stepInputs.close();
    output.close();
  }
}
