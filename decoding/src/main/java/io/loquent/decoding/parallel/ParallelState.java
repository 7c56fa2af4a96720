package io.loquent.decoding.parallel;

import java.util.List;

/**
 * A model for parallel decoding with the sources of a batch: its encoder's answers, and what it
 * cached of canvases. Confined to one thread at a time.
 */
public interface ParallelState extends AutoCloseable {

  /**
   * Returns the number of rows.
   *
   * @return at least 1
   */
  int rows();

  /**
   * Runs what needs no canvas, once, before everything else: the encoder, which may score lengths,
   * or for CTC and the directed acyclic Transformer the whole graph.
   *
   * @return what is known then
   * @throws io.loquent.decoding.RunInterruptedException if the run was stopped from outside; it can
   *     be repeated
   * @throws io.loquent.InferenceException if the graph fails
   */
  ParallelOutput encode();

  /**
   * Moves rows: length candidates begin as copies, finished rows leave.
   *
   * @param parents which present row each new row continues
   * @param newRows how many there are then, at least 1
   */
  void gather(int[] parents, int newRows);

  /**
   * Runs the model over one canvas per row. Canvases may be of unequal length; each row's answer is
   * as if it ran alone.
   *
   * @param canvases one for each row; all ask for whole rows, or all for parts
   * @return the answers
   * @throws io.loquent.decoding.RunInterruptedException if the run was stopped from outside; it can
   *     be repeated
   * @throws io.loquent.InferenceException if the graph fails
   */
  ParallelOutput run(List<Canvas> canvases);

  /** Frees everything. May be called repeatedly. */
  @Override
  void close();
}
