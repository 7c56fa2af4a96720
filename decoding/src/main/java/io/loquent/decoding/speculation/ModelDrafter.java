package io.loquent.decoding.speculation;

import io.loquent.GenerationOptions;
import io.loquent.Option;
import io.loquent.TokenSequence;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.DraftRows;
import io.loquent.decoding.Drafter;
import io.loquent.decoding.RunInterruptedException;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.PossibleTokens;
import io.loquent.decoding.logits.ProcessorChain;
import io.loquent.decoding.logits.Sampler;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a smaller model guess (speculative decoding: Leviathan et al. 2023, Chen et al. 2023). It
 * chooses as the request does: its scores go through the same processors, and for sampling it draws
 * with the random numbers of the same positions, so that where both models agree, both draw the
 * same token; or with numbers of its own, for verification by rejection.
 *
 * <p>Where several paths are wanted, each takes a row of the draft model's state: the first begins
 * with the token that it chooses, the next with the one that it would choose instead, and so on.
 *
 * <p>The draft model's state follows the verified tokens: before each round it goes back to those,
 * keeping guesses that turned out right, and takes in what was chosen meanwhile. Confined to one
 * thread.
 */
public final class ModelDrafter implements Drafter {

  private static final int MOST_AT_ONCE = 64;

  private final Supplier<DecodingState> opening;
  private final int contextLength;
  private final double leastConfidence;
  private final boolean removesInvalidValues;
  private final ProcessorChain chain;
  private final @Nullable Sampler sampler;
  private final boolean tellsProbabilities;

  /** Whether the most probable token is all that is wanted of logits that are not changed. */
  private final boolean readsInPlace;

  private final float[] scores;
  private final PossibleTokens possible = new PossibleTokens();
  private final List<Row> rows = new ArrayList<>();
  private @Nullable DecodingState state;
  private boolean marked;

  /** A path of a sequence in the draft model's state. */
  private static final class Row {
    private final int number;
    private final int path;

    /** Which of the wanted rows has the sequence in this round. */
    private int wanted;

    /** How many of the sequence's tokens the state has, guesses left out. */
    private int known;

    /** How many guesses the state has behind them. */
    private int appended;

    private final Continuation continuation;
    private boolean goesOn;

    Row(int number, int path, TokenSequence sequence, int known) {
      this.number = number;
      this.path = path;
      this.known = known;
      continuation = new Continuation(sequence);
    }

    boolean is(int otherNumber, int otherPath) {
      return number == otherNumber && path == otherPath;
    }

    /** How many of the state's guesses were chosen; a token that is to be appended is none. */
    int right(TokenSequence sequence) {
      int most = Math.min(appended, sequence.length() - 1 - known);
      int right = 0;
      while (right < most && sequence.get(known + right) == continuation.guess(right)) {
        right++;
      }
      return right;
    }
  }

  /**
   * Creates the drafter of one request.
   *
   * @param setup the request's
   * @param opening opens a state of the draft model with the request's prompt in its only row;
   *     called when the first guess is wanted
   * @param contextLength longest sequence of the draft model, in tokens; longer ones get no guesses
   * @param leastConfidence guessing stops behind a token whose probability is less; 0 for never
   * @param independent whether sampling draws with random numbers of its own and tells the
   *     probabilities, for verification by rejection; otherwise with those of the request, which
   *     several paths need
   */
  public ModelDrafter(
      SearchSetup setup,
      Supplier<DecodingState> opening,
      int contextLength,
      double leastConfidence,
      boolean independent) {
    this.opening = opening;
    this.contextLength = contextLength;
    this.leastConfidence = leastConfidence;
    GenerationOptions options = setup.options();
    boolean samples = options.get(Option.DO_SAMPLE).orElse(false);
    removesInvalidValues = options.get(Option.REMOVE_INVALID_VALUES).orElse(false);
    chain = ProcessorChain.forGuesses(setup);
    tellsProbabilities = samples && independent;
    sampler = samples ? new Sampler(independent ? ~setup.seed() : setup.seed()) : null;
    readsInPlace = !samples && !removesInvalidValues && chain.isEmpty();
    scores = new float[setup.vocabularySize()];
  }

  @Override
  public void draft(DraftRows wanted) {
    if (!isWithinContext(wanted)) {
      return;
    }
    try {
      DecodingState draftState = state == null ? start(wanted) : state;
      follow(draftState, wanted);
      StepOutput output = takeIn(draftState, wanted);
      draftState.mark();
      marked = true;
      guess(draftState, wanted, output);
    } catch (RunInterruptedException e) {
      // The request is about to end: what was guessed so far will do.
    }
  }

  private boolean isWithinContext(DraftRows wanted) {
    for (int row = 0; row < wanted.size(); row++) {
      if (wanted.sequence(row).length() + wanted.room(row) > contextLength) {
        return false;
      }
    }
    return true;
  }

  private DecodingState start(DraftRows wanted) {
    DecodingState started = opening.get();
    try {
      started.start();
    } catch (RuntimeException | Error e) {
      started.close();
      throw e;
    }
    state = started;
    for (int row = 0; row < wanted.size(); row++) {
      TokenSequence sequence = wanted.sequence(row);
      for (int path = 0; path < wanted.mostPaths(row); path++) {
        rows.add(new Row(wanted.number(row), path, sequence, sequence.promptLength()));
      }
    }
    int[] parents = new int[rows.size()];
    if (rows.size() > 1) {
      started.gather(parents, rows.size());
    }
    return started;
  }

  /** Goes back to verified tokens, and has a row for each path of the sequences that go on. */
  private void follow(DecodingState draftState, DraftRows wanted) {
    boolean inPlace = isInPlace(wanted);
    if (marked) {
      marked = false;
      takeBack(draftState, inPlace ? wanted : null);
    }
    if (!inPlace) {
      move(draftState, wanted);
    }
  }

  /** Whether the rows are those of the last round; they then know which ones these are. */
  private boolean isInPlace(DraftRows wanted) {
    int next = 0;
    boolean same = true;
    for (int row = 0; row < wanted.size(); row++) {
      for (int path = 0; path < wanted.mostPaths(row); path++) {
        same &= next < rows.size() && rows.get(next).is(wanted.number(row), path);
        if (same) {
          rows.get(next).wanted = row;
        }
        next++;
      }
    }
    return same && next == rows.size();
  }

  /** Takes guesses back: all of them where rows are about to move, otherwise the wrong ones. */
  private void takeBack(DecodingState draftState, @Nullable DraftRows wanted) {
    if (wanted == null) {
      draftState.restore();
      return;
    }
    int[] right = new int[rows.size()];
    for (int row = 0; row < rows.size(); row++) {
      right[row] = rows.get(row).right(sequence(wanted, row));
    }
    if (draftState.restore(right)) {
      for (int row = 0; row < rows.size(); row++) {
        rows.get(row).known += right[row];
      }
    }
  }

  private void move(DecodingState draftState, DraftRows wanted) {
    List<Row> next = new ArrayList<>();
    List<Integer> parents = new ArrayList<>();
    int first = 0;
    for (int row = 0; row < wanted.size(); row++) {
      while (rows.get(first).number != wanted.number(row)) {
        first++;
      }
      for (int path = 0; path < wanted.mostPaths(row); path++) {
        // All rows of a sequence begin with its verified tokens, and know how many they have.
        int own = first + path;
        boolean isThere = own < rows.size() && rows.get(own).number == wanted.number(row);
        Row source = rows.get(isThere ? own : first);
        Row target =
            isThere ? source : new Row(source.number, path, wanted.sequence(row), source.known);
        target.wanted = row;
        next.add(target);
        parents.add(isThere ? own : first);
      }
    }
    rows.clear();
    rows.addAll(next);
    draftState.gather(parents.stream().mapToInt(Integer::intValue).toArray(), parents.size());
  }

  /** Appends what the sequences have more than the state; a long rest of one alone in parts. */
  private StepOutput takeIn(DecodingState draftState, DraftRows wanted) {
    int[] missing = new int[rows.size()];
    if (rows.size() == 1) {
      missing[0] = MOST_AT_ONCE;
      while (wanted.sequence(0).length() - rows.get(0).known > MOST_AT_ONCE) {
        append(draftState, wanted, missing, MOST_AT_ONCE);
      }
    }
    int all = 0;
    for (int row = 0; row < rows.size(); row++) {
      missing[row] = sequence(wanted, row).length() - rows.get(row).known;
      all += missing[row];
    }
    return append(draftState, wanted, missing, all);
  }

  private TokenSequence sequence(DraftRows wanted, int row) {
    return wanted.sequence(rows.get(row).wanted);
  }

  private StepOutput append(DecodingState draftState, DraftRows wanted, int[] counts, int all) {
    int[] tokens = new int[all];
    int next = 0;
    for (int row = 0; row < rows.size(); row++) {
      for (int i = 0; i < counts[row]; i++) {
        tokens[next++] = sequence(wanted, row).get(rows.get(row).known + i);
      }
    }
    StepOutput output;
    if (all == rows.size()) {
      output = draftState.append(tokens);
    } else {
      output = draftState.append(tokens, counts);
      draftState.rollback(new int[rows.size()]);
    }
    for (int row = 0; row < rows.size(); row++) {
      rows.get(row).known += counts[row];
    }
    return output;
  }

  private void guess(DecodingState draftState, DraftRows wanted, StepOutput first) {
    int[] tokens = new int[rows.size()];
    StepOutput output = first;
    for (int row = 0; row < rows.size(); row++) {
      rows.get(row).continuation.restart(sequence(wanted, row));
      rows.get(row).appended = 0;
      rows.get(row).goesOn = room(wanted, rows.get(row)) > 0;
    }
    while (true) {
      boolean more = false;
      for (int row = 0; row < rows.size(); row++) {
        if (rows.get(row).goesOn) {
          tokens[row] = choose(output, row, rows.get(row), wanted);
          rows.get(row).goesOn &= room(wanted, rows.get(row)) > 0;
          more |= rows.get(row).goesOn;
        }
      }
      if (!more) {
        return;
      }
      // A row that guesses no more takes its last token along, which is taken back with the rest.
      output = draftState.append(tokens);
      for (int row = 0; row < rows.size(); row++) {
        if (rows.get(row).goesOn) {
          rows.get(row).appended = rows.get(row).continuation.guesses();
        }
      }
    }
  }

  private static int room(DraftRows wanted, Row row) {
    return wanted.room(row.wanted, row.path);
  }

  private int choose(StepOutput output, int stateRow, Row row, DraftRows wanted) {
    int instead = wanted.count(row.wanted, row.path) == 0 ? row.path : 0;
    FloatBuffer logits = readsInPlace && instead == 0 ? output.logitsInPlace(stateRow) : null;
    if (logits != null) {
      int id = mostProbable(row, logits);
      propose(row, id, wanted);
      return id;
    }
    output.logits(stateRow, scores);
    if (removesInvalidValues) {
      LogProbabilities.removeInvalidValues(scores);
    }
    chain.runProcessors(row.continuation, scores);
    possible.start(scores);
    if (possible.isEmpty()) {
      return nothing(row);
    }
    chain.warp(row.continuation, row.number, possible);
    int id = choice(row);
    for (int i = 0; i < instead; i++) {
      possible.remove(id);
      if (possible.isEmpty()) {
        return nothing(row);
      }
      id = choice(row);
    }
    propose(row, id, wanted);
    if (leastConfidence > 0 || tellsProbabilities) {
      double logSum = possible.logSumExp();
      row.goesOn = Math.exp(possible.score(id) - logSum) >= leastConfidence;
      if (tellsProbabilities) {
        possible.writeTo(scores);
        wanted.drawnFrom(row.wanted, scores, logSum);
      }
    }
    return id;
  }

  /** How probable it is takes a pass with exponentials, which is left out if nobody asks. */
  private int mostProbable(Row row, FloatBuffer logits) {
    if (leastConfidence == 0) {
      return LogProbabilities.mostProbableId(logits, scores.length);
    }
    ChosenToken best = LogProbabilities.mostProbable(logits, scores.length);
    row.goesOn = Math.exp(best.logProbability()) >= leastConfidence;
    return best.id();
  }

  private int choice(Row row) {
    return sampler == null
        ? possible.mostProbable()
        : sampler.draw(possible, row.number, row.continuation.generatedLength());
  }

  /** The row guesses no more; some token has to be appended all the same while others go on. */
  private static int nothing(Row row) {
    row.goesOn = false;
    return row.continuation.get(row.continuation.length() - 1);
  }

  private static void propose(Row row, int id, DraftRows wanted) {
    row.continuation.append(id);
    wanted.propose(row.wanted, row.path, id);
  }

  /** Frees the draft model's state; a later guess would open another one. */
  @Override
  public void close() {
    if (state != null) {
      state.close();
      state = null;
    }
    rows.clear();
    marked = false;
  }
}
