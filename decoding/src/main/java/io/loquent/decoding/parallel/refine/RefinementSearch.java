package io.loquent.decoding.parallel.refine;

import io.loquent.FinishReason;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.ParallelSearch;
import java.util.ArrayList;
import java.util.List;

/**
 * A request's refinements side by side, one for each candidate. Those that are done leave the
 * batch; when all are, the best ones become the results. No token is settled before.
 */
final class RefinementSearch implements ParallelSearch {

  private final Start start;
  private final Ranking ranking;
  private List<Refinement> refinements = List.of();

  /** Those that are not done, in the order of their rows. */
  private List<Refinement> running = List.of();

  private final List<Canvas> canvases = new ArrayList<>();
  private int[] parents = new int[0];
  private boolean isFinished;
  private List<Hypothesis> results = List.of();

  /** Makes the refinements of a request, each of one row. */
  @FunctionalInterface
  interface Start {
    List<Refinement> begin(ParallelOutput encoded, int row);
  }

  RefinementSearch(Start start, Ranking ranking) {
    this.start = start;
    this.ranking = ranking;
  }

  @Override
  public void begin(ParallelOutput encoded, int row) {
    refinements = start.begin(encoded, row);
    running = refinements;
    parents = new int[refinements.size()];
    refinements.forEach(refinement -> canvases.add(refinement.canvas(0)));
  }

  @Override
  public void choose(ParallelOutput output, int firstRow) {
    List<Refinement> next = new ArrayList<>(running.size());
    List<Integer> nextParents = new ArrayList<>();
    canvases.clear();
    int first = 0;
    for (Refinement refinement : running) {
      int rows = refinement.rows();
      refinement.refine(output, firstRow + first);
      for (int row = 0; row < refinement.rows(); row++) {
        nextParents.add(first + refinement.parent(row));
        canvases.add(refinement.canvas(row));
      }
      if (refinement.rows() > 0) {
        next.add(refinement);
      }
      first += rows;
    }
    running = next;
    parents = nextParents.stream().mapToInt(Integer::intValue).toArray();
    if (running.isEmpty()) {
      end(ranking.complete(filled()));
    }
  }

  private List<FilledCanvas> filled() {
    List<FilledCanvas> filled = new ArrayList<>();
    refinements.forEach(refinement -> filled.addAll(refinement.canvases()));
    return filled;
  }

  private void end(List<Hypothesis> finalResults) {
    results = finalResults;
    isFinished = true;
    canvases.clear();
  }

  @Override
  public void finish(FinishReason reason) {
    if (!isFinished) {
      end(
          refinements.isEmpty()
              ? List.of(new Hypothesis(List.of(), 0, reason))
              : ranking.stopped(filled(), reason));
    }
  }

  @Override
  public boolean isFinished() {
    return isFinished;
  }

  @Override
  public int rows() {
    return canvases.size();
  }

  @Override
  public int[] parents() {
    return parents;
  }

  @Override
  public Canvas canvas(int row) {
    return canvases.get(row);
  }

  @Override
  public int[] provisional() {
    if (isFinished) {
      return results.get(0).tokens().stream().mapToInt(ChosenToken::id).toArray();
    }
    return refinements.isEmpty() ? new int[0] : Ranking.leader(filled()).toArray();
  }

  @Override
  public int settled() {
    return isFinished ? results.get(0).tokens().size() : 0;
  }

  @Override
  public ChosenToken token(int index) {
    return results.get(0).tokens().get(index);
  }

  @Override
  public List<Hypothesis> results() {
    if (!isFinished) {
      throw new IllegalStateException("the search is not finished; there is no result yet");
    }
    return results;
  }
}
