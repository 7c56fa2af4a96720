package io.loquent.decoding.parallel.refine;

import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelOutput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The Levenshtein Transformer's decoding (Gu et al. 2019): each iteration deletes tokens, inserts
 * placeholders into the gaps, and fills these. The first iteration, on an empty canvas, deletes
 * nothing. It is done when an iteration ends with the tokens that it began with.
 *
 * <p>Each phase needs what the model says about the canvas as the phase before has left it. So
 * there is one run after each phase that changes the canvas, and none after one that does not: an
 * iteration takes up to three runs. Deletions and numbers of placeholders are always the most
 * probable ones; only what fills a placeholder may be drawn at random. Where there is no room for
 * all placeholders, the gaps further left get theirs.
 */
final class LevenshteinRefinement implements Refinement {

  private final SlotChooser chooser;
  private final FilledCanvas canvas;
  private final int iterations;
  private final double penalty;
  private final int mostTokens;
  private final int candidate;
  private final float[] stayOrDelete = new float[2];
  private float[] counts = new float[0];
  private int[] before = new int[0];
  private int iteration;
  private Phase phase = Phase.DELETE;
  private boolean isDone;

  /** What the next run is for. */
  private enum Phase {
    DELETE,
    INSERT,
    FILL
  }

  /**
   * Creates the refinement of an empty canvas.
   *
   * @param penalty taken from the score of inserting nothing
   * @param mostTokens how many tokens fit on the canvas, without its ends
   */
  LevenshteinRefinement(
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
    boolean changed = false;
    while (!changed && !isDone) {
      switch (phase) {
        case DELETE -> {
          before = canvas.toArray();
          changed = iteration > 0 && delete(output, firstRow);
          phase = Phase.INSERT;
        }
        case INSERT -> {
          changed = insert(output, firstRow);
          if (changed) {
            phase = Phase.FILL;
          } else {
            endIteration();
          }
        }
        case FILL -> {
          fill(output, firstRow);
          changed = true;
          endIteration();
        }
      }
    }
  }

  private void endIteration() {
    iteration++;
    phase = Phase.DELETE;
    isDone = iteration == iterations || Arrays.equals(before, canvas.toArray());
  }

  private boolean delete(ParallelOutput output, int row) {
    List<ChosenToken> kept = new ArrayList<>(canvas.length());
    for (int place = 0; place < canvas.length(); place++) {
      output.deleteLogits(row, canvas.slot(place), stayOrDelete);
      if (LogProbabilities.mostProbable(stayOrDelete) == 0) {
        kept.add(canvas.token(place));
      }
    }
    return replaceBy(kept);
  }

  private boolean insert(ParallelOutput output, int row) {
    if (counts.length != output.insertClasses()) {
      counts = new float[output.insertClasses()];
    }
    int room = mostTokens - canvas.length();
    boolean isLimited = false;
    List<ChosenToken> extended = new ArrayList<>(canvas.length());
    for (int gap = 0; gap <= canvas.length(); gap++) {
      output.insertLogits(row, gap, counts);
      counts[0] -= (float) penalty;
      int count = LogProbabilities.mostProbable(counts);
      isLimited |= count > room;
      for (int i = 0; i < Math.min(count, room); i++) {
        extended.add(canvas.unknown());
      }
      room -= Math.min(count, room);
      if (gap < canvas.length()) {
        extended.add(canvas.token(gap));
      }
    }
    canvas.setLimited(isLimited);
    return replaceBy(extended);
  }

  /** Both deleting and inserting change the length, if anything. */
  private boolean replaceBy(List<ChosenToken> tokens) {
    boolean changes = tokens.size() != canvas.length();
    if (changes) {
      canvas.become(tokens);
    }
    return changes;
  }

  private void fill(ParallelOutput output, int row) {
    int stream = SlotChooser.stream(candidate, iteration);
    for (int place = 0; place < canvas.length(); place++) {
      if (canvas.isMasked(place)) {
        canvas.write(place, chooser.choose(output, row, canvas, place, stream));
      }
    }
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
