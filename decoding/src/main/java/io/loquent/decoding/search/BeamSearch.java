package io.loquent.decoding.search;

import io.loquent.FinishReason;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.ProcessorChain;

/**
 * Beam search, and beam sampling, where continuations are drawn instead of ranked (Hugging Face
 * {@code _beam_search}).
 *
 * <p>Hugging Face fills up with copies of the first beam, at a sum of -1e9, where there are fewer
 * continuations than beams, as at the start or after a forced token; here there are fewer beams
 * then. So there may be fewer results than asked for, where Hugging Face repeats one.
 */
final class BeamSearch extends BeamBasedSearch {

  private final boolean samples;
  private final Beams beams;
  private final FinishedBeams finished;
  private final VocabularyContinuations ofVocabulary;
  private final BestContinuations ofBest;

  /** The ranks of the continuations that do not end, and how many there are. */
  private final int[] running;

  private int runningCount;

  /**
   * Prepares.
   *
   * @param setup the request
   * @param samples whether continuations are drawn
   */
  BeamSearch(SearchSetup setup, boolean samples) {
    super(setup);
    this.samples = samples;
    int width = settings.beams();
    int count = Continuations.count(width, stops.endTokenCount());
    beams = new Beams(width, setup.prompt().ids());
    finished = new FinishedBeams(width, settings, false);
    running = new int[count];
    ProcessorChain chain = ProcessorChain.forBeams(setup);
    Ranking ranking = samples ? Ranking.drawn(setup.seed()) : Ranking.best(count);
    ofVocabulary = new VocabularyContinuations(setup, chain, width, count, ranking);
    ofBest = new BestContinuations(setup, chain, width, count);
  }

  @Override
  public int bestWanted() {
    return samples ? 0 : ofBest.prepare(stops.limits().promptLength() + generated());
  }

  @Override
  public void choose(StepOutput output, int firstRow) {
    Continuations continuations = rank(output, firstRow);
    if (finished.size() == 0) {
      continuations.requireAny();
    }
    sortOut(continuations);
    for (int i = 0; i < runningCount; i++) {
      int rank = running[i];
      beams.extend(continuations.beam(rank), continuations.total(rank), continuations.chosen(rank));
    }
    beams.advance();
    startNextRows();
    if (beams.size() == 0 || finished.isDone(beams.total(0), generated())) {
      conclude(finished.hypotheses());
      return;
    }
    for (int beam = 0; beam < beams.size(); beam++) {
      addRow(beams.parent(beam), beams.token(beam));
    }
    settle(finished.common(beams.common()));
  }

  private Continuations rank(StepOutput output, int firstRow) {
    ofBest.clear();
    boolean isRanked = true;
    for (int beam = 0; isRanked && beam < beams.size(); beam++) {
      isRanked = ofBest.read(output, firstRow + beam, beam, beams.history(beam), beams.total(beam));
    }
    if (isRanked) {
      ofBest.rank();
      return ofBest;
    }
    ofVocabulary.clear();
    for (int beam = 0; beam < beams.size(); beam++) {
      ofVocabulary.read(
          output, firstRow + beam, beam, beams.history(beam), beams.total(beam), null);
    }
    ofVocabulary.rank(generated());
    return ofVocabulary;
  }

  /**
   * Separates the continuations that end, which only the first ones may, from those that become the
   * next beams.
   */
  private void sortOut(Continuations continuations) {
    int width = settings.beams();
    runningCount = 0;
    for (int rank = 0; rank < continuations.size(); rank++) {
      int beam = continuations.beam(rank);
      FinishReason reason = stops.after(beams.history(beam), continuations.token(rank));
      if (reason == null) {
        insert(continuations, rank);
      } else if (rank < width) {
        finished.add(
            continuations.total(rank),
            TokenPath.append(beams.path(beam), continuations.chosen(rank)),
            reason);
      }
      if (!samples && runningCount == width && rank >= width - 1) {
        break;
      }
    }
    runningCount = Math.min(runningCount, width);
  }

  /** Keeps the best total first; drawn continuations come in any order. */
  private void insert(Continuations continuations, int rank) {
    int index = runningCount++;
    while (index > 0 && continuations.total(running[index - 1]) < continuations.total(rank)) {
      running[index] = running[index - 1];
      index--;
    }
    running[index] = rank;
  }

  @Override
  void close(FinishReason reason) {
    for (int beam = 0; beam < beams.size(); beam++) {
      finished.add(beams.total(beam), beams.path(beam), reason);
    }
    conclude(finished.hypotheses());
  }
}
