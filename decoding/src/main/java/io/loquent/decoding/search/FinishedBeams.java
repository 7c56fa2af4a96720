package io.loquent.decoding.search;

import io.loquent.EarlyStopping;
import io.loquent.FinishReason;
import io.loquent.decoding.Hypothesis;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The best finished hypotheses of a beam search or of one of its groups, and the rule that says
 * when no better ones can be expected (Hugging Face {@code _update_finished_beams} and {@code
 * _check_early_stop_heuristic}; the same rules as in the older {@code BeamHypotheses}).
 */
final class FinishedBeams {

  private final int room;
  private final BeamSettings settings;

  private final boolean newestFirst;

  /** Best first. */
  private final List<Entry> entries;

  /**
   * Creates an empty list.
   *
   * @param room how many hypotheses are kept
   * @param settings length penalty and finish rule
   * @param newestFirst whether of equals the newer one is the better, as in the older searches
   */
  FinishedBeams(int room, BeamSettings settings, boolean newestFirst) {
    this.newestFirst = newestFirst;
    this.room = room;
    this.settings = settings;
    entries = new ArrayList<>(room + 1);
  }

  /**
   * Adds a hypothesis if it is among the best.
   *
   * @param total the sum of its log-probabilities
   * @param path its tokens, at least one
   * @param reason why it ended
   */
  void add(double total, @Nullable TokenPath path, FinishReason reason) {
    double score = penalized(total, TokenPath.lengthOf(path));
    if (entries.size() == room && score <= entries.get(room - 1).score()) {
      return;
    }
    int index = entries.size();
    while (index > 0 && isBetter(score, entries.get(index - 1).score())) {
      index--;
    }
    entries.add(index, new Entry(score, path, reason));
    if (entries.size() > room) {
      entries.remove(room);
    }
  }

  /**
   * Says whether the search may end.
   *
   * @param bestTotal the best sum of log-probabilities among what could still become a hypothesis
   * @param length how many tokens that has
   */
  boolean isDone(double bestTotal, int length) {
    if (entries.size() < room) {
      return false;
    }
    if (settings.earlyStopping() == EarlyStopping.TRUE) {
      return true;
    }
    boolean longest =
        settings.earlyStopping() == EarlyStopping.NEVER && settings.lengthPenalty() > 0;
    double attainable = penalized(bestTotal, longest ? settings.maxNewTokens() : length);
    return attainable <= entries.get(room - 1).score();
  }

  int size() {
    return entries.size();
  }

  /** Returns the longest path that a path and all hypotheses go along. */
  @Nullable TokenPath common(@Nullable TokenPath path) {
    TokenPath common = path;
    for (Entry entry : entries) {
      common = TokenPath.common(common, entry.path());
    }
    return common;
  }

  /** Returns the hypotheses, best first. */
  List<Hypothesis> hypotheses() {
    List<Hypothesis> hypotheses = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      hypotheses.add(new Hypothesis(TokenPath.tokens(entry.path()), entry.score(), entry.reason()));
    }
    return hypotheses;
  }

  private boolean isBetter(double score, double older) {
    return newestFirst ? score >= older : score > older;
  }

  private double penalized(double total, int length) {
    return total / Math.pow(length, settings.lengthPenalty());
  }

  /** A finished hypothesis. */
  private record Entry(double score, @Nullable TokenPath path, FinishReason reason) {}
}
