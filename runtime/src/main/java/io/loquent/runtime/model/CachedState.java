package io.loquent.runtime.model;

import ai.onnxruntime.OnnxTensor;
import io.loquent.decoding.StepOutput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state of a graph that takes its past as inputs and gives it back, longer by the new tokens,
 * as outputs: plain exports with a cache, recurrent decoders, and mixtures. Confined to one thread.
 *
 * <p>Prompts of unequal length are padded on the left, where {@link
 * DecoderGraphs#toleratesLeftPadding()} allows them together at all. Each output is written
 * straight into the buffer from which the next run reads it.
 */
final class CachedState extends GraphState {

  /** Padding that all rows have is dropped when it is one part in so many. */
  private static final int DROPPED_SHARE = 4;

  private final long mostLogitsBytes;
  private final List<RowTensor> present = new ArrayList<>();
  private final CommonPrefixes prefixes;
  private boolean made;

  /** Positions in the cache, padding included. */
  private int length;

  private int[] padding;

  /** The same for all rows. */
  private int[] lengths = new int[0];

  CachedState(StateContext context) {
    this(context, MOST_LOGITS_BYTES);
  }

  /** Creates a state whose prompts run in parts that give at most so many bytes of logits. */
  CachedState(StateContext context, long mostLogitsBytes) {
    super(context);
    this.mostLogitsBytes = mostLogitsBytes;
    prefixes = new CommonPrefixes(rows());
    int longest = longestPrompt();
    padding =
        context.prompts().stream().mapToInt(prompt -> longest - prompt.ids().length).toArray();
  }

  @Override
  public @Nullable StepOutput startPart(int mostPositions) {
    if (!made) {
      made = true;
      makeStates();
    }
    int longest = longestPrompt();
    boolean lastOnly = lastOnly(graphs.first);
    int mostPerRun = positionsPerRun(mostPositions, lastOnly);
    int end = length + Math.min(mostPositions, longest - length);
    while (length < end) {
      runPrompts(Math.min(mostPerRun, longest - length), lastOnly);
    }
    if (length < longest) {
      return null;
    }
    dropUnread(graphs.next);
    return logits;
  }

  @Override
  boolean sharesConstants() {
    return true;
  }

  private void runPrompts(int width, boolean lastOnly) {
    int from = length;
    fillFrame(from, width);
    runFrame(from == 0 ? graphs.first : graphs.next, lastOnly);
    for (int row = 0; row < rows(); row++) {
      int first = Math.max(0, padding[row] - from);
      logits.show(row, first, width - first);
    }
  }

  /** Who reads the logits of all positions wants them from one run. */
  private int positionsPerRun(int mostPositions, boolean lastOnly) {
    if (!canStartWithSeveralTokens()) {
      return 1;
    }
    boolean inParts = graphs.hasCache() && !graphs.isSplit() && graphs.continuesWithSeveralTokens();
    if (!inParts || context.allPositions()) {
      return Integer.MAX_VALUE;
    }
    return lastOnly ? mostPositions : logits.positions(mostLogitsBytes, rows(), mostPositions);
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
  void eachTensor(Consumer<RowTensor> action) {
    present.forEach(action);
  }

  @Override
  void gatherState(int[] parents, int newRows) {
    int[] kept = prefixes.kept(parents, newRows);
    if (lengths.length < rows()) {
      lengths = new int[rows()];
    }
    Arrays.fill(lengths, length);
    int index = 0;
    for (StateTensor state : graphs.states) {
      if (state.kind() != StateTensor.Kind.CROSS) {
        present.get(index++).gather(parents, newRows, state.lengthAxis(), kept, lengths);
      }
    }
    prefixes.gather(parents, newRows, lengths);
    padding = gathered(padding, parents, newRows);
    dropCommonPadding();
  }

  /**
   * When the longest rows have left, the others need not carry their padding any longer: a batch
   * that rows join and leave all the time would grow without end.
   */
  private void dropCommonPadding() {
    int common = Arrays.stream(padding).min().orElse(0);
    if (common * DROPPED_SHARE < length || common == 0) {
      return;
    }
    int index = 0;
    for (StateTensor state : graphs.states) {
      if (state.kind() != StateTensor.Kind.CROSS) {
        RowTensor tensor = present.get(index++);
        if (state.lengthAxis() >= 0) {
          tensor.dropFirst(state.lengthAxis(), common);
        }
      }
    }
    length -= common;
    prefixes.dropFirst(common);
    for (int row = 0; row < padding.length; row++) {
      padding[row] -= common;
    }
  }

  @Override
  boolean reserveJoin(GraphState newcomer) {
    CachedState other = (CachedState) newcomer;
    boolean grows = graphs.states.stream().anyMatch(s -> s.kind() == StateTensor.Kind.GROWING);
    if (grows && length != other.length && !graphs.toleratesLeftPadding()) {
      return false;
    }
    int index = 0;
    for (StateTensor state : graphs.states) {
      if (state.kind() != StateTensor.Kind.CROSS) {
        RowTensor own = present.get(index);
        RowTensor others = other.present.get(index++);
        RowJoin join = rowJoin(state, other);
        if (!join.suits(own, others)) {
          return false;
        }
        own.reserveJoin(others, join);
      }
    }
    return true;
  }

  /** All rows end in the same column, so the shorter ones get more padding on the left. */
  private RowJoin rowJoin(StateTensor state, CachedState other) {
    int longer = Math.max(length, other.length);
    return state.lengthAxis() < 0
        ? RowJoin.ofEqual()
        : new RowJoin(
            state.lengthAxis(),
            longer,
            length,
            longer - length,
            other.length,
            longer - other.length);
  }

  @Override
  void join(GraphState newcomer) {
    CachedState other = (CachedState) newcomer;
    int index = 0;
    for (StateTensor state : graphs.states) {
      if (state.kind() != StateTensor.Kind.CROSS) {
        present.get(index).join(other.present.get(index), rowJoin(state, other));
        index++;
      }
    }
    int longer = Math.max(length, other.length);
    int ownRows = padding.length;
    padding = joined(padding, other.padding);
    for (int row = 0; row < padding.length; row++) {
      padding[row] += longer - (row < ownRows ? length : other.length);
    }
    length = longer;
    prefixes.forget(padding.length);
  }
}
