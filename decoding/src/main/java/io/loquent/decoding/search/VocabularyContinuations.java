package io.loquent.decoding.search;

import io.loquent.Token.TopToken;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.ProcessorChain;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The best continuations as a search finds them itself, in the scores of the whole vocabulary. Any
 * other continuation can be looked up too.
 */
final class VocabularyContinuations extends Continuations {

  private final LogitsReader reader;
  private final ProcessorChain chain;
  private final TopReport topReport;
  private final int vocabularySize;
  private final Ranking ranking;

  /** By beam: the model's logits, what turns them into log-probabilities, processed scores. */
  private final float[][] raw;

  private final double[] rawSums;
  private final float[][] scores;
  private final List<List<TopToken>> tops = new ArrayList<>();

  /**
   * Allocates.
   *
   * @param setup the request
   * @param chain its processors
   * @param width how many beams there may be
   * @param count how many continuations are looked for
   * @param ranking picks them
   */
  VocabularyContinuations(
      SearchSetup setup, ProcessorChain chain, int width, int count, Ranking ranking) {
    super(setup.vocabularySize(), width, count);
    this.chain = chain;
    this.ranking = ranking;
    reader = new LogitsReader(setup);
    topReport = new TopReport(setup);
    vocabularySize = setup.vocabularySize();
    raw = new float[width][];
    rawSums = new double[width];
    scores = new float[width][];
  }

  /** Forgets the step before. */
  void clear() {
    size = 0;
    tops.clear();
  }

  /**
   * Reads and processes a beam's scores; beams come in order.
   *
   * @param output a run's answer
   * @param row the beam's row in it
   * @param index which of the request's beams it is
   * @param history its tokens
   * @param total its sum of log-probabilities
   * @param penalties subtracted before the processors run; null for none
   */
  void read(
      StepOutput output,
      int row,
      int index,
      TokenHistory history,
      double total,
      float @Nullable [] penalties) {
    int beam = tops.size();
    float[] logits = buffer(raw, beam);
    float[] processed = buffer(scores, beam);
    rawSums[beam] = reader.read(output, row, logits, processed);
    if (!LogitsReader.isGuided(output)) {
      LogProbabilities.logSoftmax(processed);
    }
    if (penalties != null) {
      for (int id = 0; id < vocabularySize; id++) {
        processed[id] -= penalties[id];
      }
    }
    chain.process(history, index, processed);
    totals[beam] = total;
    tops.add(topReport.of(processed, 0));
  }

  /**
   * Ranks the continuations of the beams that were read.
   *
   * @param position how many tokens the beams have generated
   */
  void rank(int position) {
    int beams = tops.size();
    size =
        isAnyPossible(beams)
            ? ranking.rank(scores, totals, beams, position, beamOfRank, tokenOfRank)
            : 0;
  }

  @Override
  float score(int beam, int token) {
    return scores[beam][token];
  }

  @Override
  ChosenToken chosen(int beam, int token) {
    return new ChosenToken(
        token, scores[beam][token], raw[beam][token] - rawSums[beam], tops.get(beam));
  }

  private boolean isAnyPossible(int beams) {
    boolean any = false;
    for (int beam = 0; beam < beams; beam++) {
      for (float score : scores[beam]) {
        if (Float.isNaN(score)) {
          LogProbabilities.logSoftmax(scores[beam]);
        }
        any |= totals[beam] + score > Double.NEGATIVE_INFINITY;
      }
    }
    return any;
  }

  private float[] buffer(float[][] buffers, int beam) {
    float[] buffer = buffers[beam];
    if (buffer == null) {
      buffer = new float[vocabularySize];
      buffers[beam] = buffer;
    }
    return buffer;
  }
}
