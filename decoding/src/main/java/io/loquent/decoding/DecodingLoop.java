package io.loquent.decoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Drives the searches of a batch over one {@link DecodingState}: each step is one run of the model
 * for all of them. The rows of the state are those of the first search, then those of the second,
 * and so on. A finished search leaves the batch, and the searches of another batch may join it.
 * Confined to one thread.
 */
public final class DecodingLoop implements BatchLoop {

  private final DecodingState state;
  private final BiConsumer<Generation, Throwable> failures;

  /** Those that take part; finished ones are dropped before the next run. */
  private final List<SearchRows> searches = new ArrayList<>();

  private int[] parents;
  private int[] tokens;
  private int[] counts;
  private boolean started;

  /** Whether the last run appended several tokens to a row. */
  private boolean drafted;

  /**
   * Lays the searches out over a state.
   *
   * @param state opened with the rows of the searches' prompts, in their order; closed with this
   *     loop
   * @param searches at least one, none of which has chosen yet
   * @param failures is told when a search fails to choose, because of a callback of its request for
   *     instance; that search leaves the batch, and the others go on
   */
  public DecodingLoop(
      DecodingState state,
      List<? extends Search> searches,
      BiConsumer<Generation, Throwable> failures) {
    this.state = state;
    this.failures = failures;
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
    counts = new int[rows];
  }

  @Override
  public boolean step() {
    if (!started) {
      while (!allFinished() && !prefill(Integer.MAX_VALUE)) {
        // The next part of the prompts.
      }
    } else if (!allFinished()) {
      choose(append());
    }
    return !allFinished();
  }

  @Override
  public boolean prefill(int mostPositions) {
    if (!started) {
      ask();
      StepOutput output = state.startPart(mostPositions);
      if (output != null) {
        started = true;
        choose(output);
      }
    }
    return started;
  }

  @Override
  public boolean absorb(BatchLoop batch) {
    int ownRows = state.rows();
    if (!(batch instanceof DecodingLoop other)
        || !started
        || !other.started
        || !state.absorb(other.state)) {
      return false;
    }
    for (SearchRows rows : other.searches) {
      rows.firstRow += ownRows;
      searches.add(rows);
    }
    other.searches.clear();
    return true;
  }

  @Override
  public void close() {
    state.close();
  }

  private void choose(StepOutput output) {
    for (int i = 0; i < searches.size(); i++) {
      SearchRows rows = searches.get(i);
      try {
        rows.choose(output);
      } catch (RuntimeException | Error e) {
        rows.failed = true;
        failures.accept(rows.search, e);
      }
    }
    if (drafted) {
      drafted = false;
      rollback();
    }
  }

  private void rollback() {
    Arrays.fill(counts, 0, state.rows(), 0);
    for (int i = 0; i < searches.size(); i++) {
      searches.get(i).writeRejected(counts);
    }
    state.rollback(counts);
  }

  /** Tells the state what the searches will read of the next run. */
  private void ask() {
    boolean logits = false;
    boolean probabilities = false;
    int best = 0;
    for (int i = 0; i < searches.size(); i++) {
      SearchRows rows = searches.get(i);
      if (rows.count() > 0) {
        int wanted = rows.search.bestWanted();
        logits |= wanted == 0;
        probabilities |= rows.search.probabilitiesWanted();
        best = Math.max(best, wanted);
      }
    }
    state.ask(logits, probabilities, best);
  }

  private StepOutput append() {
    for (int i = 0; i < searches.size(); i++) {
      // Rows for guesses have to be copied first, which is part of what guessing takes.
      searches.get(i).search.drafts().runBegins();
    }
    gather();
    ask();
    int all = 0;
    for (int i = 0; i < searches.size(); i++) {
      all += searches.get(i).writeCounts(counts, state);
    }
    StepOutput output = append(all);
    for (int i = 0; i < searches.size(); i++) {
      searches.get(i).search.drafts().runEnded();
    }
    return output;
  }

  private StepOutput append(int all) {
    if (all == state.rows()) {
      for (int i = 0; i < searches.size(); i++) {
        searches.get(i).writeTokens(tokens);
      }
      return state.append(tokens);
    }
    if (all > tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.max(all, 2 * tokens.length));
    }
    int next = 0;
    for (int i = 0; i < searches.size(); i++) {
      searches.get(i).writeTokens(tokens, next, counts);
      next = searches.get(i).end(next, counts);
    }
    StepOutput output = state.append(tokens, counts);
    drafted = true;
    return output;
  }

  /** Moves the state's rows to where the next run needs them. */
  private void gather() {
    dropFinished();
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

  /** The last search takes the place of one that is dropped, so that no other row moves. */
  private void dropFinished() {
    for (int i = searches.size() - 1; i >= 0; i--) {
      if (searches.get(i).count() == 0) {
        SearchRows last = searches.remove(searches.size() - 1);
        if (i < searches.size()) {
          searches.set(i, last);
        }
      }
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
      tokens = Arrays.copyOf(tokens, Math.max(tokens.length, parents.length));
      counts = Arrays.copyOf(counts, parents.length);
    }
  }

  private boolean allFinished() {
    for (int i = 0; i < searches.size(); i++) {
      if (searches.get(i).count() > 0) {
        return false;
      }
    }
    return true;
  }
}
