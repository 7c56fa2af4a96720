package io.loquent.decoding.search;

import io.loquent.Speculation;
import io.loquent.decoding.DraftRows;
import io.loquent.decoding.Drafting;
import io.loquent.decoding.Drafts;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.LogProbabilities;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The guesses for the rows of a search, and what became of those of the last run. */
final class SpeculativeRows implements Drafts {

  private final Drafting drafting;
  private final StopConditions stops;
  private final DraftRows rows = new DraftRows();
  private final int[] rejected;
  private int[] tokens = new int[0];
  private int[] predicted = new int[0];
  private final float[] logits;
  private long runStart;
  private long runNanos;
  private int width;
  private int runs;
  private int rounds;
  private int drafted;
  private int accepted;

  /** Which tokens of the first sequence were guessed right. */
  private final List<Integer> ofFirst = new ArrayList<>();

  SpeculativeRows(Drafting drafting, StopConditions stops, int mostRows, int vocabularySize) {
    this.drafting = drafting;
    logits = new float[drafting.drafter().learns() ? vocabularySize : 0];
    this.stops = stops;
    rejected = new int[mostRows];
  }

  /** Begins to look at what a run has brought. */
  void beginChoice() {
    Arrays.fill(rejected, 0);
    runs++;
  }

  @Override
  public void runBegins() {
    runStart = drafting.clock().getAsLong();
  }

  @Override
  public void runEnded() {
    runNanos = drafting.clock().getAsLong() - runStart;
  }

  /** Takes note of how many tokens a row appended in the last run. */
  void appended(int count) {
    width = Math.max(width, count);
  }

  /** Ends looking at what a run has brought. */
  void endChoice() {
    if (width > 0) {
      drafting.length().ran(width, runNanos);
      width = 0;
    }
  }

  /**
   * Takes note of how many of a row's verified guesses were chosen.
   *
   * @param number which of the sequences is in the row
   * @param index which of its generated tokens the first guess was for
   */
  void verified(int row, int verified, int chosen, int number, int index) {
    for (int i = 0; number == 0 && i < chosen; i++) {
      ofFirst.add(index + i);
    }
    rejected[row] = verified - chosen;
    rounds++;
    drafted += verified;
    accepted += chosen;
    drafting.length().verified(verified, chosen);
  }

  /** Tells the drafter what the model finds most probable behind all that a row appended. */
  void learn(StepOutput output, int outputRow, int row, int number, int newest) {
    if (!drafting.drafter().learns()) {
      return;
    }
    int count = output.positions(outputRow);
    if (tokens.length < count) {
      tokens = new int[count];
      predicted = new int[count];
    }
    for (int i = 0; i < count; i++) {
      tokens[i] = i == 0 ? newest : rows.token(row, i - 1);
      output.logits(outputRow, i, logits);
      predicted[i] = LogProbabilities.mostProbable(logits);
    }
    drafting.drafter().learn(number, tokens, predicted, count);
  }

  /** Guesses for the sequences that go on. */
  void guess(int[] sequenceOfRow, int count, TokenHistory[] histories) {
    int length = drafting.length().next();
    int most = 0;
    rows.clear();
    for (int row = 0; row < count; row++) {
      TokenHistory history = histories[sequenceOfRow[row]];
      // A run chooses one token more than it verifies.
      int room = stops.limits().maxLength() - history.length() - 1;
      rows.add(sequenceOfRow[row], history, Math.min(length, room));
      most = Math.max(most, Math.min(length, room));
    }
    if (most > 0) {
      long start = drafting.clock().getAsLong();
      drafting.drafter().draft(rows);
      int drafts = 0;
      for (int row = 0; row < count; row++) {
        drafts = Math.max(drafts, rows.count(row));
      }
      if (drafts > 0) {
        drafting.length().drafted(drafts, drafting.clock().getAsLong() - start);
      }
      for (int row = 0; row < count; row++) {
        rows.limit(row, useful(row));
      }
    }
  }

  /** Nothing comes behind an end token. */
  private int useful(int row) {
    int count = rows.count(row);
    for (int i = 0; i < count; i++) {
      if (stops.isEndToken(rows.token(row, i))) {
        return i + 1;
      }
    }
    return count;
  }

  /**
   * Returns what guessing has brought.
   *
   * @param longest tokens of the longest sequence: as many runs as it would have taken
   */
  Speculation speculation(int longest) {
    return new Speculation(rounds, drafted, accepted, longest - runs, true, ofFirst);
  }

  /** Returns the probabilities that a guess was drawn with; null if it was not drawn. */
  float @Nullable [] drawnFrom(int row, int index) {
    return rows.drawnFrom(row, index);
  }

  @Override
  public int count(int row) {
    return row < rows.size() ? rows.count(row) : 0;
  }

  @Override
  public int token(int row, int index) {
    return rows.token(row, index);
  }

  @Override
  public int rejected(int row) {
    return rejected[row];
  }
}
