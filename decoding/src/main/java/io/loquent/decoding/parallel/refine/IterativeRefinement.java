package io.loquent.decoding.parallel.refine;

import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelOutput;
import java.util.List;

/**
 * Iterative refinement (Lee et al. 2018): each iteration predicts all tokens from those of the last
 * one, until none changes. Where tokens are drawn at random, each place draws with the same random
 * numbers every time, so that this comes to an end too.
 */
final class IterativeRefinement implements Refinement {

  private final SlotChooser chooser;
  private final FilledCanvas canvas;
  private final int iterations;
  private final int stream;
  private final ChosenToken[] next;
  private int iteration;
  private boolean isDone;

  IterativeRefinement(SlotChooser chooser, FilledCanvas canvas, int iterations, int candidate) {
    this.chooser = chooser;
    this.canvas = canvas;
    this.iterations = iterations;
    stream = SlotChooser.stream(candidate, 0);
    next = new ChosenToken[canvas.length()];
  }

  @Override
  public void refine(ParallelOutput output, int firstRow) {
    boolean changed = false;
    for (int place = 0; place < next.length; place++) {
      next[place] = chooser.choose(output, firstRow, canvas, place, stream);
      changed |= next[place].id() != canvas.token(place).id();
    }
    for (int place = 0; place < next.length; place++) {
      canvas.write(place, next[place]);
    }
    iteration++;
    isDone = !changed || iteration == iterations;
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
