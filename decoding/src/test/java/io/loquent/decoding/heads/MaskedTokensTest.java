package io.loquent.decoding.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.InferenceException;
import io.loquent.decoding.heads.MaskedTokens.Scored;
import java.util.List;
import org.junit.jupiter.api.Test;

class MaskedTokensTest {

  /** Probabilities 0.1, 0.4, 0.2, 0.2 and 0.1, however far all of them are moved. */
  private static final float[] LOGITS = {
    log(0.1) + 7, log(0.4) + 7, log(0.2) + 7, log(0.2) + 7, log(0.1) + 7
  };

  private static float log(double probability) {
    return (float) Math.log(probability);
  }

  private static void assertScored(List<Scored> found, int[] ids, double... probabilities) {
    assertThat(found.stream().mapToInt(Scored::id)).containsExactly(boxed(ids));
    for (int i = 0; i < ids.length; i++) {
      assertThat(found.get(i).probability()).isCloseTo(probabilities[i], within(1e-6));
    }
  }

  private static Integer[] boxed(int[] ids) {
    return java.util.Arrays.stream(ids).boxed().toArray(Integer[]::new);
  }

  @Test
  void the_best_tokens_come_in_order_and_equal_ones_by_id() {
    assertScored(MaskedTokens.best(LOGITS, 3), new int[] {1, 2, 3}, 0.4, 0.2, 0.2);
  }

  @Test
  void more_tokens_than_there_are_is_all_of_them() {
    assertScored(MaskedTokens.best(LOGITS, 99), new int[] {1, 2, 3, 0, 4}, 0.4, 0.2, 0.2, 0.1, 0.1);
  }

  @Test
  void some_tokens_keep_their_probability_among_all() {
    assertScored(MaskedTokens.best(LOGITS, 5, new int[] {4, 3}), new int[] {3, 4}, 0.2, 0.1);
    assertScored(MaskedTokens.best(LOGITS, 1, new int[] {4, 0}), new int[] {0}, 0.1);
  }

  @Test
  void impossible_tokens_are_left_out() {
    float[] logits = {0, Float.NEGATIVE_INFINITY, 0};
    assertScored(MaskedTokens.best(logits, 3), new int[] {0, 2}, 0.5, 0.5);
  }

  @Test
  void what_is_not_a_number_is_an_error() {
    float[] logits = {0, Float.NaN, 0};
    assertThatThrownBy(() -> MaskedTokens.best(logits, 1)).isInstanceOf(InferenceException.class);
  }

  @Test
  void a_scored_token_is_hidden_alone() {
    int[] words = {-1, 0, 0, 0, 1, -1};
    assertThat(MaskedTokens.hiddenFor(1, words, false)).containsExactly(1);
    assertThat(MaskedTokens.hiddenFor(4, words, false)).containsExactly(4);
  }

  @Test
  void what_follows_in_the_same_word_is_hidden_with_it_if_asked() {
    int[] words = {-1, 0, 0, 0, 1, -1};
    assertThat(MaskedTokens.hiddenFor(1, words, true)).containsExactly(1, 2, 3);
    assertThat(MaskedTokens.hiddenFor(2, words, true)).containsExactly(2, 3);
    assertThat(MaskedTokens.hiddenFor(3, words, true)).containsExactly(3);
    assertThat(MaskedTokens.hiddenFor(4, words, true)).containsExactly(4);
  }
}
