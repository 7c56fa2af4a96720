package io.loquent.decoding.parallel.refine;

import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelOutput;
import java.util.List;

/**
 * The refinement of one canvas, or of several that compete. It owns some neighbouring rows, at
 * first one. Confined to one thread.
 */
interface Refinement {

  /** Returns how many rows the next run needs; 0 once it is done. */
  int rows();

  /**
   * Returns which present row a next row continues.
   *
   * @param row from 0
   */
  default int parent(int row) {
    return row;
  }

  /**
   * Returns a row's canvas for the next run.
   *
   * @param row from 0
   */
  Canvas canvas(int row);

  /**
   * Looks at what the model says about the canvases, and changes them.
   *
   * @param output the last run's answer
   * @param firstRow which of its rows is this one's row 0
   */
  void refine(ParallelOutput output, int firstRow);

  /** Returns the canvases, the best one first; at least one, whether it is done or not. */
  List<FilledCanvas> canvases();
}
