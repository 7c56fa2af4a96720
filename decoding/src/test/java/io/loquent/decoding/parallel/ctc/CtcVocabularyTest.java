package io.loquent.decoding.parallel.ctc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loquent.FrameSpan;
import io.loquent.Word;
import io.loquent.decoding.ChosenToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class CtcVocabularyTest {

  @Test
  void a_delimiter_divides_words() {
    for (String delimiter : List.of("|", " ")) {
      CtcVocabulary vocabulary = CtcVocabulary.of(List.of("", "a", delimiter, "b"));
      assertThat(vocabulary.hasWords()).isTrue();
      List<ChosenToken> tokens = tokens(2, 1, 3, 2, 0, 2, 1, 2);
      assertThat(vocabulary.text(tokens)).isEqualTo("ab a");
      assertThat(vocabulary.words(tokens)).containsExactly(word("ab", 1, 2), word("a", 6, 6));
    }
    CtcVocabulary chosen = CtcVocabulary.of(List.of("", "a", "|", "_"), 3);
    assertThat(chosen.text(tokens(1, 2, 3, 1))).isEqualTo("a| a");
  }

  @Test
  void sentence_pieces_begin_words() {
    CtcVocabulary vocabulary = CtcVocabulary.of(List.of("", "\u2581he", "y", "\u2581", "|"));
    List<ChosenToken> tokens = tokens(1, 2, 3, 2, 4, 1);
    assertThat(vocabulary.text(tokens)).isEqualTo("hey y| he");
    assertThat(vocabulary.words(tokens))
        .containsExactly(word("hey", 0, 1), word("y|", 3, 4), word("he", 5, 5));
  }

  @Test
  void phonemes_have_no_words() {
    CtcVocabulary vocabulary = CtcVocabulary.of(List.of("", "AH0", "B"));
    assertThat(vocabulary.hasWords()).isFalse();
    assertThat(vocabulary.words(tokens(1, 2))).isEmpty();
    assertThat(vocabulary.text(tokens(1, 2))).isEqualTo("AH0B");
  }

  @Test
  void a_delimiter_that_is_no_token_is_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> CtcVocabulary.of(List.of("a"), 1));
  }

  private static Word word(String text, int first, int last) {
    return new Word(text, new FrameSpan(first, last, OptionalDouble.empty()));
  }

  /** One token per frame. */
  private static List<ChosenToken> tokens(int... ids) {
    List<ChosenToken> tokens = new ArrayList<>();
    for (int id : ids) {
      FrameSpan span = new FrameSpan(tokens.size(), tokens.size(), OptionalDouble.empty());
      tokens.add(new ChosenToken(id, -1, -1, List.of(), Optional.of(span)));
    }
    return tokens;
  }
}
