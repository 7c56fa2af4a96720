package io.loquent.runtime.model;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import io.loquent.InferenceException;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import io.loquent.runtime.onnx.BestTokensOutput;
import io.loquent.runtime.onnx.LogitsPositions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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

  /** What the maps were filled for last. */
  private @Nullable Graph bound;

  private boolean boundContinues;
  private boolean readsLogits = true;
  private int best;
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
  public final void ask(boolean logitsWanted, int bestWanted) {
    readsLogits = logitsWanted;
    best = bestWanted;
  }

  @Override
  public final void gather(int[] parents, int newRows) {
    if (isIdentity(parents, newRows)) {
      return;
    }
    boolean moved = newRows != rows;
    int[] newOrigin = new int[newRows];
    for (int row = 0; row < newRows; row++) {
      newOrigin[row] = origin[parents[row]];
      moved |= row >= rows || newOrigin[row] != origin[row];
    }
    // Whatever may fail for want of memory comes first, so that a failed move has moved nothing.
    boolean constantsMove = moved;
    reserve(
        () -> {
          eachTensor(tensor -> tensor.reserveGather(parents, newRows));
          if (constantsMove) {
            eachConstant(constant -> constant.reserveGather(parents, newRows));
          }
          return true;
        });
    if (moved) {
      eachConstant(constant -> constant.gather(parents, newRows));
    }
    eachTensor(tensor -> tensor.gather(parents, newRows));
    gatherState(parents, newRows);
    origin = newOrigin;
    rows = newRows;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Everything that may fail for want of memory comes first, so that a refused join leaves both
   * states as they were.
   */
  @Override
  public final boolean absorb(DecodingState newcomer) {
    if (newcomer == this || newcomer.getClass() != getClass()) {
      return false;
    }
    GraphState other = (GraphState) newcomer;
    boolean joins =
        other.graphs == graphs
            && other.context.allPositions() == context.allPositions()
            && reserve(() -> reserveConstants(other) && reserveJoin(other));
    if (joins) {
      context
          .constants()
          .forEach(
              (name, constant) -> {
                RowTensor others = other.constant(name);
                constant.join(others, constantJoin(constant, others));
              });
      join(other);
      origin = joined(origin, other.origin);
      int next = Arrays.stream(origin, 0, rows).max().orElse(0) + 1;
      for (int row = rows; row < origin.length; row++) {
        origin[row] += next;
      }
      rows += other.rows;
    }
    return joins;
  }

  /** Takes memory for what comes; gives back what it took if there is too little. */
  private boolean reserve(BooleanSupplier taking) {
    try {
      return taking.getAsBoolean();
    } catch (RuntimeException | Error e) {
      eachTensor(RowTensor::releaseSpare);
      eachConstant(RowTensor::releaseSpare);
      throw e;
    }
  }

  private void eachConstant(Consumer<RowTensor> action) {
    context.constants().values().forEach(action);
  }

  private RowTensor constant(String name) {
    return Objects.requireNonNull(context.constants().get(name), name);
  }

  private boolean reserveConstants(GraphState other) {
    for (Map.Entry<String, RowTensor> entry : context.constants().entrySet()) {
      RowTensor constant = entry.getValue();
      RowTensor others = other.context.constants().get(entry.getKey());
      if (others == null) {
        return false;
      }
      RowJoin join = constantJoin(constant, others);
      if (!join.suits(constant, others) || (join.lengthAxis() >= 0 && !graphs.masksEncoder())) {
        return false;
      }
      constant.reserveJoin(others, join);
    }
    return true;
  }

  /** Encoder outputs of unequal length are padded on the right, as the encoder itself pads. */
  private static RowJoin constantJoin(RowTensor constant, RowTensor others) {
    long[] shape = constant.shape();
    for (int axis = constant.batchAxis() + 1; axis < shape.length; axis++) {
      long length = others.dimension(axis);
      if (shape[axis] != length) {
        long longer = Math.max(shape[axis], length);
        return RowJoin.fromStart(axis, (int) longer, (int) shape[axis], (int) length);
      }
    }
    return RowJoin.ofEqual();
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

  /** Does something with each tensor that the subclass keeps. */
  abstract void eachTensor(Consumer<RowTensor> action);

  /** Moves what else the subclass keeps by row; called before the rows change. */
  abstract void gatherState(int[] parents, int newRows);

  /**
   * Takes the memory that {@link #join} needs, so that it cannot fail; changes nothing that can be
   * seen.
   *
   * @return false if the rows cannot share runs
   */
  abstract boolean reserveJoin(GraphState newcomer);

  /** Takes over copies of another state's rows, of the same class; called before rows are added. */
  abstract void join(GraphState newcomer);

  /** Runs the model with one new token for each row. */
  abstract void appendTokens(int[] tokens);

  /**
   * Adds the states' inputs and pinned outputs to a run. The names must follow from the graph and
   * from whether the frame continues a past.
   */
  interface StateBinding {
    void bind(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> pinned);
  }

  /** Runs a graph over the present frame. */
  final void run(Graph graph, boolean lastOnly, StateBinding binding) {
    if (graph != bound || frame.continues != boundContinues) {
      // Otherwise what is put replaces the tensors of the step before, and the maps stay.
      inputs.clear();
      pinned.clear();
      bound = graph;
      boundContinues = frame.continues;
    }
    logits.begin(frame, lastOnly);
    frame.best = graph.hasInput(BestTokensOutput.COUNT) && logits.isOnePerRow() ? best : 0;
    stepInputs.put(graph, frame, inputs);
    for (Map.Entry<String, RowTensor> constant : context.constants().entrySet()) {
      if (graph.hasInput(constant.getKey())) {
        inputs.put(constant.getKey(), constant.getValue().asTensor());
      }
    }
    binding.bind(inputs, pinned);
    logits.bindBest(frame, pinned);
    if (frame.best == 0 || readsLogits) {
      pinned.put(graphs.names.logits(), logits.target(frame));
    } else {
      pinned.remove(graphs.names.logits());
    }
    String hidden = context.hiddenOutput();
    try (OrtSession.Result result =
        graph.run(
            inputs, hidden.isEmpty() ? Set.of() : Set.of(hidden), pinned, context.control())) {
      if (!hidden.isEmpty()) {
        takeHiddenStates(graph, result, hidden);
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
    eachTensor(RowTensor::close);
    logits.close();
    stepInputs.close();
    eachConstant(RowTensor::close);
    context.initial().values().forEach(RowTensor::close);
  }

  /** The length of the longest prompt. */
  final int longestPrompt() {
    return context.prompts().stream().mapToInt(prompt -> prompt.ids().length).max().orElse(0);
  }

  /** The entries of one array behind those of another. */
  static int[] joined(int[] first, int[] second) {
    int[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  /** A copy with the first entries taken from parents. */
  static int[] gathered(int[] source, int[] parents, int newRows) {
    int[] result = new int[newRows];
    Arrays.setAll(result, row -> source[parents[row]]);
    return result;
  }
}
