package io.loquent.runtime.model;

import ai.onnxruntime.OnnxTensor;
import io.loquent.decoding.StepOutput;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The state of a graph without a cache, or of one whose cache is not to be used: the tokens
 * themselves; each step runs over all of them. Confined to one thread.
 */
final class RecomputeState extends GraphState {

  /** Each row's tokens, without padding; two sets that take turns when rows move. */
  private int[][] tokens;

  private int[][] other = new int[0][];
  private int[] lengths;

  /** The lengths to go back to. */
  private int[] marked = new int[0];

  RecomputeState(StateContext context) {
    super(context);
    int rows = rows();
    tokens = new int[rows][];
    lengths = new int[rows];
    for (int row = 0; row < rows; row++) {
      int[] ids = context.prompts().get(row).ids();
      tokens[row] = Arrays.copyOf(ids, Math.max(ids.length + 1, capacity()));
      lengths[row] = ids.length;
    }
  }

  private int capacity() {
    return Math.min(context.expectedTokens(), longestPrompt() + 4096);
  }

  @Override
  public StepOutput startPart(int mostPositions) {
    runAll(context.allPositions(), lastOnly(graphs.first));
    for (int row = 0; row < rows(); row++) {
      logits.show(row, frame.maskFrom[row], lengths[row]);
    }
    return logits;
  }

  @Override
  public StepOutput append(int[] newTokens) {
    for (int row = 0; row < rows(); row++) {
      add(row, newTokens[row]);
    }
    try {
      runAll(context.allPositions(), lastOnly(graphs.first));
    } catch (RuntimeException | Error e) {
      for (int row = 0; row < rows(); row++) {
        lengths[row]--;
      }
      throw e;
    }
    for (int row = 0; row < rows(); row++) {
      logits.show(row, frame.newest[row], 1);
    }
    return logits;
  }

  private void add(int row, int token) {
    if (lengths[row] == tokens[row].length) {
      tokens[row] = Arrays.copyOf(tokens[row], lengths[row] * 2);
    }
    tokens[row][lengths[row]++] = token;
  }

  @Override
  public int mostTokens(int row) {
    return Integer.MAX_VALUE;
  }

  @Override
  public StepOutput append(int[] newTokens, int[] counts) {
    int[] before = lengths.clone();
    try {
      return graphs.answersForEach(graphs.first)
          ? appendAtOnce(newTokens, counts)
          : appendOneByOne(newTokens, counts);
    } catch (RuntimeException | Error e) {
      lengths = before;
      throw e;
    }
  }

  private StepOutput appendAtOnce(int[] newTokens, int[] counts) {
    int next = 0;
    for (int row = 0; row < rows(); row++) {
      for (int i = 0; i < counts[row]; i++) {
        add(row, newTokens[next++]);
      }
    }
    runAll(true, false);
    for (int row = 0; row < rows(); row++) {
      logits.show(row, frame.newest[row] - counts[row] + 1, counts[row]);
    }
    return logits;
  }

  private StepOutput appendOneByOne(int[] newTokens, int[] counts) {
    CollectedLogits collected = collected();
    collected.begin(counts, rows());
    int most = Arrays.stream(counts, 0, rows()).max().orElse(0);
    for (int i = 0; i < most; i++) {
      int next = 0;
      for (int row = 0; row < rows(); row++) {
        if (i < counts[row]) {
          add(row, newTokens[next + i]);
        }
        next += counts[row];
      }
      runAll(false, true);
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
    System.arraycopy(marked, 0, lengths, 0, rows());
  }

  @Override
  public boolean restore(int[] kept) {
    for (int row = 0; row < rows(); row++) {
      lengths[row] = marked[row] + kept[row];
    }
    return true;
  }

  @Override
  public void rollback(int[] dropped) {
    for (int row = 0; row < rows(); row++) {
      lengths[row] -= dropped[row];
    }
  }

  private void runAll(boolean allPositions, boolean lastOnly) {
    int longest = 0;
    for (int row = 0; row < rows(); row++) {
      longest = Math.max(longest, lengths[row]);
    }
    frame.resize(rows(), longest);
    frame.continues = false;
    frame.allPositions = allPositions;
    frame.maskWidth = longest;
    // On the right, where graphs that count a row by its mask want it; but not behind the token
    // that is asked for where only the last column is answered.
    boolean onLeft = graphs.answersOnlyForLastColumn(graphs.first);
    for (int row = 0; row < rows(); row++) {
      int padding = onLeft ? longest - lengths[row] : 0;
      for (int column = 0; column < longest; column++) {
        int index = column - padding;
        boolean real = index >= 0 && index < lengths[row];
        frame.tokens[row * longest + column] = real ? tokens[row][index] : context.padToken();
      }
      frame.maskFrom[row] = padding;
      frame.maskTo[row] = padding + lengths[row];
      frame.positionStart[row] = -padding;
      frame.newest[row] = padding + lengths[row] - 1;
    }
    run(graphs.first, lastOnly, this::bind);
  }

  /** A graph with a cache gets an empty one; what it gives back is not asked for. */
  private void bind(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> pinned) {
    for (StateTensor state : graphs.states) {
      if (graphs.first.hasInput(state.input())) {
        RowTensor empty =
            context
                .constants()
                .computeIfAbsent(
                    state.input(),
                    name ->
                        new RowTensor(
                            context.buffers(),
                            state.type(),
                            state.batchAxis(),
                            state.shape(rows(), 0)));
        inputs.put(state.input(), empty.asTensor());
      }
    }
  }

  @Override
  void eachTensor(Consumer<RowTensor> action) {
    // Only the shared parts hold native memory.
  }

  @Override
  void gatherState(int[] parents, int newRows) {
    int[][] target = other.length >= newRows ? other : new int[newRows][];
    for (int row = 0; row < newRows; row++) {
      int[] source = tokens[parents[row]];
      if (target[row] == null || target[row].length < source.length) {
        target[row] = new int[source.length];
      }
      System.arraycopy(source, 0, target[row], 0, lengths[parents[row]]);
    }
    other = tokens;
    tokens = target;
    lengths = gathered(lengths, parents, newRows);
  }

  @Override
  boolean reserveJoin(GraphState newcomer) {
    RecomputeState other = (RecomputeState) newcomer;
    return graphs.toleratesLeftPadding()
        || IntStream.concat(rowLengths(this), rowLengths(other)).distinct().count() == 1;
  }

  private static IntStream rowLengths(RecomputeState state) {
    return Arrays.stream(state.lengths, 0, state.rows());
  }

  @Override
  void join(GraphState newcomer) {
    RecomputeState other = (RecomputeState) newcomer;
    int[][] all = Arrays.copyOf(tokens, rows() + other.rows());
    System.arraycopy(other.tokens, 0, all, rows(), other.rows());
    tokens = all;
    this.other = new int[0][];
    lengths = joined(Arrays.copyOf(lengths, rows()), other.lengths);
  }
}
