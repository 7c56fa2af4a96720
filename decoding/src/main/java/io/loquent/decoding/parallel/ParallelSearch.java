package io.loquent.decoding.parallel;

import io.loquent.decoding.Generation;

/**
 * One request's way of filling canvases. It owns some neighbouring rows of a {@link ParallelState},
 * at first one. Confined to one thread.
 *
 * <p>The protocol, driven by {@link ParallelLoop}: {@link #begin} once; then, while not finished (a
 * finished search has no rows), {@link #rows}, {@link #parents} and {@link #canvas} describe the
 * next run, and {@link #choose} receives its output.
 */
public interface ParallelSearch extends Generation {

  /**
   * Returns how many rows the search has at the start: one for its prompt, and one for the prompt
   * without its condition in classifier-free guidance.
   *
   * @return 1 or 2
   */
  default int promptRows() {
    return 1;
  }

  /**
   * Looks at what is known without a canvas, and makes the first canvases.
   *
   * @param encoded what {@link ParallelState#encode} said
   * @param row which of its rows is this search's row 0
   */
  void begin(ParallelOutput encoded, int row);

  /**
   * Looks at what the model says about the canvases, and changes them.
   *
   * @param output the last run's answer
   * @param firstRow which of its rows is this search's row 0
   */
  void choose(ParallelOutput output, int firstRow);

  /**
   * Returns how many rows the next run needs.
   *
   * @return at least 1 unless finished
   */
  int rows();

  /**
   * Returns which present row each next row continues.
   *
   * @return row numbers of this search, from 0; valid for the first {@link #rows} entries until the
   *     next {@link #choose}
   */
  int[] parents();

  /**
   * Returns a row's canvas for the next run.
   *
   * @param row from 0
   * @return valid until the next {@link #choose}
   */
  Canvas canvas(int row);

  /**
   * Returns the first result as it would be if it ended now, unknown slots included: what is shown
   * while it fills.
   *
   * @return vocabulary ids, the prompt left out
   */
  int[] provisional();
}
