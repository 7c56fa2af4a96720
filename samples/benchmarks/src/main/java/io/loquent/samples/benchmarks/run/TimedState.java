package io.loquent.samples.benchmarks.run;

import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import org.jspecify.annotations.Nullable;

/** A decoding state that notes how long it moves rows, and how many. */
final class TimedState implements DecodingState {

  private final DecodingState state;
  private long reorderNanos;
  private int copiedRows;

  TimedState(DecodingState state) {
    this.state = state;
  }

  /** Returns the time since the last call that went into moving rows, in nanoseconds. */
  long takeReorderNanos() {
    long nanos = reorderNanos;
    reorderNanos = 0;
    return nanos;
  }

  /** Returns how many rows have not stayed in place so far. */
  int copiedRows() {
    return copiedRows;
  }

  @Override
  public int rows() {
    return state.rows();
  }

  @Override
  public @Nullable StepOutput startPart(int mostPositions) {
    return state.startPart(mostPositions);
  }

  @Override
  public void ask(boolean logits, boolean probabilities, int best) {
    state.ask(logits, probabilities, best);
  }

  @Override
  public void gather(int[] parents, int rows) {
    long start = System.nanoTime();
    state.gather(parents, rows);
    reorderNanos += System.nanoTime() - start;
    for (int row = 0; row < rows; row++) {
      copiedRows += parents[row] == row ? 0 : 1;
    }
  }

  @Override
  public StepOutput append(int[] tokens) {
    return state.append(tokens);
  }

  @Override
  public int mostTokens(int row) {
    return state.mostTokens(row);
  }

  @Override
  public StepOutput append(int[] tokens, int[] counts) {
    return state.append(tokens, counts);
  }

  @Override
  public void rollback(int[] dropped) {
    state.rollback(dropped);
  }

  @Override
  public void mark() {
    state.mark();
  }

  @Override
  public void restore() {
    state.restore();
  }

  @Override
  public boolean restore(int[] kept) {
    return state.restore(kept);
  }

  @Override
  public void close() {
    state.close();
  }
}
