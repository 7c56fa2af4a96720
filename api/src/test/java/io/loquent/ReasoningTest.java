package io.loquent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReasoningTest {

  @ParameterizedTest
  @CsvSource({
    "'<think>why</think>yes', why, yes",
    "'<think>\n why\n</think>\n\nyes ', why, 'yes '",
    "'why</think> yes', why, yes",
    "'<think>still', still, ''",
    "'well <think>a</think>b', a, 'well b'",
    "'a</think>b<think>c</think>', a, 'b<think>c</think>'",
    "'<think></think>yes', '', yes"
  })
  void takesReasoningAndAnswerApart(String text, String reasoning, String answer) {
    assertThat(Reasoning.split(text, "<think>", "</think>"))
        .contains(new Reasoning(reasoning, answer));
  }

  @Test
  void findsNoneInAPlainText() {
    assertThat(Reasoning.split("yes", "<think>", "</think>")).isEmpty();
    assertThat(Reasoning.split("", "<think>", "</think>")).isEmpty();
  }
}
