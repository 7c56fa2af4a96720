package io.loquent.decoding.parallel.dag;

import io.loquent.InferenceException;
import io.loquent.decoding.logits.TopTokens;
import io.loquent.decoding.parallel.TokenLanguageModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A beam search over what paths say (Huang et al. 2022, section 3.3 on beam search): all beginnings
 * of one length are compared by their probability, whatever vertices they go through. Confined to
 * one thread.
 */
final class PrefixBeam {

  private static final double HALF = Math.log(0.5);

  private final DagSettings settings;
  private final DagGraph graph;
  private final PrunedGraph pruned;
  private final int maxNewTokens;
  private final boolean[] isSilent;

  /** By token: the probability that it comes next, and which of them may. */
  private final double[] next;

  private final int[] touched;
  private int touchedCount;

  private final TopTokens selection;
  private final List<Finished> finished = new ArrayList<>();

  private PrefixBeam(DagSettings settings, DagGraph graph, int maxNewTokens) {
    this.settings = settings;
    this.graph = graph;
    this.maxNewTokens = maxNewTokens;
    pruned =
        new PrunedGraph(graph, settings.search().options(), settings.search().vocabularySize());
    isSilent = new boolean[pruned.tokenCount()];
    for (int token = 0; token < isSilent.length; token++) {
      isSilent[token] = graph.tokens().isSilent(pruned.id(token));
    }
    next = new double[isSilent.length];
    Arrays.fill(next, Double.NEGATIVE_INFINITY);
    touched = new int[isSilent.length];
    selection = new TopTokens(settings.beams());
  }

  /** Returns the best outputs, best first: at least one, at most {@code settings.sequences()}. */
  static List<Result> search(DagSettings settings, DagGraph graph, int maxNewTokens) {
    PrefixBeam beam = new PrefixBeam(settings, graph, maxNewTokens);
    beam.search();
    List<Result> results = new ArrayList<>();
    for (Finished end : beam.finished) {
      results.add(beam.result(end));
    }
    return results;
  }

  private void search() {
    TokenLanguageModel language = settings.languageModel();
    List<Prefix> active =
        List.of(Prefix.empty(graph.vertices(), language == null ? 0 : language.start()));
    if (graph.end() == 0) {
      finished.add(new Finished(active.get(0), 0, false));
      return;
    }
    while (!active.isEmpty() && !isDone(active.get(0))) {
      selection.clear();
      for (int index = 0; index < active.size(); index++) {
        expand(active.get(index), index);
      }
      active = selected(active);
    }
    if (finished.isEmpty() && settings.ngramSize() == 0) {
      throw graph.noPath();
    }
    if (finished.isEmpty()) {
      throw new InferenceException(
          "no output is left: no_repeat_ngram_size of "
              + settings.ngramSize()
              + " forbids every path to the end; raise it, or num_beams, or switch it off");
    }
  }

  private void expand(Prefix prefix, int index) {
    touchedCount = 0;
    double ended = prefix.expand(pruned, graph.end(), token -> isSilent[token], this::touch);
    if (prefix.length == maxNewTokens) {
      finishAtMaxLength(prefix, ended);
    } else {
      finish(prefix, ended);
      offerContinuations(prefix, index);
    }
    for (int i = 0; i < touchedCount; i++) {
      next[touched[i]] = Double.NEGATIVE_INFINITY;
    }
  }

  private void touch(int token, double logProbability) {
    if (logProbability != Double.NEGATIVE_INFINITY) {
      if (next[token] == Double.NEGATIVE_INFINITY) {
        touched[touchedCount++] = token;
      }
      next[token] = LogSum.of(next[token], logProbability);
    }
  }

  private void offerContinuations(Prefix prefix, int index) {
    int[] before = settings.ngramSize() == 0 ? new int[0] : tokens(prefix);
    for (int i = 0; i < touchedCount; i++) {
      int token = touched[i];
      if (!Ngrams.repeats(settings.ngramSize(), before, before.length, token)) {
        double score = next[token] + weighted(languageScore(prefix, token));
        selection.offer(index, token, score);
      }
    }
  }

  private List<Prefix> selected(List<Prefix> parents) {
    selection.sort();
    List<Prefix> active = new ArrayList<>(selection.size());
    for (int rank = 0; rank < selection.size(); rank++) {
      Prefix parent = parents.get(selection.row(rank));
      int token = selection.id(rank);
      TokenLanguageModel language = settings.languageModel();
      int state = language == null ? 0 : language.next(parent.languageState, pruned.id(token));
      active.add(
          parent.followedBy(pruned, token, graph.end(), languageScore(parent, token), state));
    }
    parents.forEach(Prefix::settle);
    return active;
  }

  private double languageScore(Prefix prefix, int token) {
    TokenLanguageModel language = settings.languageModel();
    return language == null
        ? 0
        : prefix.languageScore + language.logProbability(prefix.languageState, pruned.id(token));
  }

  private double weighted(double languageScore) {
    return settings.languageModelWeight() * languageScore;
  }

  private void finish(Prefix prefix, double ended) {
    TokenLanguageModel language = settings.languageModel();
    double end = language == null ? 0 : language.endLogProbability(prefix.languageState);
    add(prefix, ended + weighted(prefix.languageScore + end), false);
  }

  /** What begins with it is cut to be it, however it goes on. */
  private void finishAtMaxLength(Prefix prefix, double ended) {
    double score = prefix.logProbability + weighted(prefix.languageScore);
    add(prefix, score, ended < prefix.logProbability + HALF);
  }

  /** Adds a result if it is among the best; of equals the earlier one is the better. */
  private void add(Prefix prefix, double total, boolean isCut) {
    if (total == Double.NEGATIVE_INFINITY) {
      return;
    }
    double score = total / Math.pow(Math.max(1, prefix.length), settings.lengthPenalty());
    int index = finished.size();
    while (index > 0 && score > finished.get(index - 1).score()) {
      index--;
    }
    if (index < settings.sequences()) {
      finished.add(index, new Finished(prefix, score, isCut));
      if (finished.size() > settings.sequences()) {
        finished.remove(finished.size() - 1);
      }
    }
  }

  /**
   * Says whether nothing that begins so can be among the best: an output is never more probable.
   */
  private boolean isDone(Prefix mostProbable) {
    if (settings.languageModel() != null || finished.size() < settings.sequences()) {
      return false;
    }
    int longest = Math.max(1, Math.min(maxNewTokens, graph.vertices()));
    int length = settings.lengthPenalty() > 0 ? longest : Math.max(1, mostProbable.length);
    double attainable = mostProbable.logProbability / Math.pow(length, settings.lengthPenalty());
    return attainable <= finished.get(finished.size() - 1).score();
  }

  private static int[] tokens(Prefix prefix) {
    int[] tokens = new int[prefix.length];
    for (Prefix at = prefix; at.parent != null; at = at.parent) {
      tokens[at.length - 1] = at.token;
    }
    return tokens;
  }

  private Result result(Finished end) {
    int[] ids = tokens(end.prefix());
    int[] vertices = new int[ids.length];
    for (Prefix at = end.prefix(); at.parent != null; at = at.parent) {
      ids[at.length - 1] = pruned.id(at.token);
      vertices[at.length - 1] = at.vertex;
    }
    return new Result(ids, vertices, end.score(), end.isCut());
  }

  private record Finished(Prefix prefix, double score, boolean isCut) {}

  /**
   * An output.
   *
   * @param tokens vocabulary ids
   * @param vertices where each token is most probably said
   * @param score what it is ranked by
   * @param isCut whether it would more probably go on than end
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Result(int[] tokens, int[] vertices, double score, boolean isCut) {}
}
