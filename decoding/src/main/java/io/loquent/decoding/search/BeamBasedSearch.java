package io.loquent.decoding.search;

import io.loquent.FinishReason;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchSetup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the beam searches have in common: the outside, and the end. */
abstract class BeamBasedSearch implements Search {

  final StopConditions stops;
  final BeamSettings settings;
  private final SettledTokens settled = new SettledTokens();
  private final int[] parents;
  private final int[] tokens;
  private int rows = 1;
  private int generated;
  private @Nullable List<Hypothesis> results;

  BeamBasedSearch(SearchSetup setup) {
    stops = new StopConditions(setup);
    settings = BeamSettings.of(setup.options(), stops);
    parents = new int[settings.beams()];
    tokens = new int[settings.beams()];
  }

  /** Makes hypotheses of the running beams, which have at least one token, and concludes. */
  abstract void close(FinishReason reason);

  /** Returns how many tokens the running beams have generated. */
  final int generated() {
    return generated;
  }

  /** Counts a step, and forgets the rows of the run before. */
  final void startNextRows() {
    generated++;
    rows = 0;
  }

  /** Adds a row to the next run. */
  final void addRow(int parent, int token) {
    parents[rows] = parent;
    tokens[rows] = token;
    rows++;
  }

  /** Takes note of the path that all hypotheses go along by now. */
  final void settle(@Nullable TokenPath common) {
    settled.settle(common);
  }

  /** Ends the search. */
  final void conclude(List<Hypothesis> hypotheses) {
    int count = Math.min(settings.returned(), hypotheses.size());
    results = List.copyOf(hypotheses.subList(0, count));
    rows = 0;
  }

  @Override
  public final boolean isFinished() {
    return results != null;
  }

  @Override
  public final void finish(FinishReason reason) {
    if (results != null) {
      return;
    }
    if (generated == 0) {
      conclude(List.of(new Hypothesis(List.of(), 0, reason)));
    } else {
      close(reason);
    }
  }

  @Override
  public final int rows() {
    return rows;
  }

  @Override
  public final int[] parents() {
    return parents;
  }

  @Override
  public final int[] tokens() {
    return tokens;
  }

  @Override
  public final int settled() {
    return results == null ? settled.size() : results.get(0).tokens().size();
  }

  @Override
  public final ChosenToken token(int index) {
    return results == null ? settled.get(index) : results.get(0).tokens().get(index);
  }

  @Override
  public final List<Hypothesis> results() {
    if (results == null) {
      throw new IllegalStateException("the search is not finished; there is no result yet");
    }
    return results;
  }
}
