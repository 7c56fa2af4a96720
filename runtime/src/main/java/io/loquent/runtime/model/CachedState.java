package io.loquent.runtime.model;

import ai.onnxruntime.OnnxTensor;
import io.loquent.decoding.StepOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The state of a graph that takes its past as inputs and gives it back, longer by the new tokens,
 * as outputs: plain exports with a cache, recurrent decoders, and mixtures. Confined to one thread.
 *
 * <p>Prompts of unequal length are padded on the left, where {@link
 * DecoderGraphs#toleratesLeftPadding()} allows them together at all. Each output is written
 * straight into the buffer from which the next run reads it.
 */
final class CachedState extends GraphState {

  private final long mostLogitsBytes;
  private final List<RowTensor> present = new ArrayList<>();

  /** Positions in the cache, padding included. */
  private int length;

  private int[] padding;

  CachedState(StateContext context) {
    this(context, MOST_LOGITS_BYTES);
  }

  /** Creates a state whose prompts run in parts that give at most so many bytes of logits. */
  CachedState(StateContext context, long mostLogitsBytes) {
    super(context);
    this.mostLogitsBytes = mostLogitsBytes;
    int longest = longestPrompt();
    padding =
        context.prompts().stream().mapToInt(prompt -> longest - prompt.ids().length).toArray();
  }

  @Override
  public StepOutput start() {
    makeStates();
    int longest = longestPrompt();
    boolean lastOnly = lastOnly(graphs.first);
    int most = lastOnly || context.allPositions() ? longest : positionsPerRun(longest);
    boolean tokenByToken = !canStartWithSeveralTokens();
    most = tokenByToken ? 1 : most;
    for (int from = 0; from < longest; from += most) {
      int width = Math.min(most, longest - from);
      fillFrame(from, width);
      runFrame(from == 0 ? graphs.first : graphs.next, lastOnly);
      for (int row = 0; row < rows(); row++) {
        int first = Math.max(0, padding[row] - from);
        logits.show(row, first, width - first);
      }
    }
    return logits;
  }

  private int positionsPerRun(int longest) {
    if (!graphs.hasCache() || graphs.isSplit() || !graphs.continuesWithSeveralTokens()) {
      return longest;
    }
    return logits.positions(mostLogitsBytes, rows(), longest);
  }

  private boolean canStartWithSeveralTokens() {
    TensorSpec tokens = graphs.first.inputs().get(graphs.names.tokens());
    return tokens == null || (tokens.rank() == 2 && tokens.isFree(1));
  }

  private void makeStates() {
    for (StateTensor state : graphs.states) {
      RowTensor initial = context.initial().remove(state.input());
      if (initial == null) {
        long crossLength = state.kind() == StateTensor.Kind.CROSS ? encoderLength() : 0;
        initial =
            new RowTensor(
                context.buffers(),
                state.type(),
                state.batchAxis(),
                state.shape(rows(), crossLength));
        initial.fillWithZeros();
      }
      if (state.kind() == StateTensor.Kind.CROSS) {
        context.constants().put(state.input(), initial);
      } else {
        present.add(initial);
      }
    }
  }

  private long encoderLength() {
    RowTensor encoded = context.constants().get("encoder_hidden_states");
    return encoded == null ? 0 : encoded.dimension(1);
  }

  private void fillFrame(int from, int width) {
    frame.resize(rows(), width);
    frame.continues = from > 0;
    frame.allPositions = context.allPositions();
    frame.maskWidth = from + width;
    for (int row = 0; row < rows(); row++) {
      int[] ids = context.prompts().get(row).ids();
      for (int column = 0; column < width; column++) {
        int index = from + column - padding[row];
        frame.tokens[row * width + column] = index < 0 ? context.padToken() : ids[index];
      }
      frameRow(row, from);
    }
  }

  private void frameRow(int row, int from) {
    frame.maskFrom[row] = padding[row];
    frame.maskTo[row] = frame.maskWidth;
    frame.positionStart[row] = from - padding[row];
    frame.newest[row] = frame.width - 1;
  }

  @Override
  void appendTokens(int[] tokens) {
    frame.resize(rows(), 1);
    frame.continues = true;
    frame.allPositions = false;
    frame.maskWidth = length + 1;
    for (int row = 0; row < rows(); row++) {
      frame.tokens[row] = tokens[row];
      frameRow(row, length);
    }
    runFrame(graphs.next, true);
  }

  private void runFrame(Graph graph, boolean lastOnly) {
    run(graph, lastOnly, (inputs, pinned) -> bind(graph, inputs, pinned));
    present.forEach(RowTensor::advance);
    length += frame.width;
  }

  private void bind(Graph graph, Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> pinned) {
    int index = 0;
    for (StateTensor state : graphs.states) {
      if (state.kind() == StateTensor.Kind.CROSS) {
        bindCross(graph, state, pinned);
        continue;
      }
      RowTensor tensor = present.get(index++);
      if (graph.hasInput(state.input())) {
        inputs.put(state.input(), tensor.asTensor());
      }
      int newLength = length + frame.width;
      pinned.put(state.output(), tensor.nextTensor(state.shape(rows(), newLength)));
    }
  }

  /** The first run writes the cross-attention cache in place; later runs only read it. */
  private void bindCross(Graph graph, StateTensor state, Map<String, OnnxTensor> pinned) {
    RowTensor cross = context.constants().get(state.input());
    if (!frame.continues && cross != null && graph.outputs().containsKey(state.output())) {
      pinned.put(state.output(), cross.asTensor());
    }
  }

  @Override
  void gatherState(int[] parents, int newRows) {
    present.forEach(tensor -> tensor.gather(parents, newRows));
    padding = gathered(padding, parents, newRows);
  }

  @Override
  void closeState() {
    present.forEach(RowTensor::close);
  }
}
