package io.loquent.decoding.heads;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the spans of a text that are the most probable answers (Devlin et al. 2019, "BERT", section
 * 4.2 and 4.3). Immutable and thread-safe.
 *
 * <p>Windows are compared by their logits, as evaluations of SQuAD do. To make these probabilities,
 * a token counts once, with the highest logit that a window gives it.
 *
 * @param topK how many spans are wanted, at least 1
 * @param maxTokens how long a span is at most, in tokens
 * @param wholeWords whether spans are widened to whole words
 * @param mayBeImpossible whether "no answer" takes its share of the probability
 */
public record AnswerSearch(int topK, int maxTokens, boolean wholeWords, boolean mayBeImpossible) {

  private static final Comparator<AnswerSpan> BEST_FIRST =
      Comparator.comparingDouble(AnswerSpan::logit)
          .reversed()
          .thenComparingInt(AnswerSpan::start)
          .thenComparingInt(AnswerSpan::end);

  /**
   * What was found.
   *
   * @param spans the best spans, of which no two have the same text at the same place
   * @param noAnswerScore the probability of no answer, from 0 to 1
   * @param nullScoreDifference the logits of no answer less those of the best span; positive
   *     infinity if there is no span
   */
  public record Found(List<AnswerSpan> spans, double noAnswerScore, double nullScoreDifference) {
    /**
     * Copies the list.
     *
     * @param spans the best spans
     * @param noAnswerScore the probability of no answer
     * @param nullScoreDifference the logits of no answer less those of the best span
     */
    public Found {
      spans = List.copyOf(spans);
    }
  }

  /**
   * Searches a text.
   *
   * @param windows the logits, at least one window
   * @param tokens the tokens of the text, of which the windows cover all
   * @return the best spans
   * @throws io.loquent.InferenceException if no token can be a start or an end
   */
  public Found search(List<SpanLogits> windows, TextTokens tokens) {
    SpanLogits none = windows.get(0);
    List<AnswerSpan> best = new ArrayList<>();
    for (SpanLogits window : windows) {
      none = window.none() < none.none() ? window : none;
      add(window, tokens, best);
    }
    double[] starts = unknown(tokens.size() + 1);
    double[] ends = unknown(tokens.size() + 1);
    for (SpanLogits window : windows) {
      raise(starts, window.first, window.starts);
      raise(ends, window.first, window.ends);
    }
    double norm = best.isEmpty() ? 0 : norm(starts, ends);
    starts[tokens.size()] = none.noStart;
    ends[tokens.size()] = none.noEnd;
    double normWithNone = norm(starts, ends);
    double spanNorm = mayBeImpossible ? normWithNone : norm;
    List<AnswerSpan> scored = new ArrayList<>();
    best.forEach(span -> scored.add(scored(span, spanNorm)));
    return new Found(
        scored,
        Math.exp(none.none() - normWithNone),
        best.isEmpty() ? Double.POSITIVE_INFINITY : none.none() - best.get(0).logit());
  }

  private static AnswerSpan scored(AnswerSpan span, double norm) {
    return new AnswerSpan(
        span.first(),
        span.last(),
        span.start(),
        span.end(),
        span.logit(),
        Math.exp(span.logit() - norm));
  }

  private static double norm(double[] starts, double[] ends) {
    return LogitsCheck.logSumExp(starts, "start") + LogitsCheck.logSumExp(ends, "end");
  }

  private static double[] unknown(int size) {
    double[] logits = new double[size];
    Arrays.fill(logits, Double.NEGATIVE_INFINITY);
    return logits;
  }

  private static void raise(double[] logits, int first, float[] seen) {
    for (int token = 0; token < seen.length; token++) {
      logits[first + token] = Math.max(logits[first + token], seen[token]);
    }
  }

  private void add(SpanLogits window, TextTokens tokens, List<AnswerSpan> best) {
    for (int start = 0; start < window.starts.length; start++) {
      int longest = Math.min(window.ends.length - start, maxTokens);
      for (int end = start; end < start + longest; end++) {
        double logit = (double) window.starts[start] + window.ends[end];
        if (best.size() < topK || logit >= best.get(topK - 1).logit()) {
          add(span(window.first + start, window.first + end, logit, tokens), best);
        }
      }
    }
  }

  private AnswerSpan span(int first, int last, double logit, TextTokens tokens) {
    int start = tokens.start(wholeWords ? tokens.firstOfWord(first) : first);
    int end = tokens.end(wholeWords ? tokens.lastOfWord(last) : last);
    return new AnswerSpan(first, last, start, end, logit, 0);
  }

  /** Keeps the best of the spans with the same text, and of all of them. */
  private void add(AnswerSpan span, List<AnswerSpan> best) {
    boolean possible = span.logit() > Double.NEGATIVE_INFINITY;
    if (!possible || span.start() >= span.end()) {
      return;
    }
    int same = 0;
    while (same < best.size() && !sameText(best.get(same), span)) {
      same++;
    }
    if (same < best.size()) {
      if (best.get(same).logit() >= span.logit()) {
        return;
      }
      best.remove(same);
    }
    int place = 0;
    while (place < best.size() && BEST_FIRST.compare(best.get(place), span) <= 0) {
      place++;
    }
    best.add(place, span);
    if (best.size() > topK) {
      best.remove(topK);
    }
  }

  private static boolean sameText(AnswerSpan one, AnswerSpan other) {
    return one.start() == other.start() && one.end() == other.end();
  }
}
