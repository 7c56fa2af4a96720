package io.loquent.decoding.heads;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextTokensTest {

  /** What each token has of the text. */
  private static List<String> slices(String text, TextTokens tokens) {
    List<String> slices = new ArrayList<>();
    for (int token = 0; token < tokens.size(); token++) {
      slices.add(
          text.substring(tokens.start(token), Math.max(tokens.start(token), tokens.end(token))));
    }
    return slices;
  }

  /** What each token's word has of the text. */
  private static List<String> words(String text, TextTokens tokens) {
    List<String> words = new ArrayList<>();
    for (int token = 0; token < tokens.size(); token = tokens.lastOfWord(token) + 1) {
      assertThat(tokens.firstOfWord(token)).isEqualTo(token);
      words.add(text.substring(tokens.start(token), tokens.end(tokens.lastOfWord(token))));
    }
    return words;
  }

  @Test
  void word_pieces_are_one_word() {
    String text = "Wolfgang, hi";
    TextTokens tokens =
        TextTokens.of(
            text, new int[] {0, 0, 1, 2}, new int[] {0, 4, 8, 10}, new int[] {4, 8, 9, 12});
    assertThat(slices(text, tokens)).containsExactly("Wolf", "gang", ",", "hi");
    assertThat(words(text, tokens)).containsExactly("Wolfgang", ",", "hi");
    assertThat(tokens.firstOfWord(1)).isZero();
    assertThat(tokens.lastOfWord(0)).isEqualTo(1);
  }

  @Test
  void spaces_that_byte_level_tokens_begin_with_are_part_of_none() {
    String text = " The \u00A0old man";
    TextTokens tokens =
        TextTokens.of(
            text, new int[] {0, 1, 2, 2}, new int[] {0, 4, 9, 12}, new int[] {4, 9, 12, 13});
    assertThat(slices(text, tokens)).containsExactly("The", "old", "ma", "n");
    assertThat(words(text, tokens)).containsExactly("The", "old", "man");
  }

  @Test
  void a_space_that_is_a_token_of_its_own_begins_the_next_word() {
    String text = "in \u4F60\u597D ";
    TextTokens tokens =
        TextTokens.of(
            text, new int[] {0, 1, 1, 1, 2}, new int[] {0, 2, 3, 4, 5}, new int[] {2, 3, 4, 5, 6});
    assertThat(tokens.start(1)).isEqualTo(3);
    assertThat(tokens.end(1)).isEqualTo(2);
    assertThat(tokens.firstOfWord(2)).isEqualTo(1);
    assertThat(tokens.lastOfWord(1)).isEqualTo(3);
    assertThat(slices(text, tokens)).containsExactly("in", "", "\u4F60", "\u597D", "");
    assertThat(tokens.end(4)).as("white space at the end").isEqualTo(5);
  }

  @Test
  void white_space_parts_words_where_the_tokenizer_does_not() {
    String text = "Anna Lee ran";
    int[] oneWord = {0, 0, 0, 0};
    TextTokens tokens =
        TextTokens.of(text, oneWord, new int[] {0, 2, 4, 8}, new int[] {2, 4, 8, 12});
    assertThat(words(text, tokens)).containsExactly("Anna", "Lee", "ran");
  }

  @Test
  void the_bytes_of_one_emoji_are_one_word_with_the_same_text() {
    String text = "a \uD83D\uDE00!";
    TextTokens tokens =
        TextTokens.of(text, new int[] {0, 1, 1, 2}, new int[] {0, 1, 2, 4}, new int[] {1, 4, 4, 5});
    assertThat(slices(text, tokens)).containsExactly("a", "\uD83D\uDE00", "\uD83D\uDE00", "!");
    assertThat(words(text, tokens)).containsExactly("a", "\uD83D\uDE00", "!");
  }

  @Test
  void combining_marks_stay_with_their_letters() {
    String text = "cafe\u0301 x";
    TextTokens tokens =
        TextTokens.of(text, new int[] {0, 0, 1}, new int[] {0, 2, 6}, new int[] {2, 5, 7});
    assertThat(slices(text, tokens)).containsExactly("ca", "fe\u0301", "x");
  }

  @Test
  void a_text_without_tokens_has_none() {
    assertThat(TextTokens.of("", new int[0], new int[0], new int[0]).size()).isZero();
  }
}
