package io.loquent.runtime.model;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import io.loquent.InferenceException;
import io.loquent.decoding.DecodingState;
import io.loquent.runtime.onnx.BestTokensOutput;
import io.loquent.runtime.onnx.LogitsPositions;
import io.loquent.runtime.onnx.SoftmaxOutput;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
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
  private final CollectedLogits collected;
  private final StepInputs stepInputs;
  private final Map<String, OnnxTensor> inputs = new HashMap<>();
  private final Map<String, OnnxTensor> pinned = new LinkedHashMap<>();

  /** What the maps were filled for last. */
  private @Nullable Graph bound;

  private boolean boundContinues;

  /** How often the maps were emptied. */
  private int bindings;

  private boolean readsLogits = true;
  private boolean readsProbabilities;
  private int best;
  private final EncoderConstants constants;
  private int rows;
  private boolean closed;

  GraphState(StateContext context) {
    this.context = context;
    graphs = context.graphs();
    rows = context.prompts().size();
    constants = new EncoderConstants(context.constants(), rows);
    logits = new Logits(context.buffers(), graphs.logits(graphs.first), context.vocabularySize());
    collected = new CollectedLogits(context.buffers(), context.vocabularySize());
    stepInputs = new StepInputs(context.buffers(), graphs.names);
  }

  @Override
  public final int rows() {
    return rows;
  }

  /**
   * Hands over what is remembered of the first row; this state is only to be closed afterwards.
   *
   * @param tokens what that row began with; it may have gone on otherwise behind them
   * @return null if nothing is remembered that another state could continue
   */
  final @Nullable KeptCache keep(int[] tokens) {
    if (closed || !constants.isEmpty()) {
      return null;
    }
    if (rows > 1) {
      gather(new int[] {0}, 1);
    }
    return keepRow(tokens);
  }

  /** Hands over what is remembered of the only row. */
  @Nullable KeptCache keepRow(int[] tokens) {
    return null;
  }

  @Override
  public final void ask(boolean logitsWanted, boolean probabilitiesWanted, int bestWanted) {
    readsLogits = logitsWanted;
    readsProbabilities = probabilitiesWanted;
    best = bestWanted;
  }

  @Override
  public final void gather(int[] parents, int newRows) {
    if (isIdentity(parents, newRows)) {
      return;
    }
    boolean share = sharesConstants() && graphs.broadcasting.works();
    // Whatever may fail for want of memory comes first, so that a failed move has moved nothing.
    reserve(
        () -> {
          eachTensor(tensor -> tensor.reserveGather(parents, newRows));
          constants.reserveGather(parents, newRows, share);
          return true;
        });
    constants.gather(parents, newRows, share);
    gatherState(parents, newRows);
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
            && reserve(
                () ->
                    constants.reserveJoin(other.constants, graphs.masksEncoder())
                        && reserveJoin(other));
    if (joins) {
      constants.join(other.constants);
      join(other);
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
      constants.each(RowTensor::releaseSpare);
      throw e;
    }
  }

  private boolean isIdentity(int[] parents, int newRows) {
    for (int row = 0; row < newRows; row++) {
      if (parents[row] != row) {
        return false;
      }
    }
    return newRows == rows;
  }

  /** Does something with each tensor that the subclass keeps. */
  abstract void eachTensor(Consumer<RowTensor> action);

  /** A number that changes when what was bound for earlier runs is bound no longer. */
  final int bindings() {
    return bindings;
  }

  /** Whether one row of encoder constants may stand for all rows that come from one prompt. */
  boolean sharesConstants() {
    return false;
  }

  /** Whether it does so now. */
  final boolean sharesNow() {
    return constants.isShared();
  }

  /** Frees the encoder's constants that only the first run read. */
  final void dropUnread(Graph next) {
    constants.keepOnly(next::hasInput);
  }

  /** Moves what the subclass keeps by row; called before the rows change. */
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

  /**
   * Adds the states' inputs and pinned outputs to a run. The names must follow from the graph and
   * from whether the frame continues a past.
   */
  interface StateBinding {
    void bind(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> pinned);
  }

  /** Runs a graph over the present frame. */
  final void run(Graph graph, boolean lastOnly, StateBinding binding) {
    if (frame.continues && sharesConstants() && constants.areCopies()) {
      tryOutSharing(graph, lastOnly, binding);
    }
    try {
      runOnce(graph, lastOnly, binding);
    } catch (InferenceException e) {
      if (!constants.isShared()) {
        throw e;
      }
      constants.spread();
      runOnce(graph, lastOnly, binding);
      graphs.broadcasting.refuse();
    }
  }

  /** Leaves one row of the encoder's constants if the graph takes that; tries it if need be. */
  private void tryOutSharing(Graph graph, boolean lastOnly, StateBinding binding) {
    Broadcasting broadcasting = graphs.broadcasting;
    if (broadcasting.isUnknown()) {
      boolean logitsWanted = readsLogits;
      boolean probabilitiesWanted = readsProbabilities;
      int bestWanted = best;
      ask(true, false, 0);
      try {
        context
            .control()
            .quietly(
                () ->
                    broadcasting.tryOut(
                        constants, rows, () -> allLogits(graph, lastOnly, binding)));
      } catch (InferenceException e) {
        // No memory to try it, or nothing that runs at all: the step itself says so, or goes on.
      } finally {
        ask(logitsWanted, probabilitiesWanted, bestWanted);
      }
    }
    if (broadcasting.works()) {
      constants.share();
    }
  }

  private float[] allLogits(Graph graph, boolean lastOnly, StateBinding binding) {
    runOnce(graph, lastOnly, binding);
    int vocabulary = logits.vocabularySize();
    float[] all = new float[rows * vocabulary];
    float[] ofRow = new float[vocabulary];
    for (int row = 0; row < rows; row++) {
      logits.logits(row, ofRow);
      System.arraycopy(ofRow, 0, all, row * vocabulary, vocabulary);
    }
    return all;
  }

  private void runOnce(Graph graph, boolean lastOnly, StateBinding binding) {
    if (graph != bound || frame.continues != boundContinues) {
      // Otherwise what is put replaces the tensors of the step before, and the maps stay.
      inputs.clear();
      pinned.clear();
      bindings++;
      bound = graph;
      boundContinues = frame.continues;
    }
    logits.begin(frame, lastOnly);
    frame.best = graph.hasInput(BestTokensOutput.COUNT) && logits.isOnePerRow() ? best : 0;
    frame.softmax =
        readsProbabilities
            && graph.hasInput(SoftmaxOutput.WANTED)
            && logits.isShort(frame.continues);
    stepInputs.put(graph, frame, inputs);
    constants.put(graph, inputs);
    binding.bind(inputs, pinned);
    logits.bindAnswers(frame, pinned);
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
    closeState();
    logits.close();
    collected.close();
    stepInputs.close();
    constants.each(RowTensor::close);
    context.initial().values().forEach(RowTensor::close);
  }

  /** Gives the subclass's memory back. */
  void closeState() {
    eachTensor(RowTensor::close);
  }

  /** Where the logits of several runs come together, for such an append. */
  final CollectedLogits collected() {
    return collected;
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
