package io.loquent.decoding.search;

import static io.loquent.decoding.Runs.ids;
import static io.loquent.decoding.Runs.run;
import static io.loquent.decoding.Runs.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.FinishReason;
import io.loquent.InvalidRequestException;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.ScriptedModel;
import io.loquent.spi.Tokenizer;
import java.util.List;
import org.junit.jupiter.api.Test;

class StopStringsTest {

  private static final Tokenizer TOKENIZER =
      new CharTokenizer("<s>", "a", "b", "c", "ab", "bca", "", "cab b");

  /** A model that says the given ids, whatever the prompt was. */
  private static ScriptedModel.Script saying(int... ids) {
    return tokens -> {
      float[] logits = new float[8];
      logits[ids[Math.min(tokens.size() - 1, ids.length - 1)]] = 9;
      return logits;
    };
  }

  private static Hypothesis generate(List<String> stops, int prompt, int... says) {
    return run(
            saying(says),
            setup(
                8,
                new int[] {prompt},
                TOKENIZER,
                request -> request,
                "stop_strings",
                stops,
                "max_new_tokens",
                says.length))
        .get(0);
  }

  @Test
  void stops_at_the_first_stop_string_even_across_tokens() {
    Hypothesis best = generate(List.of("zz", "bc"), 1, 1, 1, 2, 3, 1, 1);

    assertThat(ids(best)).containsExactly(1, 1, 2, 3);
    assertThat(best.finishReason()).isEqualTo(FinishReason.STOP_STRING);
  }

  @Test
  void a_stop_string_may_begin_and_end_inside_tokens() {
    assertThat(ids(generate(List.of("bb"), 1, 1, 4, 5, 1, 1))).containsExactly(1, 4, 5);
    assertThat(ids(generate(List.of("ab"), 1, 1, 7, 1))).containsExactly(1, 7);
  }

  @Test
  void tokens_without_text_do_not_hide_a_stop_string() {
    int[] says = new int[60];
    java.util.Arrays.fill(says, 6);
    says[1] = 1;
    says[40] = 0;
    says[50] = 2;

    assertThat(ids(generate(List.of("ab"), 3, says))).hasSize(51);
  }

  @Test
  void the_prompt_is_not_searched() {
    Hypothesis best = generate(List.of("ab"), 1, 2, 2, 3);

    assertThat(ids(best)).containsExactly(2, 2, 3);
    assertThat(best.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
  }

  @Test
  void stop_strings_without_a_tokenizer_are_refused() {
    assertThatThrownBy(() -> run(saying(1), setup(8, new int[] {1}, "stop_strings", List.of("a"))))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("tokenizer")
        .hasMessageContaining("eos_token_id");
  }

  @Test
  void a_beam_ends_at_a_stop_string() {
    List<Hypothesis> results =
        run(
            ScriptedModel.hashed(2, 8, 2),
            setup(
                8,
                new int[] {1},
                TOKENIZER,
                request -> request,
                "stop_strings",
                List.of("b"),
                "num_beams",
                3,
                "num_return_sequences",
                3,
                "max_new_tokens",
                6));

    for (Hypothesis hypothesis : results) {
      int[] ids = ids(hypothesis).stream().mapToInt(Integer::intValue).toArray();
      int last = ids.length - 1;
      String before = TOKENIZER.decode(java.util.Arrays.copyOf(ids, last), true);
      assertThat(before).doesNotContain("b");
      assertThat(TOKENIZER.decode(ids, true).contains("b"))
          .isEqualTo(hypothesis.finishReason() == FinishReason.STOP_STRING);
    }
    assertThat(results)
        .anyMatch(hypothesis -> hypothesis.finishReason() == FinishReason.STOP_STRING);
  }

  @Test
  void finds_the_earliest_stop_string() {
    assertThat(StopStrings.indexOfFirst("one two three", List.of("three", "two"))).isEqualTo(4);
    assertThat(StopStrings.indexOfFirst("one", List.of("two", ""))).isEqualTo(-1);
  }

  @Test
  void holds_back_what_may_become_a_stop_string() {
    assertThat(StopStrings.heldBack("Hello <", List.of("</s>", "###"))).isEqualTo(1);
    assertThat(StopStrings.heldBack("Hello </s", List.of("</s>", "###"))).isEqualTo(3);
    assertThat(StopStrings.heldBack("abab", List.of("babx"))).isEqualTo(3);
    assertThat(StopStrings.heldBack("Hello", List.of("</s>"))).isZero();
    assertThat(StopStrings.heldBack("", List.of("</s>"))).isZero();
    assertThat(StopStrings.heldBack("text", List.of())).isZero();
  }
}
