package io.loquent.decoding;

import java.util.Arrays;
import java.util.List;

/**
 * Drives the searches of a batch over one {@link DecodingState}: each step is one run of the model
 * for all of them. The rows of the state are those of the first search, then those of the second,
 * and so on; a finished search leaves the batch. Confined to one thread.
 */
public final class DecodingLoop implements AutoCloseable {

  private final DecodingState state;
  private final Search[] searches;

  /** Where a search's rows begin in the state now. */
  private final int[] firstRow;

  /** Whether a search's rows are already those of its next run, because that run did not end. */
  private final boolean[] gathered;

  private final int[] runs;
  private int[] parents;
  private int[] tokens;
  private boolean started;

  /**
   * Lays the searches out over a state.
   *
   * @param state opened with the rows of the searches' prompts, in their order; closed with this
   *     loop
   * @param searches at least one, none of which has chosen yet
   */
  public DecodingLoop(DecodingState state, List<? extends Search> searches) {
    this.state = state;
    this.searches = searches.toArray(new Search[0]);
    int count = this.searches.length;
    firstRow = new int[count];
    gathered = new boolean[count];
    runs = new int[count];
    int rows = 0;
    for (int i = 0; i < count; i++) {
      firstRow[i] = rows;
      rows += this.searches[i].promptRows();
    }
    if (rows != state.rows()) {
      throw new IllegalArgumentException(
          "the searches start with " + rows + " rows, but the state has " + state.rows());
    }
    parents = new int[rows];
    tokens = new int[rows];
  }

  /**
   * Runs the model once and lets every search that is not finished choose; the first step runs it
   * over the prompts. May be called again after a {@link RunInterruptedException}: what the
   * searches have chosen is not lost.
   *
   * @return false once all searches are finished
   * @throws RunInterruptedException if the run was stopped from outside; the searches are as they
   *     were before the step
   */
  public boolean step() {
    if (allFinished()) {
      return false;
    }
    StepOutput output = started ? append() : state.start();
    started = true;
    for (int i = 0; i < searches.length; i++) {
      gathered[i] = false;
      if (!searches[i].isFinished()) {
        runs[i]++;
        searches[i].choose(output, firstRow[i]);
      }
    }
    return !allFinished();
  }

  /**
   * Returns how many runs of the model a search took part in.
   *
   * @param search its index in the list
   * @return runs that came to their end
   */
  public int runs(int search) {
    return runs[search];
  }

  /** Closes the state. May be called repeatedly. */
  @Override
  public void close() {
    state.close();
  }

  private StepOutput append() {
    gather();
    int row = 0;
    for (Search search : searches) {
      int count = rowsOf(search);
      if (count > 0) {
        System.arraycopy(search.tokens(), 0, tokens, row, count);
      }
      row += count;
    }
    return state.append(tokens);
  }

  /** Moves the state's rows to where the next run needs them. */
  private void gather() {
    int rows = 0;
    for (Search search : searches) {
      rows += rowsOf(search);
    }
    reserve(rows);
    boolean inPlace = rows == state.rows();
    int row = 0;
    for (int i = 0; i < searches.length; i++) {
      Search search = searches[i];
      int count = rowsOf(search);
      for (int j = 0; j < count; j++) {
        int parent = firstRow[i] + (gathered[i] ? j : search.parents()[j]);
        inPlace &= parent == row + j;
        parents[row + j] = parent;
      }
      row += count;
    }
    if (!inPlace) {
      state.gather(parents, rows);
    }
    layOut();
  }

  /** Takes note of where the rows are after a gather. */
  private void layOut() {
    int row = 0;
    for (int i = 0; i < searches.length; i++) {
      firstRow[i] = row;
      gathered[i] = true;
      row += rowsOf(searches[i]);
    }
  }

  private static int rowsOf(Search search) {
    return search.isFinished() ? 0 : search.rows();
  }

  private void reserve(int rows) {
    if (rows > parents.length) {
      parents = Arrays.copyOf(parents, Math.max(rows, 2 * parents.length));
      tokens = Arrays.copyOf(tokens, parents.length);
    }
  }

  private boolean allFinished() {
    for (Search search : searches) {
      if (!search.isFinished()) {
        return false;
      }
    }
    return true;
  }
}
