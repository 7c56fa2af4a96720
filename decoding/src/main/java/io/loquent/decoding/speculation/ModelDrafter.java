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
 * <p>The draft model's state follows the verified tokens: before each round it goes back to those,
 * and takes in what was chosen meanwhile. Confined to one thread.
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

  /** A sequence in the draft model's state. */
  private static final class Row {
    private final int number;

    /** How many of the sequence's tokens the state has. */
    private int known;

    private final Continuation continuation;
    private boolean goesOn;

    Row(int number, TokenSequence sequence, int known) {
      this.number = number;
      this.known = known;
      continuation = new Continuation(sequence);
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
   *     probabilities, for verification by rejection; otherwise with those of the request
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
    chain = samples ? ProcessorChain.forSampling(setup) : ProcessorChain.forGreedy(setup);
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
      rows.add(new Row(wanted.number(row), sequence, sequence.promptLength()));
    }
    int[] parents = new int[rows.size()];
    if (rows.size() > 1) {
      started.gather(parents, rows.size());
    }
    return started;
  }

  /** Goes back to verified tokens, and drops the rows of sequences that have ended. */
  private void follow(DecodingState draftState, DraftRows wanted) {
    if (marked) {
      marked = false;
      draftState.restore();
    }
    if (rows.size() == wanted.size()) {
      return;
    }
    int[] parents = new int[wanted.size()];
    List<Row> kept = new ArrayList<>();
    int parent = 0;
    for (int row = 0; row < wanted.size(); row++) {
      while (rows.get(parent).number != wanted.number(row)) {
        parent++;
      }
      parents[row] = parent;
      kept.add(rows.get(parent));
    }
    draftState.gather(parents, parents.length);
    rows.clear();
    rows.addAll(kept);
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
      missing[row] = wanted.sequence(row).length() - rows.get(row).known;
      all += missing[row];
    }
    return append(draftState, wanted, missing, all);
  }

  private StepOutput append(DecodingState draftState, DraftRows wanted, int[] counts, int all) {
    int[] tokens = new int[all];
    int next = 0;
    for (int row = 0; row < rows.size(); row++) {
      for (int i = 0; i < counts[row]; i++) {
        tokens[next++] = wanted.sequence(row).get(rows.get(row).known + i);
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
      rows.get(row).continuation.restart(wanted.sequence(row));
      rows.get(row).goesOn = wanted.room(row) > 0;
    }
    while (true) {
      boolean more = false;
      for (int row = 0; row < rows.size(); row++) {
        if (rows.get(row).goesOn) {
          tokens[row] = choose(output, row, rows.get(row), wanted);
          rows.get(row).goesOn &= wanted.room(row) > 0;
          more |= rows.get(row).goesOn;
        }
      }
      if (!more) {
        return;
      }
      // A row that guesses no more takes its last token along, which is taken back with the rest.
      output = draftState.append(tokens);
    }
  }

  private int choose(StepOutput output, int stateRow, Row row, DraftRows wanted) {
    FloatBuffer logits = readsInPlace ? output.logitsInPlace(stateRow) : null;
    if (logits != null) {
      ChosenToken best = LogProbabilities.mostProbable(logits, scores.length);
      propose(row, stateRow, best.id(), wanted);
      row.goesOn = Math.exp(best.logProbability()) >= leastConfidence;
      return best.id();
    }
    output.logits(stateRow, scores);
    if (removesInvalidValues) {
      LogProbabilities.removeInvalidValues(scores);
    }
    chain.runProcessors(row.continuation, scores);
    possible.start(scores);
    if (possible.isEmpty()) {
      row.goesOn = false;
      return row.continuation.get(row.continuation.length() - 1);
    }
    chain.warp(row.continuation, row.number, possible);
    int id =
        sampler == null
            ? possible.mostProbable()
            : sampler.draw(possible, row.number, row.continuation.generatedLength());
    propose(row, stateRow, id, wanted);
    if (leastConfidence > 0 || tellsProbabilities) {
      double logSum = possible.logSumExp();
      row.goesOn = Math.exp(possible.score(id) - logSum) >= leastConfidence;
      if (tellsProbabilities) {
        possible.writeTo(scores);
        wanted.drawnFrom(stateRow, scores, logSum);
      }
    }
    return id;
  }

  private static void propose(Row row, int stateRow, int id, DraftRows wanted) {
    row.continuation.append(id);
    wanted.propose(stateRow, id);
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
