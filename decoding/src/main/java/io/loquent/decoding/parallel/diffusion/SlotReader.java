package io.loquent.decoding.parallel.diffusion;

import io.loquent.Option;
import io.loquent.Token.TopToken;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.logits.Guidance;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.PossibleTokens;
import io.loquent.decoding.logits.ProcessorChain;
import io.loquent.decoding.logits.Sampler;
import io.loquent.decoding.logits.TopTokens;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.SlotPosition;
import io.loquent.decoding.search.TopReport;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Chooses tokens for masked slots: reads their logits, guides and processes them, and says how sure
 * the choice is. Holds buffers for one request; confined to one thread.
 */
final class SlotReader {

  private final DiffusionSettings settings;
  private final ProcessorChain chain;
  private final Sampler sampler;
  private final TopReport topReport;
  private final int[] banned;
  private final boolean removesInvalidValues;
  private final SlotPosition before;
  private final float[] raw;
  private final float[] scores;
  private final float[] unconditional;
  private final PossibleTokens possible = new PossibleTokens();
  private final TopTokens firstTwo = new TopTokens(2);

  /** What {@link #choose} found. */
  private int token;

  private double logProbability;
  private double confidence;
  private double rank;

  SlotReader(DiffusionSettings settings) {
    this.settings = settings;
    SearchSetup search = settings.search();
    chain =
        settings.isSampling()
            ? ProcessorChain.forSampling(search)
            : ProcessorChain.forGreedy(search);
    sampler = new Sampler(search.seed());
    topReport = new TopReport(search);
    banned = banned(settings);
    removesInvalidValues = search.options().get(Option.REMOVE_INVALID_VALUES).orElse(false);
    before = new SlotPosition(search.prompt().ids().length);
    raw = new float[search.vocabularySize()];
    scores = new float[raw.length];
    unconditional = new float[settings.isGuided() ? raw.length : 0];
  }

  /** The mask, and the begin and padding tokens unless they serve as end tokens too. */
  private static int[] banned(DiffusionSettings settings) {
    SearchSetup search = settings.search();
    List<Integer> ends = search.options().get(Option.EOS_TOKEN_ID).orElse(List.of());
    int mask = settings.model().maskToken().getAsInt();
    return IntStream.of(
            mask,
            settings.model().beginToken().orElse(-1),
            search.options().get(Option.BOS_TOKEN_ID).orElse(-1),
            search.options().get(Option.PAD_TOKEN_ID).orElse(-1))
        .filter(id -> id == mask || !ends.contains(id))
        .filter(id -> id >= 0 && id < search.vocabularySize())
        .distinct()
        .toArray();
  }

  /**
   * Chooses a slot's token.
   *
   * @param output what the model says
   * @param row its row; with guidance, the next one is without prompt
   * @param canvas the row's canvas, as it was for this run
   * @param slot a slot of the canvas
   * @param sequence which of the request's sequences it is
   * @param position what the draw depends on, beside seed and sequence
   */
  void choose(ParallelOutput output, int row, Canvas canvas, int slot, int sequence, int position) {
    double sum = process(output, row, canvas, slot);
    rank(sum);
    chain.warp(before, sequence, possible);
    token =
        settings.isSampling()
            ? sampler.draw(possible, sequence, position)
            : possible.mostProbable();
    logProbability = possible.score(token) - possible.logSumExp();
    confidence = Math.exp(scores[token] - sum);
  }

  /** Returns the chosen token. */
  int token() {
    return token;
  }

  /** Returns the chosen token's log-probability under the processed scores. */
  double logProbability() {
    return logProbability;
  }

  /** Returns the chosen token's probability before temperature and filters. */
  double confidence() {
    return confidence;
  }

  /** Returns what slots are compared by: the higher, the sooner they are filled. */
  double rank() {
    return switch (settings.order()) {
      case LOW_CONFIDENCE -> confidence;
      case MARGIN, ENTROPY -> rank;
      case RANDOM -> 0;
    };
  }

  /**
   * Makes a token of what was chosen for a slot earlier in the same run.
   *
   * @param output the same run
   * @param row as for {@link #choose}
   * @param canvas as it was then
   * @param slot the slot
   * @param sequence which of the request's sequences it is
   * @param id what was chosen
   * @param chosenWith its log-probability then
   */
  ChosenToken keep(
      ParallelOutput output,
      int row,
      Canvas canvas,
      int slot,
      int sequence,
      int id,
      double chosenWith) {
    List<TopToken> top = List.of();
    if (topReport.isOff()) {
      read(output, row, canvas, slot, raw);
    } else {
      process(output, row, canvas, slot);
      chain.warp(before, sequence, possible);
      top = topReport.of(possible, possible.logSumExp());
    }
    return new ChosenToken(id, chosenWith, LogProbabilities.at(raw, id), top);
  }

  /** Returns what has to be taken from the processed scores to get log-probabilities. */
  private double process(ParallelOutput output, int row, Canvas canvas, int slot) {
    read(output, row, canvas, slot, raw);
    System.arraycopy(raw, 0, scores, 0, raw.length);
    if (settings.isGuided()) {
      read(output, row + 1, canvas, slot, unconditional);
      Guidance.combine(scores, unconditional, settings.guidanceScale());
    }
    for (int id : banned) {
      scores[id] = Float.NEGATIVE_INFINITY;
    }
    before.become(slot);
    chain.runProcessors(before, scores);
    possible.start(scores);
    return possible.logSumExp();
  }

  private void rank(double sum) {
    switch (settings.order()) {
      case MARGIN -> {
        firstTwo.select(possible);
        double second = firstTwo.size() < 2 ? 0 : Math.exp(firstTwo.score(1) - sum);
        rank = firstTwo.size() == 0 ? 0 : Math.exp(firstTwo.score(0) - sum) - second;
      }
      case ENTROPY -> rank = -possible.entropy();
      case LOW_CONFIDENCE, RANDOM -> rank = 0;
    }
  }

  private void read(ParallelOutput output, int row, Canvas canvas, int slot, float[] target) {
    // Where logits are for the next slot, the first slot has only its own.
    int answer = Math.max(0, slot - settings.model().logitsShift());
    output.logits(row, answer - canvas.start(), target);
    if (removesInvalidValues) {
      LogProbabilities.removeInvalidValues(target);
    }
  }
}
