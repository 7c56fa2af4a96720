package io.loquent.decoding.heads;

import static io.loquent.encoder.AggregationStrategy.AVERAGE;
import static io.loquent.encoder.AggregationStrategy.FIRST;
import static io.loquent.encoder.AggregationStrategy.MAX;
import static io.loquent.encoder.AggregationStrategy.NONE;
import static io.loquent.encoder.AggregationStrategy.SIMPLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.encoder.AggregationStrategy;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TagAggregationTest {

  /** One-letter tokens with spaces between them, so that each is a word. */
  private static TextTokens letters(int size) {
    int[] words = new int[size];
    int[] starts = new int[size];
    int[] ends = new int[size];
    StringBuilder text = new StringBuilder();
    for (int token = 0; token < size; token++) {
      words[token] = token;
      starts[token] = text.length();
      ends[token] = text.append('x').length();
      text.append(' ');
    }
    return TextTokens.of(text.toString(), words, starts, ends);
  }

  /** Tokens of the given words without anything between them. */
  private static TextTokens pieces(int... words) {
    int[] starts = new int[words.length];
    int[] ends = new int[words.length];
    Arrays.setAll(starts, token -> token);
    Arrays.setAll(ends, token -> token + 1);
    return TextTokens.of("x".repeat(words.length), words, starts, ends);
  }

  /** Spans as type:first-last, from the labels that tokens have for sure. */
  private static String spans(String labels, String tags) {
    List<String> known = List.of(labels.split(" ", -1));
    String[] tagged = tags.split(" ", -1);
    double[][] scores = new double[tagged.length][known.size()];
    for (int token = 0; token < tagged.length; token++) {
      assertThat(known).contains(tagged[token]);
      scores[token][known.indexOf(tagged[token])] = 1;
    }
    return new TagAggregation(known)
        .aggregate(scores, letters(tagged.length), SIMPLE).stream()
            .filter(span -> !span.label().equals("O"))
            .map(span -> span.label() + ":" + span.first() + "-" + span.last())
            .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "B-PER I-PER O,                   PER:0-1",
    "B-PER B-PER I-PER,               PER:0-0 PER:1-2",
    "I-PER I-PER O I-PER,             PER:0-1 PER:3-3",
    "B-PER I-LOC I-LOC,               PER:0-0 LOC:1-2",
    "I-LOC B-LOC,                     LOC:0-0 LOC:1-1",
    "B-PER O I-PER,                   PER:0-0 PER:2-2",
    "O O O,                           ''",
    "B-PER I-PER I-PER B-LOC I-PER,   PER:0-2 LOC:3-3 PER:4-4"
  })
  void bio_labels(String tags, String expected) {
    assertThat(spans("O B-PER I-PER B-LOC I-LOC", tags)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "B-PER I-PER E-PER,               PER:0-2",
    "B-PER E-PER I-PER,               PER:0-1 PER:2-2",
    "B-PER E-PER E-PER,               PER:0-1 PER:2-2",
    "S-PER S-PER,                     PER:0-0 PER:1-1",
    "S-PER I-PER E-PER,               PER:0-0 PER:1-2",
    "B-PER S-PER,                     PER:0-0 PER:1-1",
    "B-PER B-PER E-PER,               PER:0-0 PER:1-2",
    "E-PER O I-PER E-PER,             PER:0-0 PER:2-3",
    "B-PER E-LOC,                     PER:0-0 LOC:1-1",
    "I-PER S-LOC E-LOC,               PER:0-0 LOC:1-1 LOC:2-2"
  })
  void bioes_labels(String tags, String expected) {
    String labels = "O B-PER I-PER E-PER S-PER B-LOC I-LOC E-LOC S-LOC";
    assertThat(spans(labels, tags)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "B-PER I-PER L-PER U-PER,         PER:0-2 PER:3-3",
    "U-PER L-PER,                     PER:0-0 PER:1-1",
    "B-PER L-PER B-PER L-PER,         PER:0-1 PER:2-3"
  })
  void bilou_labels(String tags, String expected) {
    assertThat(spans("O B-PER I-PER L-PER U-PER", tags)).isEqualTo(expected);
  }

  @Test
  void bmes_labels() {
    assertThat(spans("O B-PER M-PER E-PER S-PER", "B-PER M-PER M-PER E-PER M-PER S-PER"))
        .isEqualTo("PER:0-3 PER:4-4 PER:5-5");
  }

  @Test
  void labels_without_prefixes_are_types_and_neighbours_are_joined() {
    assertThat(spans("O NOUN VERB", "NOUN NOUN O VERB NOUN"))
        .isEqualTo("NOUN:0-1 VERB:3-3 NOUN:4-4");
  }

  @Test
  void letters_are_no_prefixes_where_nothing_begins_with_b() {
    assertThat(spans("O S-BAHN U-BAHN", "S-BAHN S-BAHN U-BAHN")).isEqualTo("S-BAHN:0-1 U-BAHN:2-2");
  }

  @Test
  void types_may_have_hyphens() {
    assertThat(spans("O B-x-y I-x-y", "B-x-y I-x-y")).isEqualTo("x-y:0-1");
  }

  private static List<TaggedSpan> aggregate(
      AggregationStrategy strategy, TextTokens tokens, double[]... scores) {
    return new TagAggregation(List.of("O", "B-A", "I-A", "B-C", "I-C"))
        .aggregate(scores, tokens, strategy);
  }

  private static void assertSpan(TaggedSpan span, String label, double score, int from, int to) {
    assertThat(span.label()).isEqualTo(label);
    assertThat(span.score()).isEqualTo(score, within(1e-12));
    assertThat(span.first()).isEqualTo(from);
    assertThat(span.last()).isEqualTo(to);
  }

  /** One word of three tokens with another label each, and a word of one token. */
  private static final double[][] WORD = {
    {0.1, 0.6, 0.1, 0.1, 0.1},
    {0.1, 0.1, 0.1, 0.0, 0.7},
    {0.5, 0.1, 0.0, 0.3, 0.1},
    {0.1, 0.0, 0.8, 0.0, 0.1}
  };

  @Test
  void no_aggregation_gives_each_token_with_its_own_label() {
    List<TaggedSpan> spans = aggregate(NONE, pieces(0, 0, 0, 1), WORD);
    assertThat(spans).hasSize(4);
    assertSpan(spans.get(0), "B-A", 0.6, 0, 0);
    assertSpan(spans.get(1), "I-C", 0.7, 1, 1);
    assertSpan(spans.get(2), "O", 0.5, 2, 2);
    assertSpan(spans.get(3), "I-A", 0.8, 3, 3);
  }

  @Test
  void simple_aggregation_splits_words() {
    List<TaggedSpan> spans = aggregate(SIMPLE, pieces(0, 0, 0, 1), WORD);
    assertThat(spans).hasSize(4);
    assertSpan(spans.get(0), "A", 0.6, 0, 0);
    assertSpan(spans.get(1), "C", 0.7, 1, 1);
    assertSpan(spans.get(2), "O", 0.5, 2, 2);
    assertSpan(spans.get(3), "A", 0.8, 3, 3);
  }

  @Test
  void the_first_token_decides_for_its_word() {
    List<TaggedSpan> spans = aggregate(FIRST, pieces(0, 0, 0, 1), WORD);
    assertThat(spans).hasSize(1);
    assertSpan(spans.get(0), "A", (0.6 + 0.8) / 2, 0, 3);
  }

  @Test
  void the_average_of_its_tokens_decides_for_a_word() {
    List<TaggedSpan> spans = aggregate(AVERAGE, pieces(0, 0, 0, 1), WORD);
    assertThat(spans).hasSize(2);
    assertSpan(spans.get(0), "C", 0.9 / 3, 0, 2);
    assertSpan(spans.get(1), "A", 0.8, 3, 3);
  }

  @Test
  void the_surest_of_its_tokens_decides_for_a_word() {
    List<TaggedSpan> spans = aggregate(MAX, pieces(0, 0, 0, 1), WORD);
    assertThat(spans).hasSize(2);
    assertSpan(spans.get(0), "C", 0.7, 0, 2);
    assertSpan(spans.get(1), "A", 0.8, 3, 3);
  }

  @Test
  void an_entity_has_the_mean_score_of_its_tokens() {
    List<TaggedSpan> spans =
        aggregate(
            SIMPLE,
            letters(3),
            new double[] {0.0, 0.9, 0.1, 0, 0},
            new double[] {0.4, 0.0, 0.6, 0, 0},
            new double[] {0.3, 0.0, 0.7, 0, 0});
    assertThat(spans).hasSize(1);
    assertSpan(spans.get(0), "A", (0.9 + 0.6 + 0.7) / 3, 0, 2);
  }

  @Test
  void a_text_without_tokens_has_no_spans() {
    for (AggregationStrategy strategy : AggregationStrategy.values()) {
      assertThat(aggregate(strategy, pieces())).isEmpty();
    }
  }
}
