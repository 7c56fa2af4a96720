package io.loquent.decoding.parallel.refine;

import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelOutput;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The Insertion Transformer's parallel decoding (Stern et al. 2019): each iteration inserts a token
 * into every gap, the two at the ends included, or nothing where the end token is chosen. It is
 * done when nothing is inserted, or nothing more fits. Where there is no room for all insertions,
 * those with the highest log-probabilities are made, the ones further left among equal ones.
 */
final class InsertionRefinement implements Refinement {

  private final SlotChooser chooser;
  private final FilledCanvas canvas;
  private final int iterations;
  private final double penalty;
  private final int mostTokens;
  private final int candidate;
  private int iteration;
  private boolean isDone;

  /** A token and the gap that it goes into. */
  private record Insertion(int gap, ChosenToken token) {}

  /**
   * Creates the refinement of an empty canvas.
   *
   * @param penalty taken from the score of inserting nothing
   * @param mostTokens how many tokens fit on the canvas, without its ends
   */
  InsertionRefinement(
      SlotChooser chooser,
      FilledCanvas canvas,
      int iterations,
      double penalty,
      int mostTokens,
      int candidate) {
    this.chooser = chooser;
    this.canvas = canvas;
    this.iterations = iterations;
    this.penalty = penalty;
    this.mostTokens = mostTokens;
    this.candidate = candidate;
  }

  @Override
  public void refine(ParallelOutput output, int firstRow) {
    List<Insertion> insertions = insertions(output, firstRow);
    insert(insertions);
    iteration++;
    // On a full canvas it is not asked whether there would be more, as in other searches.
    canvas.setLimited(canvas.length() == mostTokens);
    isDone = insertions.isEmpty() || canvas.isLimited() || iteration == iterations;
  }

  private List<Insertion> insertions(ParallelOutput output, int row) {
    int stream = SlotChooser.stream(candidate, iteration);
    int end = canvas.endToken();
    List<Insertion> insertions = new ArrayList<>();
    for (int gap = 0; gap <= canvas.length(); gap++) {
      ChosenToken token = chooser.chooseInsertion(output, row, gap, end, penalty, stream);
      if (token.id() != end) {
        insertions.add(new Insertion(gap, token));
      }
    }
    int room = mostTokens - canvas.length();
    if (insertions.size() <= room) {
      return insertions;
    }
    // Stable, so the ones further left stay in front of their equals.
    insertions.sort(
        Comparator.comparingDouble((Insertion insertion) -> insertion.token().logProbability())
            .reversed());
    List<Insertion> fitting = new ArrayList<>(insertions.subList(0, room));
    fitting.sort(Comparator.comparingInt(Insertion::gap));
    return fitting;
  }

  private void insert(List<Insertion> insertions) {
    List<ChosenToken> extended = new ArrayList<>(canvas.length() + insertions.size());
    int next = 0;
    for (int gap = 0; gap <= canvas.length(); gap++) {
      if (next < insertions.size() && insertions.get(next).gap() == gap) {
        extended.add(insertions.get(next).token());
        next++;
      }
      if (gap < canvas.length()) {
        extended.add(canvas.token(gap));
      }
    }
    canvas.become(extended);
  }

  @Override
  public int rows() {
    return isDone ? 0 : 1;
  }

  @Override
  public Canvas canvas(int row) {
    return canvas.canvas();
  }

  @Override
  public List<FilledCanvas> canvases() {
    return List.of(canvas);
  }
}
