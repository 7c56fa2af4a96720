package io.loquent.decoding.search;

import io.loquent.Speculation;
import io.loquent.decoding.DraftRows;
import io.loquent.decoding.Drafting;
import io.loquent.decoding.Drafts;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.LogProbabilities;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The guesses for the sequences of a search, and what became of those of the last run. */
final class SpeculativeRows implements Drafts {

  private final Drafting drafting;
  private final StopConditions stops;
  private final DraftRows drafts = new DraftRows();
  private final PathRows paths;
  private int[] rejected = new int[0];
  private int[] tokens = new int[0];
  private int[] predicted = new int[0];
  private final int vocabularySize;
  private float[] logits = new float[0];
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
    this.vocabularySize = vocabularySize;
    this.stops = stops;
    paths = new PathRows(drafts, mostRows);
  }

  /** The rows of the next run; while a search chooses, those of the last one. */
  PathRows paths() {
    return paths;
  }

  /** Begins to look at what a run has brought. */
  void beginChoice() {
    if (rejected.length < paths.count()) {
      rejected = new int[paths.count()];
    }
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

  /**
   * Begins to follow what is chosen for a sequence.
   *
   * @return whether the run took guesses for it
   */
  boolean follow(int sequence, StepOutput output, int offset) {
    paths.follow(sequence, output, offset);
    width = Math.max(width, 1 + paths.longest());
    return paths.longest() > 0;
  }

  /** Ends looking at what a run has brought. */
  void endChoice() {
    if (width > 0) {
      drafting.length().ran(width, runNanos);
      width = 0;
    }
  }

  /**
   * Takes note of what became of the guesses for the sequence that was followed.
   *
   * @param sequence which of those that went on
   * @param number which of the request's
   * @param index which of its generated tokens the first guess was for
   */
  void verified(int sequence, int number, int index) {
    int chosen = paths.accepted();
    for (int i = 0; number == 0 && i < chosen; i++) {
      ofFirst.add(index + i);
    }
    for (int row = paths.firstRow(sequence); row < paths.endRow(sequence); row++) {
      drafted += paths.guessed(row);
      rejected[row] = paths.guessed(row);
    }
    rejected[paths.row()] -= chosen;
    rounds++;
    accepted += chosen;
    drafting.length().verified(paths.longest(), chosen);
  }

  /**
   * Tells the drafter what the model finds most probable behind all that a sequence's rows have
   * appended; the row that it goes on in comes last.
   *
   * @param newest the token before the guesses
   */
  void learn(StepOutput output, int offset, int sequence, int number, int newest) {
    if (!drafting.drafter().learns()) {
      return;
    }
    for (int row = paths.firstRow(sequence); row < paths.endRow(sequence); row++) {
      if (row != paths.row()) {
        learnRow(output, offset, row, number, newest);
      }
    }
    learnRow(output, offset, paths.row(), number, newest);
  }

  private void learnRow(StepOutput output, int offset, int row, int number, int newest) {
    int count = 1 + paths.guessed(row);
    if (tokens.length < count) {
      tokens = new int[count];
      predicted = new int[count];
    }
    for (int i = 0; i < count; i++) {
      tokens[i] = i == 0 ? newest : paths.guess(row, i - 1);
      predicted[i] = mostProbable(output, offset + row, i);
    }
    drafting.drafter().learn(number, tokens, predicted, count);
  }

  private int mostProbable(StepOutput output, int outputRow, int position) {
    FloatBuffer inPlace = output.logitsInPlace(outputRow, position);
    if (inPlace != null) {
      return LogProbabilities.mostProbableId(inPlace, vocabularySize);
    }
    if (logits.length == 0) {
      logits = new float[vocabularySize];
    }
    output.logits(outputRow, position, logits);
    return LogProbabilities.mostProbable(logits);
  }

  /**
   * Guesses for the sequences that go on.
   *
   * @param numbers which of the request's they are
   * @param count how many there are
   * @param histories by number
   * @param rows which row of the last run each continues
   * @param newest the token that was chosen last for each
   */
  void guess(int[] numbers, int count, TokenHistory[] histories, int[] rows, int[] newest) {
    int length = drafting.length().next();
    int most = 0;
    drafts.clear();
    for (int sequence = 0; sequence < count; sequence++) {
      TokenHistory history = histories[numbers[sequence]];
      // A run chooses one token more than it verifies.
      int room = Math.min(length, stops.limits().maxLength() - history.length() - 1);
      drafts.add(numbers[sequence], history, room, drafting.length().paths());
      most = Math.max(most, room);
    }
    if (most > 0) {
      draft();
    }
    paths.layOut(count, rows, newest);
  }

  private void draft() {
    long start = drafting.clock().getAsLong();
    drafting.drafter().draft(drafts);
    long nanos = drafting.clock().getAsLong() - start;
    int longest = 0;
    for (int sequence = 0; sequence < drafts.size(); sequence++) {
      for (int path = 0; path < drafts.mostPaths(sequence); path++) {
        longest = Math.max(longest, drafts.count(sequence, path));
        drafts.limit(sequence, path, useful(sequence, path));
      }
    }
    if (longest > 0) {
      drafting.length().drafted(longest, nanos);
    }
  }

  /** Nothing comes behind an end token. */
  private int useful(int sequence, int path) {
    int count = drafts.count(sequence, path);
    for (int i = 0; i < count; i++) {
      if (stops.isEndToken(drafts.token(sequence, path, i))) {
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
  float @Nullable [] drawnFrom(int sequence, int index) {
    return drafts.drawnFrom(sequence, index);
  }

  @Override
  public int count(int row) {
    return paths.guesses(row);
  }

  @Override
  public int token(int row, int index) {
    return paths.guess(row, index);
  }

  @Override
  public int rejected(int row) {
    return rejected[row];
  }
}
