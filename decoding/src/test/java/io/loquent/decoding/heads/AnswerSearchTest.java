package io.loquent.decoding.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.InferenceException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AnswerSearchTest {

  private static final AnswerSearch TOKENS = new AnswerSearch(1, 15, false, false);

  /** The natural logarithms of some weights, so that probabilities are weight by sum of weights. */
  private static float[] log(double... weights) {
    float[] logits = new float[weights.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(weights[i]);
    }
    return logits;
  }

  private static SpanLogits window(int first, float[] starts, float[] ends) {
    return new SpanLogits(first, starts, ends, 0, 0);
  }

  /** Tokens of one letter each, in words of two. */
  private static TextTokens tokens(int size) {
    int[] words = new int[size];
    int[] starts = new int[size];
    int[] ends = new int[size];
    Arrays.setAll(words, token -> token / 2);
    Arrays.setAll(starts, token -> token);
    Arrays.setAll(ends, token -> token + 1);
    return TextTokens.of("abcdefghij".substring(0, size), words, starts, ends);
  }

  private static List<String> spans(AnswerSearch.Found found) {
    return found.spans().stream()
        .map(span -> span.first() + "-" + span.last())
        .collect(Collectors.toList());
  }

  @Test
  void the_score_is_the_probability_of_the_start_times_that_of_the_end() {
    AnswerSearch.Found found =
        TOKENS.search(List.of(window(0, log(1, 5, 2), log(1, 2, 7))), tokens(3));
    assertThat(spans(found)).containsExactly("1-2");
    assertThat(found.spans().get(0).score()).isEqualTo(5 / 8.0 * 7 / 10.0, within(1e-6));
    assertThat(found.spans().get(0).start()).isEqualTo(1);
    assertThat(found.spans().get(0).end()).isEqualTo(3);
  }

  @Test
  void an_answer_does_not_end_before_it_starts() {
    AnswerSearch.Found found =
        TOKENS.search(List.of(window(0, log(1, 1, 9), log(9, 1, 2))), tokens(3));
    assertThat(spans(found)).containsExactly("2-2");
  }

  @Test
  void an_answer_is_not_too_long() {
    float[] starts = log(9, 1, 1, 1);
    float[] ends = log(1, 2, 1, 9);
    AnswerSearch.Found found =
        new AnswerSearch(2, 2, false, false).search(List.of(window(0, starts, ends)), tokens(4));
    assertThat(spans(found)).containsExactly("0-1", "0-0");
  }

  @Test
  void several_answers_are_ordered_by_score_and_equal_ones_by_place() {
    float[] starts = log(1, 4, 1, 4);
    float[] ends = log(1, 4, 1, 4);
    AnswerSearch.Found found =
        new AnswerSearch(4, 15, false, false).search(List.of(window(0, starts, ends)), tokens(4));
    assertThat(spans(found)).containsExactly("1-1", "1-3", "3-3", "0-1");
  }

  @Test
  void no_answers_that_do_not_exist_fill_up_a_result() {
    AnswerSearch.Found found =
        new AnswerSearch(9, 15, false, false)
            .search(List.of(window(0, log(1, 1), log(1, 1))), tokens(2));
    assertThat(spans(found)).containsExactlyInAnyOrder("0-0", "0-1", "1-1");
  }

  @Test
  void whole_words_have_the_same_answer_once_with_its_best_score() {
    float[] starts = log(1, 6, 1, 1);
    float[] ends = log(1, 1, 1, 6);
    AnswerSearch.Found found =
        new AnswerSearch(3, 15, true, false).search(List.of(window(0, starts, ends)), tokens(4));
    assertThat(
            found.spans().stream()
                .map(span -> span.start() + "-" + span.end())
                .collect(Collectors.toList()))
        .containsExactly("0-4", "0-2", "2-4");
    assertThat(spans(found)).containsExactly("1-3", "1-1", "2-3");
    assertThat(found.spans().get(0).score()).isEqualTo(36 / 81.0, within(1e-6));
  }

  @Test
  void windows_are_compared_and_what_they_share_is_found_once() {
    SpanLogits first = window(0, log(1, 1, 2), log(1, 1, 3));
    SpanLogits second = window(2, log(4, 1, 1), log(5, 1, 1));
    AnswerSearch.Found found =
        new AnswerSearch(3, 15, false, false).search(List.of(first, second), tokens(5));
    assertThat(spans(found)).containsExactly("2-2", "2-3", "2-4");
    // Token 2 counts once, with its best logits: starts 1 1 4 1 1, ends 1 1 5 1 1.
    assertThat(found.spans().get(0).score()).isEqualTo(4 / 8.0 * 5 / 9.0, within(1e-6));
  }

  @Test
  void no_answer_goes_from_one_window_to_another() {
    SpanLogits first = window(0, log(9, 1), log(1, 1));
    SpanLogits second = window(2, log(1, 1), log(1, 9));
    AnswerSearch.Found found = TOKENS.search(List.of(first, second), tokens(4));
    assertThat(spans(found)).isNotEqualTo(List.of("0-3"));
    assertThat(found.spans().get(0).logit()).isEqualTo(Math.log(9), within(1e-6));
  }

  @Test
  void no_answer_takes_its_share_only_if_it_is_possible() {
    SpanLogits window =
        new SpanLogits(0, log(3, 1), log(1, 3), (float) Math.log(4), (float) Math.log(2));
    AnswerSearch.Found always = TOKENS.search(List.of(window), tokens(2));
    AnswerSearch.Found perhaps =
        new AnswerSearch(1, 15, false, true).search(List.of(window), tokens(2));
    assertThat(always.spans().get(0).score()).isEqualTo(9 / 16.0, within(1e-6));
    assertThat(perhaps.spans().get(0).score()).isEqualTo(3 / 8.0 * 3 / 6.0, within(1e-6));
    assertThat(always.noAnswerScore()).isEqualTo(4 / 8.0 * 2 / 6.0, within(1e-6));
    assertThat(perhaps.noAnswerScore()).isEqualTo(always.noAnswerScore());
    assertThat(perhaps.nullScoreDifference()).isEqualTo(Math.log(8 / 9.0), within(1e-6));
  }

  @Test
  void the_window_that_is_surest_of_an_answer_says_whether_there_is_one() {
    SpanLogits without = new SpanLogits(0, log(1), log(1), 5, 5);
    SpanLogits with = new SpanLogits(1, log(4), log(4), -5, -5);
    AnswerSearch.Found found = TOKENS.search(List.of(without, with), tokens(2));
    assertThat(found.nullScoreDifference()).isEqualTo(-10 - Math.log(16), within(1e-6));
  }

  @Test
  void a_context_of_white_space_has_no_answer() {
    TextTokens blank = TextTokens.of("  ", new int[] {0}, new int[] {0}, new int[] {2});
    AnswerSearch.Found found = TOKENS.search(List.of(window(0, log(1), log(1))), blank);
    assertThat(found.spans()).isEmpty();
    assertThat(found.nullScoreDifference()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(found.noAnswerScore()).isEqualTo(0.25, within(1e-6));
  }

  @Test
  void overflowed_logits_are_refused() {
    assertThatThrownBy(() -> window(0, new float[] {0, Float.NaN}, log(1, 1)))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("start 1 (of 2) is NaN");
    assertThatThrownBy(() -> window(0, log(1), new float[] {Float.POSITIVE_INFINITY}))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("end 0 (of 1)");
  }
}
