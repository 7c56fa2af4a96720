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
 * The state of a graph with the operator {@code com.microsoft.GroupQueryAttention}, whose past and
 * present are one buffer {@code [batch, kvHeads, capacity, headSize]} that each run writes its new
 * positions into. Confined to one thread.
 *
 * <p>The operator counts each row's tokens by its attention mask, so prompts of unequal length are
 * padded on the right, and rows of different length go together.
 */
final class SharedBufferState extends GraphState {

  private static final int LEAST_CAPACITY = 16;

  private final long mostLogitsBytes;
  private final List<RowTensor> caches = new ArrayList<>();
  private final CommonPrefixes prefixes;

  /** What is bound, by cache, and for which {@link #bindings()}. */
  private final List<@Nullable OnnxTensor> bound = new ArrayList<>();

  private int boundFor = -1;
  private int capacity;

  /** Positions of the prompts that have run. */
  private int begun;

  private int[] lengths;

  /** The lengths to go back to. */
  private int[] marked = new int[0];

  SharedBufferState(StateContext context) {
    this(context, MOST_LOGITS_BYTES);
  }

  /** Creates a state whose prompts run in parts that give at most so many bytes of logits. */
  SharedBufferState(StateContext context, long mostLogitsBytes) {
    super(context);
    this.mostLogitsBytes = mostLogitsBytes;
    prefixes = new CommonPrefixes(rows());
    lengths = context.prompts().stream().mapToInt(prompt -> prompt.ids().length).toArray();
  }

  /** Creates a state that goes on where a kept one ended, with one row. */
  static SharedBufferState continuing(StateContext context, KeptCache kept) {
    SharedBufferState state = new SharedBufferState(context);
    state.begun = kept.length();
    for (RowTensor cache : kept.release()) {
      state.caches.add(cache);
      state.bound.add(null);
    }
    StateTensor first = state.graphs.states.get(0);
    state.capacity = (int) state.caches.get(0).dimension(first.lengthAxis());
    return state;
  }

  @Override
  @Nullable KeptCache keepRow(int[] tokens) {
    int known = begun < longestPrompt() ? begun : lengths[0];
    if (caches.isEmpty() || known == 0) {
      return null;
    }
    KeptCache kept =
        new KeptCache(graphs, caches, Arrays.copyOf(tokens, Math.min(known, tokens.length)));
    caches.clear();
    return kept;
  }

  @Override
  public @Nullable StepOutput startPart(int mostPositions) {
    int longest = longestPrompt();
    if (caches.isEmpty()) {
      makeCaches(longest);
    } else if (longest > capacity) {
      grow(longest);
    }
    boolean lastOnly = lastOnly(graphs.first);
    int width = Math.min(positionsPerRun(mostPositions, lastOnly), longest - begun);
    runPrompts(begun, width, lastOnly);
    begun += width;
    return begun == longest ? logits : null;
  }

  private void makeCaches(int longest) {
    int expected = Math.min(context.expectedTokens(), longest + 256);
    capacity = Math.max(LEAST_CAPACITY, Math.max(longest, expected));
    for (StateTensor state : graphs.states) {
      RowTensor cache =
          new RowTensor(
              context.buffers(), state.type(), state.batchAxis(), state.shape(rows(), capacity));
      caches.add(cache);
      bound.add(null);
      cache.fillWithZeros();
    }
  }

  /**
   * The operator takes several new tokens behind a past for one row only; and who reads the logits
   * of all positions wants them from one run.
   */
  private int positionsPerRun(int mostPositions, boolean lastOnly) {
    if (rows() > 1 || context.allPositions()) {
      return Integer.MAX_VALUE;
    }
    return lastOnly ? mostPositions : logits.positions(mostLogitsBytes, 1, mostPositions);
  }

  private void runPrompts(int from, int width, boolean lastOnly) {
    frame.resize(rows(), width);
    frame.continues = from > 0;
    frame.allPositions = context.allPositions();
    frame.maskWidth = from + width;
    for (int row = 0; row < rows(); row++) {
      int[] ids = context.prompts().get(row).ids();
      for (int column = 0; column < width; column++) {
        frame.tokens[row * width + column] =
            from + column < ids.length ? ids[from + column] : context.padToken();
      }
      frameRow(row, from, Math.min(from + width, ids.length));
    }
    run(from == 0 ? graphs.first : graphs.next, lastOnly, this::bind);
    for (int row = 0; row < rows(); row++) {
      logits.show(row, 0, frame.maskTo[row] - from);
    }
  }

  private void frameRow(int row, int position, int length) {
    frame.maskFrom[row] = 0;
    frame.maskTo[row] = length;
    frame.positionStart[row] = position;
    frame.newest[row] = length - 1 - position;
  }

  @Override
  public StepOutput append(int[] tokens) {
    int longest = longest() + 1;
    if (longest > capacity) {
      grow(longest);
    }
    frame.resize(rows(), 1);
    frame.continues = true;
    frame.allPositions = false;
    frame.maskWidth = longest;
    for (int row = 0; row < rows(); row++) {
      frame.tokens[row] = tokens[row];
      frameRow(row, lengths[row], lengths[row] + 1);
    }
    run(graphs.next, true, this::bind);
    for (int row = 0; row < rows(); row++) {
      lengths[row]++;
    }
    return logits;
  }

  private void bind(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> pinned) {
    boolean anew = boundFor != bindings();
    boundFor = bindings();
    for (int i = 0; i < caches.size(); i++) {
      OnnxTensor cache = caches.get(i).asTensor();
      // The caches of most steps are those of the step before.
      if (anew || bound.get(i) != cache) {
        bound.set(i, cache);
        inputs.put(graphs.states.get(i).input(), cache);
        pinned.put(graphs.states.get(i).output(), cache);
      }
    }
  }

  @Override
  public int mostTokens(int row) {
    return Integer.MAX_VALUE;
  }

  @Override
  public StepOutput append(int[] tokens, int[] counts) {
    int most = 1;
    int needed = 0;
    for (int row = 0; row < rows(); row++) {
      most = Math.max(most, counts[row]);
      needed = Math.max(needed, lengths[row] + counts[row]);
    }
    boolean inParts = graphs.answersForEach(graphs.next) && graphs.continuesWithSeveralTokens();
    boolean stepwise = !inParts || (rows() > 1 && !context.constants().isEmpty());
    needed = stepwise ? longest() + most : needed;
    if (needed > capacity) {
      grow(needed);
    }
    StepOutput output = stepwise ? runSteps(tokens, counts, most) : runParts(tokens, counts);
    for (int row = 0; row < rows(); row++) {
      lengths[row] += counts[row];
    }
    return output;
  }

  /**
   * The operator takes several tokens behind a past for one row only, so a row that has several
   * runs alone; neighbours that have one each run together.
   */
  private StepOutput runParts(int[] tokens, int[] counts) {
    if (rows() == 1) {
      fillPart(tokens, 0, 0, 1, counts[0]);
      run(graphs.next, false, this::bind);
      logits.show(0, 0, counts[0]);
      return logits;
    }
    CollectedLogits collected = collected();
    collected.begin(counts, rows());
    int next = 0;
    int row = 0;
    while (row < rows()) {
      int count = 1;
      while (counts[row] == 1 && row + count < rows() && counts[row + count] == 1) {
        count++;
      }
      runPart(tokens, next, row, count, counts[row]);
      for (int i = 0; i < count * counts[row]; i++) {
        collected.take(
            row + i / counts[row], i % counts[row], logits, i / counts[row], i % counts[row]);
      }
      next += count * counts[row];
      row += count;
    }
    return collected;
  }

  private void fillPart(int[] tokens, int next, int first, int count, int width) {
    frame.resize(count, width);
    frame.continues = true;
    frame.allPositions = true;
    frame.maskWidth = 0;
    for (int row = 0; row < count; row++) {
      int length = lengths[first + row];
      frameRow(row, length, length + width);
      frame.maskWidth = Math.max(frame.maskWidth, length + width);
    }
    System.arraycopy(tokens, next, frame.tokens, 0, count * width);
  }

  private void runPart(int[] tokens, int next, int first, int count, int width) {
    fillPart(tokens, next, first, count, width);
    boundFor = -1;
    List<OnnxTensor> views = new ArrayList<>();
    try {
      for (RowTensor cache : caches) {
        views.add(cache.rows(first, count));
      }
      run(
          graphs.next,
          false,
          (inputs, pinned) -> {
            for (int i = 0; i < views.size(); i++) {
              inputs.put(graphs.states.get(i).input(), views.get(i));
              pinned.put(graphs.states.get(i).output(), views.get(i));
            }
          });
    } finally {
      views.forEach(NativeValues::release);
    }
  }

  /** One token of each row after the other; rows that have none left write behind their end. */
  private StepOutput runSteps(int[] tokens, int[] counts, int most) {
    CollectedLogits collected = collected();
    collected.begin(counts, rows());
    for (int i = 0; i < most; i++) {
      frame.resize(rows(), 1);
      frame.continues = true;
      frame.allPositions = false;
      frame.maskWidth = longest() + i + 1;
      int next = 0;
      for (int row = 0; row < rows(); row++) {
        frame.tokens[row] = i < counts[row] ? tokens[next + i] : context.padToken();
        frameRow(row, lengths[row] + i, lengths[row] + i + 1);
        next += counts[row];
      }
      run(graphs.next, true, this::bind);
      for (int row = 0; row < rows(); row++) {
        if (i < counts[row]) {
          collected.take(row, i, logits, row, 0);
        }
      }
    }
    return collected;
  }

  @Override
  public void mark() {
    marked = Arrays.copyOf(lengths, rows());
  }

  @Override
  public void restore() {
    for (int row = 0; row < rows(); row++) {
      lengths[row] = marked[row];
      prefixes.truncate(row, marked[row]);
    }
  }

  @Override
  public boolean restore(int[] kept) {
    for (int row = 0; row < rows(); row++) {
      lengths[row] = marked[row] + kept[row];
      prefixes.truncate(row, lengths[row]);
    }
    return true;
  }

  @Override
  public void rollback(int[] dropped) {
    for (int row = 0; row < rows(); row++) {
      lengths[row] -= dropped[row];
      prefixes.truncate(row, lengths[row]);
    }
  }

  /** Makes room for half as many positions again. */
  private void grow(int needed) {
    resize(Math.max(needed, capacity + capacity / 2));
  }

  /** Moves every row's heads apart: in all caches or, where memory ends, in none. */
  private void resize(int positions) {
    int resized = 0;
    try {
      for (; resized < caches.size(); resized++) {
        resize(resized, positions);
      }
    } catch (RuntimeException | Error e) {
      while (resized-- > 0) {
        resize(resized, capacity);
      }
      throw e;
    }
    capacity = positions;
  }

  private void resize(int index, int positions) {
    StateTensor state = graphs.states.get(index);
    RowTensor old = caches.get(index);
    RowTensor resized =
        new RowTensor(
            context.buffers(), state.type(), state.batchAxis(), state.shape(rows(), positions));
    int kept = Math.min(capacity, positions);
    RowJoin.fromStart(state.lengthAxis(), positions, kept, 0)
        .copyFirst(old, resized.memory(), resized.shape());
    caches.set(index, resized);
    old.close();
  }

  @Override
  void eachTensor(Consumer<RowTensor> action) {
    caches.forEach(action);
  }

  @Override
  void gatherState(int[] parents, int newRows) {
    int[] kept = prefixes.kept(parents, newRows);
    for (int i = 0; i < caches.size(); i++) {
      int lengthAxis = graphs.states.get(i).lengthAxis();
      caches.get(i).gather(parents, newRows, lengthAxis, kept, lengths);
    }
    prefixes.gather(parents, newRows, lengths);
    lengths = gathered(lengths, parents, newRows);
  }

  @Override
  boolean reserveJoin(GraphState newcomer) {
    SharedBufferState other = (SharedBufferState) newcomer;
    int longest = Math.max(longest(), other.longest());
    if (longest > capacity) {
      grow(longest);
    }
    for (int i = 0; i < caches.size(); i++) {
      RowJoin join = rowJoin(i, other);
      if (!join.suits(caches.get(i), other.caches.get(i))) {
        return false;
      }
      caches.get(i).reserveJoin(other.caches.get(i), join);
    }
    return true;
  }

  /** Where there is room, the newcomers' positions go to the beginning of rows of equal size. */
  private RowJoin rowJoin(int cache, SharedBufferState other) {
    return RowJoin.fromStart(
        graphs.states.get(cache).lengthAxis(), capacity, capacity, other.longest());
  }

  private int longest() {
    int longest = 0;
    for (int row = 0; row < rows(); row++) {
      longest = Math.max(longest, lengths[row]);
    }
    return longest;
  }

  @Override
  void join(GraphState newcomer) {
    SharedBufferState other = (SharedBufferState) newcomer;
    for (int i = 0; i < caches.size(); i++) {
      caches.get(i).join(other.caches.get(i), rowJoin(i, other));
      caches.get(i).releaseSpare();
    }
    lengths = joined(lengths, other.lengths);
    prefixes.forget(lengths.length);
  }
}
