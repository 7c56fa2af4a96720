package io.loquent.runtime.model;

import ai.onnxruntime.OnnxTensor;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.ParallelState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One graph that looks at a prompt and the canvas behind it with full attention. Confined to one
 * thread.
 *
 * <p>A graph with past inputs can look at a part only: the keys and values of the last run over
 * whole rows stay where they are, those of the part are masked there, and the part's own come
 * behind them (Wu et al. 2025, Fast-dLLM). Order does not matter to full attention, as long as
 * positions are told.
 */
final class DiffusionState implements ParallelState {

  private final DecoderGraphs graphs;
  private final NativeBuffers buffers;
  private final RunControl control;
  private final int padToken;
  private final boolean keepsCache;
  private final Frame frame = new Frame();
  private final StepInputs stepInputs;
  private final StepTensor mask;
  private final CanvasOutput output;

  /** Keys and values of the last run over whole rows, in the order of the graph's states. */
  private final List<RowTensor> kept = new ArrayList<>();

  /** An empty past, for runs over whole rows. */
  private final List<RowTensor> nothing = new ArrayList<>();

  /** How long each row was in the last run over whole rows. */
  private int[] keptLengths = new int[0];

  private int rows;

  DiffusionState(
      DecoderGraphs graphs,
      NativeBuffers buffers,
      int vocabularySize,
      int rows,
      RunControl control,
      int padToken,
      boolean keepsCache) {
    this.graphs = graphs;
    this.buffers = buffers;
    this.rows = rows;
    this.control = control;
    this.padToken = padToken;
    this.keepsCache = keepsCache;
    stepInputs = new StepInputs(buffers, graphs.names);
    TensorSpec maskInput = graphs.first.inputs().get(StepInputs.MASK);
    mask =
        new StepTensor(
            buffers, maskInput == null ? ai.onnxruntime.OnnxJavaType.INT64 : maskInput.type());
    output = new CanvasOutput(buffers, graphs.first, vocabularySize);
  }

  @Override
  public int rows() {
    return rows;
  }

  /** There is nothing to know before a canvas is looked at. */
  @Override
  public ParallelOutput encode() {
    output.begin(List.of());
    return output;
  }

  @Override
  public void gather(int[] parents, int newRows) {
    kept.forEach(tensor -> tensor.reserveGather(parents, newRows));
    kept.forEach(tensor -> tensor.gather(parents, newRows));
    if (keptLengths.length > 0) {
      keptLengths = GraphState.gathered(keptLengths, parents, newRows);
    }
    rows = newRows;
  }

  @Override
  public ParallelOutput run(List<Canvas> canvases) {
    output.begin(canvases);
    fill(canvases);
    Map<String, OnnxTensor> inputs = new HashMap<>();
    Map<String, OnnxTensor> pinned = output.targets(frame);
    stepInputs.put(graphs.first, frame, inputs);
    if (canvases.get(0).isWholeRow()) {
      bindEmptyPast(inputs);
      keep(canvases, pinned);
    } else {
      for (int i = 0; i < graphs.states.size(); i++) {
        inputs.put(graphs.states.get(i).input(), kept.get(i).asTensor());
      }
      inputs.put(StepInputs.MASK, maskWithHoles(canvases));
    }
    graphs.first.run(inputs, Set.of(), pinned, control).close();
    output.take(frame, 0);
    return output;
  }

  private void fill(List<Canvas> canvases) {
    int width = canvases.stream().mapToInt(c -> c.end() - c.start()).max().orElse(0);
    frame.resize(canvases.size(), width);
    frame.continues = false;
    frame.allPositions = true;
    frame.maskWidth = width;
    for (int row = 0; row < canvases.size(); row++) {
      Canvas canvas = canvases.get(row);
      int count = canvas.end() - canvas.start();
      for (int column = 0; column < width; column++) {
        frame.tokens[row * width + column] =
            column < count ? canvas.token(canvas.start() + column) : padToken;
      }
      frame.maskFrom[row] = 0;
      frame.maskTo[row] = count;
      frame.positionStart[row] = canvas.start();
      frame.newest[row] = count - 1;
    }
  }

  private void bindEmptyPast(Map<String, OnnxTensor> inputs) {
    if (!nothing.isEmpty() && nothing.get(0).dimension(0) != frame.rows) {
      nothing.forEach(RowTensor::close);
      nothing.clear();
    }
    for (int i = 0; i < graphs.states.size(); i++) {
      StateTensor state = graphs.states.get(i);
      if (nothing.size() <= i) {
        nothing.add(
            new RowTensor(buffers, state.type(), state.batchAxis(), state.shape(frame.rows, 0)));
      }
      inputs.put(state.input(), nothing.get(i).asTensor());
    }
  }

  private void keep(List<Canvas> canvases, Map<String, OnnxTensor> pinned) {
    kept.forEach(RowTensor::close);
    kept.clear();
    if (!keepsCache) {
      return;
    }
    for (StateTensor state : graphs.states) {
      RowTensor tensor =
          new RowTensor(
              buffers, state.type(), state.batchAxis(), state.shape(frame.rows, frame.width));
      kept.add(tensor);
      pinned.put(state.output(), tensor.asTensor());
    }
    keptLengths = canvases.stream().mapToInt(Canvas::length).toArray();
  }

  /** Of what was kept, what lies outside the part; then the part itself. */
  private OnnxTensor maskWithHoles(List<Canvas> canvases) {
    int past = (int) kept.get(0).dimension(graphs.states.get(0).lengthAxis());
    int width = past + frame.width;
    java.nio.ByteBuffer target = mask.room((long) frame.rows * width, 0);
    for (int row = 0; row < frame.rows; row++) {
      Canvas canvas = canvases.get(row);
      for (int column = 0; column < width; column++) {
        boolean seen =
            column < past
                ? column < keptLengths[row] && (column < canvas.start() || column >= canvas.end())
                : column - past < canvas.end() - canvas.start();
        mask.write(target, row * width + column, seen ? 1 : 0);
      }
    }
    return mask.tensor(frame.rows, width);
  }

  @Override
  public void close() {
    kept.forEach(RowTensor::close);
    kept.clear();
    nothing.forEach(RowTensor::close);
    nothing.clear();
    stepInputs.close();
    mask.close();
    output.close();
  }
}
