package io.loquent.decoding.heads;

import io.loquent.encoder.AggregationStrategy;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns the scores of tokens into labelled spans, as Hugging Face's token classification pipeline
 * does. Immutable and thread-safe.
 */
public final class TagAggregation {

  private final List<String> labels;
  private final TagScheme scheme;

  /**
   * Reads the labels' prefixes.
   *
   * @param labels the model's labels, by index
   */
  public TagAggregation(List<String> labels) {
    this.labels = List.copyOf(labels);
    scheme = TagScheme.of(labels);
  }

  /** A token or a word, with its best label. */
  private record Tagged(int label, double score, int first, int last) {}

  /**
   * Labels a text.
   *
   * @param scores {@code [tokens, labels]} probabilities
   * @param tokens the tokens
   * @param strategy how tokens are joined
   * @return spans that cover all tokens, in order, those of labels such as {@code O} too
   */
  public List<TaggedSpan> aggregate(
      double[][] scores, TextTokens tokens, AggregationStrategy strategy) {
    List<Tagged> units = new ArrayList<>();
    boolean words = strategy != AggregationStrategy.NONE && strategy != AggregationStrategy.SIMPLE;
    for (int first = 0; first < tokens.size(); first = units.get(units.size() - 1).last + 1) {
      int last = words ? tokens.lastOfWord(first) : first;
      units.add(unit(scores, first, last, strategy));
    }
    return strategy == AggregationStrategy.NONE ? asTheyAre(units) : joined(units);
  }

  private static Tagged unit(double[][] scores, int first, int last, AggregationStrategy strategy) {
    double[] decisive =
        switch (strategy) {
          case NONE, SIMPLE, FIRST -> scores[first];
          case AVERAGE -> mean(scores, first, last);
          case MAX -> surest(scores, first, last);
        };
    int label = best(decisive);
    return new Tagged(label, decisive[label], first, last);
  }

  private static double[] mean(double[][] scores, int first, int last) {
    double[] mean = new double[scores[first].length];
    for (int token = first; token <= last; token++) {
      for (int label = 0; label < mean.length; label++) {
        mean[label] += scores[token][label] / (last - first + 1);
      }
    }
    return mean;
  }

  private static double[] surest(double[][] scores, int first, int last) {
    double[] surest = scores[first];
    for (int token = first + 1; token <= last; token++) {
      if (scores[token][best(scores[token])] > surest[best(surest)]) {
        surest = scores[token];
      }
    }
    return surest;
  }

  private static int best(double[] scores) {
    int best = 0;
    for (int label = 1; label < scores.length; label++) {
      if (scores[label] > scores[best]) {
        best = label;
      }
    }
    return best;
  }

  private List<TaggedSpan> asTheyAre(List<Tagged> units) {
    List<TaggedSpan> spans = new ArrayList<>();
    for (Tagged unit : units) {
      spans.add(new TaggedSpan(labels.get(unit.label), unit.score, unit.first, unit.last));
    }
    return spans;
  }

  private List<TaggedSpan> joined(List<Tagged> units) {
    List<TaggedSpan> spans = new ArrayList<>();
    for (int from = 0; from < units.size(); ) {
      int to = from + 1;
      while (to < units.size() && goesOn(units.get(to - 1), units.get(to))) {
        to++;
      }
      List<Tagged> group = units.subList(from, to);
      spans.add(
          new TaggedSpan(
              scheme.tag(group.get(0).label).type(),
              group.stream().mapToDouble(Tagged::score).average().orElse(0),
              group.get(0).first,
              group.get(group.size() - 1).last));
      from = to;
    }
    return spans;
  }

  private boolean goesOn(Tagged before, Tagged unit) {
    TagScheme.Tag last = scheme.tag(before.label);
    TagScheme.Tag next = scheme.tag(unit.label);
    return next.type().equals(last.type()) && !next.begins() && !last.ends();
  }
}
