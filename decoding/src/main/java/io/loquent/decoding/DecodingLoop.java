package io.loquent.decoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Drives the searches of a batch over one {@link DecodingState}: each step is one run of the model
 * for all of them. The rows of the state are those of the first search, then those of the second,
 * and so on; a finished search leaves the batch. Confined to one thread.
 */
public final class DecodingLoop implements AutoCloseable {

  private final DecodingState state;
  private final List<SearchRows> searches = new ArrayList<>();
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
    int rows = 0;
    for (Search search : searches) {
      this.searches.add(new SearchRows(search, rows));
      rows += search.promptRows();
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
    for (int i = 0; i < searches.size(); i++) {
      searches.get(i).choose(output);
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
    return searches.get(search).runs;
  }

  /** Closes the state. May be called repeatedly. */
  @Override
  public void close() {
    state.close();
  }

  private StepOutput append() {
    gather();
    for (int i = 0; i < searches.size(); i++) {
      searches.get(i).writeTokens(tokens);
    }
    return state.append(tokens);
  }

  /** Moves the state's rows to where the next run needs them. */
  private void gather() {
    int rows = 0;
    for (int i = 0; i < searches.size(); i++) {
      rows += searches.get(i).count();
    }
    reserve(rows);
    int row = 0;
    for (int i = 0; i < searches.size(); i++) {
      searches.get(i).place(parents, row);
      row += searches.get(i).count();
    }
    if (!isInPlace(rows)) {
      state.gather(parents, rows);
    }
    row = 0;
    for (int i = 0; i < searches.size(); i++) {
      searches.get(i).settle(row);
      row += searches.get(i).count();
    }
  }

  private boolean isInPlace(int rows) {
    boolean inPlace = rows == state.rows();
    for (int row = 0; inPlace && row < rows; row++) {
      inPlace = parents[row] == row;
    }
    return inPlace;
  }

  private void reserve(int rows) {
    if (rows > parents.length) {
      parents = Arrays.copyOf(parents, Math.max(rows, 2 * parents.length));
      tokens = Arrays.copyOf(tokens, parents.length);
    }
  }

  private boolean allFinished() {
    for (int i = 0; i < searches.size(); i++) {
      if (!searches.get(i).search.isFinished()) {
        return false;
      }
    }
    return true;
  }
}
