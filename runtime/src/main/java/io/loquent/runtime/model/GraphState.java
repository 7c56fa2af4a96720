package io.loquent.runtime.model;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import io.loquent.InferenceException;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import io.loquent.runtime.onnx.LogitsPositions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What all decoding states over a graph share: the encoder's constants, the frame of a run, the
 * logits. Subclasses keep the part that grows. Confined to one thread.
 */
abstract class GraphState implements DecodingState {

  /** Long prompts run in parts, so that the logits of one part stay below this many bytes. */
  static final long MOST_LOGITS_BYTES = 256L << 20;

  final StateContext context;
  final DecoderGraphs graphs;
  final Frame frame = new Frame();
  final Logits logits;
  private final StepInputs stepInputs;
  private final Map<String, OnnxTensor> inputs = new HashMap<>();
  private final Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
  private int rows;

  /** Which prompt each row came from: constants only move when this changes. */
  private int[] origin;

  private boolean closed;

  GraphState(StateContext context) {
    this.context = context;
    graphs = context.graphs();
    rows = context.prompts().size();
    origin = new int[rows];
    for (int row = 0; row < rows; row++) {
      origin[row] = row;
    }
    logits = new Logits(context.buffers(), graphs.logits(graphs.first), context.vocabularySize());
    stepInputs = new StepInputs(context.buffers(), graphs.names);
  }

  @Override
  public final int rows() {
    return rows;
  }

  @Override
  public final void gather(int[] parents, int newRows) {
    if (isIdentity(parents, newRows)) {
      return;
    }
    gatherState(parents, newRows);
    boolean moved = newRows != rows;
    int[] newOrigin = new int[newRows];
    for (int row = 0; row < newRows; row++) {
      newOrigin[row] = origin[parents[row]];
      moved |= row >= rows || newOrigin[row] != origin[row];
    }
    if (moved) {
      context.constants().values().forEach(constant -> constant.gather(parents, newRows));
    }
    origin = newOrigin;
    rows = newRows;
  }

  private boolean isIdentity(int[] parents, int newRows) {
    for (int row = 0; row < newRows; row++) {
      if (parents[row] != row) {
        return false;
      }
    }
    return newRows == rows;
  }

  @Override
  public final StepOutput append(int[] tokens) {
    appendTokens(tokens);
    return logits;
  }

  /** Moves what the subclass keeps; called before the rows change. */
  abstract void gatherState(int[] parents, int newRows);

  /** Runs the model with one new token for each row. */
  abstract void appendTokens(int[] tokens);

  /** Frees what the subclass keeps. */
  abstract void closeState();

  /** Adds the states' inputs and pinned outputs to a run. */
  interface StateBinding {
    void bind(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> pinned);
  }

  /** Runs a graph over the present frame. */
  final void run(Graph graph, boolean lastOnly, StateBinding binding) {
    try (NativeValues values = new NativeValues()) {
      inputs.clear();
      pinned.clear();
      stepInputs.put(graph, frame, inputs, values);
      context
          .constants()
          .forEach(
              (name, constant) -> {
                if (graph.hasInput(name)) {
                  inputs.put(name, constant.asTensor());
                }
              });
      binding.bind(inputs, pinned);
      pinned.put(graphs.names.logits(), logits.target(frame, lastOnly, values));
      String hidden = context.hiddenOutput();
      try (OrtSession.Result result =
          graph.run(
              inputs, hidden.isEmpty() ? Set.of() : Set.of(hidden), pinned, context.control())) {
        if (!hidden.isEmpty()) {
          takeHiddenStates(graph, result, hidden);
        }
      }
    }
  }

  private void takeHiddenStates(Graph graph, OrtSession.Result result, String name) {
    Object value = result.get(name).orElse(null);
    if (!(value instanceof OnnxTensor tensor)) {
      throw new InferenceException(graph.name() + ": no hidden states came back");
    }
    long[] shape = tensor.getInfo().getShape();
    logits.hiddenStates(tensor.getFloatBuffer(), (int) shape[shape.length - 1]);
  }

  /**
   * Whether only the newest position's logits come back: the graph has a switch for it, or always
   * does so.
   */
  final boolean lastOnly(Graph graph) {
    boolean canChoose =
        graph.hasInput(LogitsPositions.INPUT)
            || graph.hasInput("num_logits_to_keep")
            || graph.hasInput("logits_to_keep");
    return graphs.answersOnlyForLast(graph) || (canChoose && !context.allPositions());
  }

  @Override
  public final void close() {
    if (closed) {
      return;
    }
    closed = true;
    closeState();
    logits.close();
    stepInputs.close();
    context.constants().values().forEach(RowTensor::close);
    context.initial().values().forEach(RowTensor::close);
  }

  /** The length of the longest prompt. */
  final int longestPrompt() {
    return context.prompts().stream().mapToInt(prompt -> prompt.ids().length).max().orElse(0);
  }

  /** A copy with the first entries taken from parents. */
  static int[] gathered(int[] source, int[] parents, int newRows) {
    int[] result = new int[newRows];
    Arrays.setAll(result, row -> source[parents[row]]);
    return result;
  }
}
