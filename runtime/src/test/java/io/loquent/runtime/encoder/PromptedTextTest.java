package io.loquent.runtime.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.spi.TokenizedText;
import org.junit.jupiter.api.Test;

class PromptedTextTest {

  @Test
  void a_prompt_ends_before_the_space_at_its_end() {
    PromptedText text = PromptedText.of("query:  ", " A b", false);
    assertThat(text.read()).isEqualTo("query:   A b");
    assertThat(text.promptEnd()).isEqualTo(6);
    assertThat(PromptedText.of("", "A", false).promptEnd()).isZero();
  }

  @Test
  void lower_case_keeps_offsets() {
    assertThat(PromptedText.of("", "\u0130STANBUL \uD801\uDC00", true).read())
        .hasSize(11)
        .endsWith("stanbul \uD801\uDC28");
  }

  @Test
  void tokens_of_the_prompt_stand_in_no_text() {
    PromptedText text = PromptedText.of("q: ", "ab c", false);
    TokenizedText tokens =
        new TokenizedText(
            new int[] {2, 10, 11, 12, 3},
            new int[5],
            new int[] {-1, 0, 0, 0, -1},
            new int[] {-1, 0, 1, 2, -1},
            // The first word has the space before it, as byte-level tokens do.
            new int[] {0, 0, 2, 6, 0},
            new int[] {0, 2, 5, 7, 0});
    assertThat(text.promptTokens(tokens)).containsExactly(1);
    TokenizedText inText = text.inText(tokens);
    assertThat(inText.isSpecial(1)).isTrue();
    assertThat(inText.start(2)).isZero();
    assertThat(inText.end(2)).isEqualTo(2);
    assertThat(inText.start(3)).isEqualTo(3);
    assertThat(inText.end(3)).isEqualTo(4);
    assertThat(inText.ids()).containsExactly(tokens.ids());
  }
}
