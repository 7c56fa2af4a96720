package io.loquent.decoding.parallel.refine;

import io.loquent.GenerationOptions;
import io.loquent.Option;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.PossibleTokens;
import io.loquent.decoding.logits.ProcessorChain;
import io.loquent.decoding.logits.Sampler;
import io.loquent.decoding.logits.TopTokens;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.SlotPosition;
import io.loquent.decoding.search.TopReport;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Chooses tokens for slots and gaps, whose scores pass the request's processors first. It reads one
 * slot after another into the same arrays, so nothing is allocated for a vocabulary. Confined to
 * one thread.
 */
final class SlotChooser {

  /** More than there are candidates: the random numbers of each run are apart by so many. */
  private static final int STREAMS = 1 << 16;

  private final boolean isGreedy;
  private final boolean removesInvalidValues;
  private final ProcessorChain chain;
  private final Sampler sampler;
  private final TopReport topReport;

  /** What is never chosen. */
  private final int[] excluded;

  private final int logitsShift;
  private final SlotPosition before;
  private final float[] raw;

  /** What processors change; the logits themselves serve where there are none. */
  private final float[] scores;

  private final PossibleTokens possible = new PossibleTokens();
  private double rawSum;

  /**
   * Creates a chooser.
   *
   * @param setup the request, with those options only that it takes
   * @param mayChooseEnd whether the end token is among what is chosen from
   */
  SlotChooser(ParallelSetup setup, boolean mayChooseEnd) {
    SearchSetup search = setup.search();
    isGreedy = !RefinementMode.isSampling(search.options());
    removesInvalidValues = search.options().get(Option.REMOVE_INVALID_VALUES).orElse(false);
    chain = ProcessorChain.forSampling(search);
    sampler = new Sampler(search.seed());
    topReport = new TopReport(search);
    excluded = excluded(setup.model(), search, mayChooseEnd);
    logitsShift = setup.model().logitsShift();
    before = new SlotPosition(search.prompt().ids().length);
    raw = new float[search.vocabularySize()];
    scores = chain.hasProcessors() ? new float[raw.length] : raw;
  }

  private static int[] excluded(ParallelModel model, SearchSetup setup, boolean mayChooseEnd) {
    GenerationOptions options = setup.options();
    IntStream special =
        IntStream.of(
            model.maskToken().orElse(-1),
            model.beginToken().orElse(-1),
            model.blankToken().orElse(-1),
            options.get(Option.PAD_TOKEN_ID).orElse(-1));
    int end = model.endToken().orElse(-1);
    List<Integer> ends = options.get(Option.EOS_TOKEN_ID).orElse(List.of());
    // Where one token pads and ends, it is the end.
    IntStream content = special.filter(id -> id != end && !ends.contains(id));
    return IntStream.concat(content, IntStream.of(mayChooseEnd ? -1 : end))
        .filter(id -> id >= 0 && id < setup.vocabularySize())
        .distinct()
        .toArray();
  }

  boolean isGreedy() {
    return isGreedy;
  }

  int vocabularySize() {
    return raw.length;
  }

  /**
   * Names the random numbers of a candidate's run.
   *
   * @param candidate index of the candidate
   * @param iteration index of the run, or 0 where each run is to draw with the same numbers
   */
  static int stream(int candidate, int iteration) {
    return candidate + STREAMS * iteration;
  }

  /** Chooses the token of a place. */
  ChosenToken choose(ParallelOutput output, int row, FilledCanvas canvas, int place, int stream) {
    readPlace(output, row, canvas, place);
    return choose(place, stream);
  }

  /**
   * Chooses what is inserted before a place.
   *
   * @param place up to the canvas' length
   * @param end the token that stands for inserting nothing
   * @param penalty taken from its score
   */
  ChosenToken chooseInsertion(
      ParallelOutput output, int row, int place, int end, double penalty, int stream) {
    output.insertLogits(row, place, raw);
    process(place, end, penalty);
    return choose(place, stream);
  }

  /** Reads the scores of a place, to look at with {@link #best} and {@link #token}. */
  void readPlace(ParallelOutput output, int row, FilledCanvas canvas, int place) {
    output.logits(row, Math.max(0, canvas.slot(place) - logitsShift), raw);
    process(place, 0, 0);
  }

  private void process(int place, int penalized, double penalty) {
    if (removesInvalidValues) {
      LogProbabilities.removeInvalidValues(raw);
    }
    possible.start(raw);
    rawSum = possible.logSumExp();
    if (scores != raw) {
      System.arraycopy(raw, 0, scores, 0, raw.length);
    }
    if (penalty != 0) {
      scores[penalized] -= (float) penalty;
    }
    for (int id : excluded) {
      scores[id] = Float.NEGATIVE_INFINITY;
    }
    before.become(before.promptLength() + place);
    chain.runProcessors(before, scores);
    possible.start(scores);
  }

  private ChosenToken choose(int place, int stream) {
    chain.warp(before, stream, possible);
    return token(isGreedy ? possible.mostProbable() : sampler.draw(possible, stream, place));
  }

  /** Selects the best tokens of what was read last. */
  void best(TopTokens best) {
    chain.warp(before, 0, possible);
    best.select(possible);
  }

  /** Says all about a token of what was read last. */
  ChosenToken token(int id) {
    double sum = possible.logSumExp();
    return new ChosenToken(
        id, possible.score(id) - sum, raw[id] - rawSum, topReport.of(possible, sum));
  }
}
