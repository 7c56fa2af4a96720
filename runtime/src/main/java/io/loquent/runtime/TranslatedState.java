package io.loquent.runtime;

import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A state of a draft model with another tokenizer, in the tokens of the model that it guesses for.
 * A token may be several draft tokens; behind a mark, where only guesses are appended, it is one.
 * Where the draft model's context ends, no token is possible. Appended tokens are taken back by
 * {@link #restore} alone. Confined to one thread.
 */
final class TranslatedState implements DecodingState {

  private final VocabularyTranslation translation;
  private final @Nullable DecodingState state;
  private final int contextLength;

  /** Draft tokens of each row. */
  private int[] lengths;

  private int[] markedLengths = new int[0];
  private boolean marked;

  /** {@code [draft vocabulary]}, reused. */
  private float[] scores = new float[0];

  /** Whether verified tokens are beyond the context, so that nothing runs any more. */
  private boolean isFull;

  /**
   * Wraps a state that has not started.
   *
   * @param translation of the two vocabularies
   * @param state the draft model's, with one row; null if its prompt is beyond the context
   * @param promptLength of that row, in draft tokens
   * @param contextLength longest sequence of the draft model, in draft tokens
   */
  TranslatedState(
      VocabularyTranslation translation,
      @Nullable DecodingState state,
      int promptLength,
      int contextLength) {
    this.translation = translation;
    this.state = state;
    this.contextLength = contextLength;
    lengths = new int[] {promptLength};
    isFull = state == null;
  }

  @Override
  public int rows() {
    return lengths.length;
  }

  @Override
  public @Nullable StepOutput startPart(int mostPositions) {
    if (state == null) {
      return new Output(null);
    }
    StepOutput output = state.startPart(mostPositions);
    return output == null ? null : new Output(output);
  }

  @Override
  public void gather(int[] parents, int rows) {
    lengths = IntStream.range(0, rows).map(row -> lengths[parents[row]]).toArray();
    if (state != null && !isFull) {
      state.gather(parents, rows);
    }
  }

  @Override
  public StepOutput append(int[] tokens) {
    int[] ones = new int[rows()];
    Arrays.fill(ones, 1);
    return append(tokens, ones);
  }

  @Override
  public StepOutput append(int[] tokens, int[] counts) {
    int[] draftCounts = new int[rows()];
    IntStream.Builder all = IntStream.builder();
    int from = 0;
    for (int row = 0; row < rows(); row++) {
      int[] ids = translation.continuation(tokens, from, from + counts[row]);
      from += counts[row];
      draftCounts[row] = marked ? 1 : ids.length;
      for (int i = 0; i < draftCounts[row]; i++) {
        all.add(ids[i]);
      }
    }
    int longest = 0;
    int[] reached = new int[rows()];
    for (int row = 0; row < rows(); row++) {
      reached[row] = lengths[row] + draftCounts[row];
      longest = Math.max(longest, reached[row]);
    }
    if (state == null || isFull || longest > contextLength) {
      isFull |= !marked;
      lengths = reached;
      return new Output(null);
    }
    StepOutput output = run(state, all.build().toArray(), draftCounts);
    lengths = reached;
    return new Output(output);
  }

  private static StepOutput run(DecodingState state, int[] ids, int[] counts) {
    if (ids.length == counts.length) {
      return state.append(ids);
    }
    StepOutput output = state.append(ids, counts);
    state.rollback(new int[counts.length]);
    return output;
  }

  @Override
  public int mostTokens(int row) {
    return state == null ? 1 : state.mostTokens(row);
  }

  @Override
  public void rollback(int[] dropped) {
    for (int row = 0; row < rows(); row++) {
      if (dropped[row] != 0) {
        throw new IllegalArgumentException(
            "row " + row + " drops " + dropped[row] + " tokens; here only restore() takes back");
      }
    }
  }

  @Override
  public void mark() {
    marked = true;
    markedLengths = lengths;
    if (state != null && !isFull) {
      state.mark();
    }
  }

  @Override
  public void restore() {
    marked = false;
    lengths = markedLengths;
    if (state != null && !isFull) {
      state.restore();
    }
  }

  @Override
  public void close() {
    if (state != null) {
      state.close();
    }
  }

  /** Scores behind the newest tokens; without a run, nothing is possible. */
  private final class Output implements StepOutput {
    private final @Nullable StepOutput run;

    Output(@Nullable StepOutput run) {
      this.run = run;
    }

    @Override
    public int vocabularySize() {
      return translation.targetSize();
    }

    @Override
    public void logits(int row, float[] target) {
      if (run == null) {
        Arrays.fill(target, Float.NEGATIVE_INFINITY);
      } else {
        if (scores.length != run.vocabularySize()) {
          scores = new float[run.vocabularySize()];
        }
        run.logits(row, scores);
        translation.translate(scores, target);
      }
    }

    @Override
    public int positions(int row) {
      return 1;
    }

    @Override
    public void logits(int row, int position, float[] target) {
      logits(row, target);
    }

    @Override
    public int hiddenSize() {
      return 0;
    }

    @Override
    public void hiddenState(int row, int position, float[] target) {
      throw new IllegalStateException("a translated state has no hidden states");
    }
  }
}
