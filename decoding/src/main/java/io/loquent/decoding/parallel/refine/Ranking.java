package io.loquent.decoding.parallel.refine;

import io.loquent.FinishReason;
import io.loquent.InferenceException;
import io.loquent.Option;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.SequenceLimits;
import io.loquent.decoding.parallel.Outcome;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.Reranker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes results of canvases, the best first: by the mean log-probability of their tokens, or by the
 * reranker where there are several to choose from. Empty ones come last, equal ones in the order in
 * which they are given. Confined to one thread.
 */
final class Ranking {

  private static final Comparator<Hypothesis> BEST_FIRST =
      Comparator.comparing((Hypothesis hypothesis) -> hypothesis.tokens().isEmpty())
          .thenComparing(Comparator.comparingDouble(Hypothesis::score).reversed());

  private final Outcome outcome;
  private final @Nullable Reranker reranker;
  private final FinishReason reasonAtMaxLength;
  private final int wanted;

  Ranking(ParallelSetup setup, Outcome outcome) {
    this.outcome = outcome;
    reranker = setup.reranker();
    reasonAtMaxLength = SequenceLimits.of(setup.search()).reasonAtMaxLength();
    wanted = setup.search().options().get(Option.NUM_RETURN_SEQUENCES).orElse(1);
  }

  /** Makes the results of canvases that are done. */
  List<Hypothesis> complete(List<FilledCanvas> canvases) {
    List<Hypothesis> results = new ArrayList<>(canvases.size());
    for (FilledCanvas canvas : canvases) {
      FinishReason reason = canvas.isLimited() ? reasonAtMaxLength : FinishReason.END_OF_SEQUENCE;
      results.add(hypothesis(canvas, reason));
    }
    return best(reranked(results));
  }

  /** Makes the results of canvases whose refinement was stopped from outside. */
  List<Hypothesis> stopped(List<FilledCanvas> canvases, FinishReason reason) {
    List<Hypothesis> results = new ArrayList<>(canvases.size());
    canvases.forEach(canvas -> results.add(hypothesis(canvas, reason)));
    return best(results);
  }

  /** Returns the canvas that would be the first result now. */
  static FilledCanvas leader(List<FilledCanvas> canvases) {
    FilledCanvas leader = canvases.get(0);
    for (FilledCanvas canvas : canvases) {
      if (leader.known().isEmpty() || (!canvas.known().isEmpty() && mean(canvas) > mean(leader))) {
        leader = canvas;
      }
    }
    return leader;
  }

  private static double mean(FilledCanvas canvas) {
    return canvas.meanLogProbability(canvas.known().size());
  }

  private Hypothesis hypothesis(FilledCanvas canvas, FinishReason reason) {
    List<ChosenToken> tokens = canvas.known();
    int end = outcome.end(tokens);
    double score = canvas.meanLogProbability(end < 0 ? tokens.size() : end);
    return outcome.stopped(tokens, score, reason);
  }

  /** Empty candidates are left out: there is nothing to score. */
  private List<Hypothesis> reranked(List<Hypothesis> candidates) {
    if (reranker == null || candidates.size() == 1) {
      return candidates;
    }
    List<int[]> scored = new ArrayList<>(candidates.size());
    for (Hypothesis candidate : candidates) {
      if (!candidate.tokens().isEmpty()) {
        scored.add(ids(candidate));
      }
    }
    if (scored.isEmpty()) {
      return candidates;
    }
    double[] scores = reranker.score(scored);
    List<Hypothesis> reranked = new ArrayList<>(candidates.size());
    int next = 0;
    for (Hypothesis candidate : candidates) {
      reranked.add(candidate.tokens().isEmpty() ? candidate : withScore(candidate, scores[next++]));
    }
    return reranked;
  }

  private static int[] ids(Hypothesis candidate) {
    return candidate.tokens().stream().mapToInt(ChosenToken::id).toArray();
  }

  private static Hypothesis withScore(Hypothesis candidate, double score) {
    if (Double.isNaN(score)) {
      throw new InferenceException(
          "the rerank model scores the candidate "
              + Arrays.toString(ids(candidate))
              + " with NaN, expected a log-probability; use a graph of higher precision, or leave"
              + " rerank_model out");
    }
    return new Hypothesis(candidate.tokens(), score, candidate.finishReason());
  }

  private List<Hypothesis> best(List<Hypothesis> results) {
    List<Hypothesis> ranked = new ArrayList<>(results);
    ranked.sort(BEST_FIRST);
    return List.copyOf(ranked.subList(0, Math.min(wanted, ranked.size())));
  }
}
