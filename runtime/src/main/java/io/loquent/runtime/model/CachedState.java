package io.loquent.runtime.model;

import ai.onnxruntime.OnnxTensor;
import io.loquent.InferenceException;
import io.loquent.decoding.StepOutput;
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
 *
 * <p>Rows that append several tokens advance unevenly. Where padding is tolerated, the shorter ones
 * are moved towards the end and get more of it. Otherwise the cache keeps what all rows have, and
 * the tokens that a row has beyond that run again with its next ones. A state that cannot be cut
 * back is restored from a copy.
 */
final class CachedState extends GraphState {

  /** Padding that all rows have is dropped when it is one part in so many. */
  private static final int DROPPED_SHARE = 4;

  /** How many tokens a row may have beyond the cache, where all of them run at each step. */
  private static final int MOST_AHEAD = 32;

  /** How many tokens of all rows run once more with the next ones, and not before. */
  private static final int MOST_REPLAYED = 8;

  private final long mostLogitsBytes;
  private final StateTensors present = new StateTensors();
  private final CommonPrefixes prefixes;
  private boolean made;

  /** Whether the first tokens of the prompt have run in another state. */
  private boolean resumed;

  /** Positions in the cache, padding included. */
  private int length;

  private int[] padding;

  /** The same for all rows. */
  private int[] lengths = new int[0];

  /** The tokens that rows have beyond the cache. */
  private RowTokens ahead;

  /** Whether the tokens of the last append ran one by one. */
  private boolean stepwise;

  private final FixedHistory history = new FixedHistory();
  private final FixedHistory marked = new FixedHistory();
  private int markedLength;
  private RowTokens markedAhead;
  private final boolean grows;

  /** Whether nothing but a row's own states says how many tokens it has. */
  private final boolean rowsPart;

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
    ahead = new RowTokens(rows());
    markedAhead = ahead;
    grows = graphs.states.stream().anyMatch(s -> s.kind() == StateTensor.Kind.GROWING);
    rowsPart = !grows && !graphs.countsColumns(graphs.next);
  }

  /** Creates a state that goes on where a kept one ended, with one row. */
  static CachedState continuing(StateContext context, KeptCache kept) {
    CachedState state = new CachedState(context);
    state.made = true;
    state.resumed = true;
    state.length = kept.length();
    List<RowTensor> tensors = kept.release();
    for (int i = 0; i < tensors.size(); i++) {
      state.add(state.graphs.states.get(i), tensors.get(i));
    }
    state.present.truncate(state.length);
    return state;
  }

  @Override
  @Nullable KeptCache keepRow(int[] tokens) {
    int known = length - padding[0];
    boolean isCut = known > tokens.length;
    if (!made || known <= 0 || (isCut && !history.isEmpty())) {
      return null;
    }
    if (padding[0] > 0) {
      present.dropFirst(padding[0]);
    }
    return new KeptCache(graphs, present.release(), isCut ? tokens : Arrays.copyOf(tokens, known));
  }

  @Override
  public @Nullable StepOutput startPart(int mostPositions) {
    if (!made) {
      made = true;
      makeStates();
    }
    int longest = longestPrompt();
    boolean lastOnly = lastOnly(length == 0 ? graphs.first : graphs.next);
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
    if (resumed && !graphs.continuesWithSeveralTokens()) {
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
        add(state, initial);
      }
    }
  }

  private void add(StateTensor state, RowTensor initial) {
    present.add(state, initial);
    if (state.kind() == StateTensor.Kind.FIXED) {
      history.add(initial);
      marked.add(initial);
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
  public StepOutput append(int[] tokens) {
    if (ahead.longest() == 0) {
      appendColumn(tokens);
      return logits;
    }
    int[] counts = new int[rows()];
    Arrays.fill(counts, 1);
    StepOutput output = append(tokens, counts);
    Arrays.fill(counts, 0);
    rollback(counts);
    return output;
  }

  private void appendColumn(int[] tokens) {
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

  @Override
  public int mostTokens(int row) {
    int caughtUp = fallsBehind() ? ahead.shortest() : 0;
    return Math.max(1, MOST_AHEAD - ahead.size(row) + caughtUp);
  }

  /** Whether states that were restored have so many tokens to run again that they run alone. */
  private boolean fallsBehind() {
    return !history.isEmpty() && ahead.shortest() > MOST_REPLAYED;
  }

  private void catchUp() {
    int common = ahead.shortest();
    fillAhead(common);
    runFrame(graphs.next, lastOnly(graphs.next));
    ahead.dropFirst(common);
  }

  @Override
  public StepOutput append(int[] tokens, int[] counts) {
    if (fallsBehind()) {
      catchUp();
    }
    ahead.append(tokens, counts);
    int before = length;
    try {
      history.record();
      StepOutput output = runAhead(counts);
      stepwise = output != logits;
      return output;
    } catch (RuntimeException | Error e) {
      restore(before);
      history.clear();
      ahead.dropLast(counts);
      throw e;
    }
  }

  private StepOutput runAhead(int[] counts) {
    SeveralTokens several = graphs.severalTokens;
    if (several.works()) {
      runAtOnce(counts);
      return logits;
    }
    int before = length;
    StepOutput expected = runOneByOne(counts);
    if (!several.isUnknown() || ahead.longest() == 1) {
      return expected;
    }
    restore(before);
    history.clear();
    history.record();
    try {
      runAtOnce(counts);
      several.compare(logits, expected, rows());
    } catch (InferenceException e) {
      several.refuse();
    }
    if (several.works()) {
      return logits;
    }
    restore(before);
    return runOneByOne(counts);
  }

  private void runAtOnce(int[] counts) {
    fillAhead(ahead.longest());
    frame.allPositions = true;
    runFrame(graphs.next, false);
    for (int row = 0; row < rows(); row++) {
      logits.show(row, ahead.size(row) - counts[row], counts[row]);
    }
  }

  /** Fills the frame with the first tokens that rows have beyond the cache. */
  private void fillAhead(int width) {
    frame.resize(rows(), width);
    frame.continues = true;
    frame.allPositions = false;
    frame.maskWidth = length + width;
    for (int row = 0; row < rows(); row++) {
      int size = Math.min(width, ahead.size(row));
      for (int column = 0; column < width; column++) {
        frame.tokens[row * width + column] =
            column < size ? ahead.get(row, column) : context.padToken();
      }
      frameRow(row, length);
      frame.maskTo[row] = length + size;
      frame.newest[row] = size - 1;
    }
  }

  private StepOutput runOneByOne(int[] counts) {
    CollectedLogits collected = collected();
    collected.begin(counts, rows());
    int[] column = new int[rows()];
    int width = ahead.longest();
    for (int i = 0; i < width; i++) {
      for (int row = 0; row < rows(); row++) {
        column[row] = i < ahead.size(row) ? ahead.get(row, i) : context.padToken();
      }
      appendColumn(column);
      history.record();
      for (int row = 0; row < rows(); row++) {
        int position = i - (ahead.size(row) - counts[row]);
        if (position >= 0 && position < counts[row]) {
          collected.take(row, position, logits, row, 0);
        }
      }
    }
    return collected;
  }

  /** Goes back to an earlier length, with the states that were recorded first. */
  private void restore(int earlier) {
    if (history.isRecorded()) {
      for (int row = 0; row < rows(); row++) {
        history.restore(row, 0);
      }
    }
    truncate(earlier);
  }

  private void truncate(int shorter) {
    present.truncate(shorter);
    length = shorter;
    prefixes.truncate(shorter);
  }

  @Override
  public void mark() {
    marked.clear();
    marked.record();
    markedLength = length;
    markedAhead = ahead.copy();
  }

  @Override
  public void restore() {
    if (marked.isRecorded()) {
      for (int row = 0; row < rows(); row++) {
        marked.restore(row, 0);
      }
      marked.clear();
    }
    truncate(markedLength);
    ahead = markedAhead;
  }

  /** A cache alone is cut to any length that is the same for all rows. */
  @Override
  public boolean restore(int[] kept) {
    if (marked.isRecorded() || markedAhead.longest() > 0 || !areEqual(kept)) {
      restore();
      return false;
    }
    truncate(markedLength + kept[0]);
    ahead = markedAhead;
    return true;
  }

  private boolean areEqual(int[] counts) {
    boolean equal = true;
    for (int row = 1; row < rows(); row++) {
      equal &= counts[row] == counts[0];
    }
    return equal;
  }

  @Override
  public void rollback(int[] dropped) {
    int before = length - ahead.longest();
    ahead.dropLast(dropped);
    if (!history.isEmpty()) {
      settleFixed(before);
      history.clear();
    } else if (graphs.toleratesLeftPadding()) {
      alignRight(before);
    } else {
      truncate(before + ahead.shortest());
      ahead.dropFirst(ahead.shortest());
    }
  }

  /** Where each step was recorded, each row gets its own; otherwise its tokens run once more. */
  private void settleFixed(int before) {
    if (ahead.shortest() == length - before) {
      ahead.clear();
      return;
    }
    boolean apart = stepwise && rowsPart;
    int common = stepwise ? ahead.shortest() : 0;
    for (int row = 0; row < rows(); row++) {
      history.restore(row, apart ? ahead.size(row) : common);
    }
    truncate(before + common);
    if (apart) {
      ahead.clear();
    } else {
      ahead.dropFirst(common);
    }
  }

  private void alignRight(int before) {
    truncate(before + ahead.longest());
    for (int row = 0; row < rows(); row++) {
      int missing = ahead.longest() - ahead.size(row);
      if (missing > 0) {
        present.moveBack(row, padding[row], length - missing - padding[row], missing);
        padding[row] += missing;
        prefixes.truncate(row, 0);
      }
    }
    ahead.clear();
    dropCommonPadding();
  }

  private void runFrame(Graph graph, boolean lastOnly) {
    run(graph, lastOnly, (inputs, pinned) -> bind(graph, inputs, pinned));
    present.advance();
    length += frame.width;
  }

  private void bind(Graph graph, Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> pinned) {
    present.bind(graph, rows(), length + frame.width, inputs, pinned);
    for (StateTensor state : graphs.states) {
      if (state.kind() == StateTensor.Kind.CROSS) {
        bindCross(graph, state, pinned);
      }
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
    present.each(action);
  }

  @Override
  void closeState() {
    super.closeState();
    history.clear();
    marked.clear();
  }

  @Override
  void gatherState(int[] parents, int newRows) {
    int[] kept = prefixes.kept(parents, newRows);
    if (lengths.length < rows()) {
      lengths = new int[rows()];
    }
    Arrays.fill(lengths, length);
    present.gather(parents, newRows, kept, lengths);
    prefixes.gather(parents, newRows, lengths);
    ahead.gather(parents, newRows);
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
    present.dropFirst(common);
    length -= common;
    prefixes.dropFirst(common);
    for (int row = 0; row < padding.length; row++) {
      padding[row] -= common;
    }
  }

  @Override
  boolean reserveJoin(GraphState newcomer) {
    CachedState other = (CachedState) newcomer;
    return (!grows || length == other.length || graphs.toleratesLeftPadding())
        && present.reserveJoin(other.present, length, other.length);
  }

  @Override
  void join(GraphState newcomer) {
    CachedState other = (CachedState) newcomer;
    present.join(other.present, length, other.length);
    int longer = Math.max(length, other.length);
    int ownRows = padding.length;
    padding = joined(padding, other.padding);
    ahead.join(other.ahead);
    for (int row = 0; row < padding.length; row++) {
      padding[row] += longer - (row < ownRows ? length : other.length);
    }
    length = longer;
    prefixes.forget(padding.length);
  }
}
