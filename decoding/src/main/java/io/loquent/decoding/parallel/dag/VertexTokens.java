package io.loquent.decoding.parallel.dag;

import io.loquent.Option;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.PossibleTokens;
import io.loquent.decoding.logits.ProcessorChain;
import io.loquent.decoding.logits.TopTokens;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.SlotPosition;
import io.loquent.decoding.search.TopReport;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * What the vertices of a graph say. Each is read when it is first asked for. Confined to one
 * thread.
 */
final class VertexTokens {

  private final ParallelOutput output;
  private final int row;
  private final ProcessorChain chain;
  private final SlotPosition nothing = new SlotPosition(0);
  private final TopReport topReport;
  private final boolean removesInvalidValues;
  private final int mask;
  private final Set<Integer> silent = new HashSet<>();
  private final float[] raw;
  private final float[] scores;
  private final PossibleTokens possible = new PossibleTokens();

  /** By vertex: the most probable token, -1 if not read yet, and its log-probability. */
  private final int[] best;

  private final double[] bestLogProbability;

  VertexTokens(DagSettings settings, ParallelOutput output, int row) {
    this.output = output;
    this.row = row;
    SearchSetup search = settings.search();
    chain = ProcessorChain.forGreedy(search);
    topReport = new TopReport(search);
    removesInvalidValues = search.options().get(Option.REMOVE_INVALID_VALUES).orElse(false);
    mask = settings.model().maskToken().orElse(-1);
    settings.model().beginToken().ifPresent(silent::add);
    settings.model().endToken().ifPresent(silent::add);
    search.options().get(Option.BOS_TOKEN_ID).ifPresent(silent::add);
    search.options().get(Option.PAD_TOKEN_ID).ifPresent(silent::add);
    search.options().get(Option.EOS_TOKEN_ID).ifPresent(silent::addAll);
    raw = new float[search.vocabularySize()];
    scores = new float[raw.length];
    best = new int[output.slots(row)];
    Arrays.fill(best, -1);
    bestLogProbability = new double[best.length];
  }

  /** Says whether a vertex with a token says nothing. */
  boolean isSilent(int token) {
    return silent.contains(token);
  }

  /** Returns a vertex's most probable token; the lowest id of equals. */
  int best(int vertex) {
    if (best[vertex] < 0) {
      double sum = process(vertex);
      best[vertex] = possible.mostProbable();
      bestLogProbability[vertex] = scores[best[vertex]] - sum;
    }
    return best[vertex];
  }

  /** Returns the log-probability of a vertex's most probable token. */
  double bestLogProbability(int vertex) {
    best(vertex);
    return bestLogProbability[vertex];
  }

  /**
   * Finds a vertex's most probable tokens.
   *
   * @param target receives them, best first, with their log-probabilities as scores
   */
  void select(int vertex, TopTokens target) {
    double sum = process(vertex);
    target.clear();
    for (int id = 0; id < scores.length; id++) {
      target.offer(0, id, scores[id] - sum);
    }
    target.sort();
  }

  /** Makes a token of what a vertex says. */
  ChosenToken chosen(int vertex, int id) {
    double sum = process(vertex);
    return new ChosenToken(
        id, scores[id] - sum, LogProbabilities.at(raw, id), topReport.of(possible, sum));
  }

  /** Returns what has to be taken from the processed scores to get log-probabilities. */
  private double process(int vertex) {
    output.logits(row, vertex, raw);
    if (removesInvalidValues) {
      LogProbabilities.removeInvalidValues(raw);
    }
    System.arraycopy(raw, 0, scores, 0, raw.length);
    if (mask >= 0) {
      scores[mask] = Float.NEGATIVE_INFINITY;
    }
    chain.runProcessors(nothing, scores);
    possible.start(scores);
    return possible.logSumExp();
  }
}
