package io.loquent.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.spi.TokenizedText;
import io.loquent.spi.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenOffsetsTest {

  private static final List<String> TEXTS =
      List.of(
          "She whispered without a word.",
          "  leading spaces, and \uD83D\uDE00\uD83D\uDE00 smiles",
          "cafe\u0301 cr\u00E8me \u4F60\u597D\u4E16\u754C \uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67 x",
          "",
          "lone \uD83D surrogate");

  @ParameterizedTest
  @CsvSource({"bert-tiny-mlm", "gpt2-tiny", "t5-tiny", "llama-tiny"})
  void offsetsLieInsideTheTextAndAscend(String fixture) {
    Path folder = Fixtures.folder(fixture);
    try (Tokenizer tokenizer = TokenizerFolder.load(folder).orElseThrow()) {
      for (String text : TEXTS) {
        TokenizedText tokens = tokenizer.tokenize(text, Optional.empty(), true);
        assertThat(tokens.ids()).containsExactly(tokenizer.encode(text, true));
        int last = 0;
        for (int token = 0; token < tokens.length(); token++) {
          if (!tokens.isSpecial(token)) {
            assertThat(tokens.start(token)).isBetween(0, tokens.end(token));
            assertThat(tokens.end(token)).isBetween(last, text.length());
            assertThat(splitsNoPair(text, tokens.start(token))).isTrue();
            assertThat(splitsNoPair(text, tokens.end(token))).isTrue();
            last = tokens.start(token);
          }
        }
      }
    }
  }

  private static boolean splitsNoPair(String text, int index) {
    return index == 0
        || index == text.length()
        || !Character.isSurrogatePair(text.charAt(index - 1), text.charAt(index));
  }

  @Test
  void wordPiecesSliceTheirWords() {
    try (Tokenizer tokenizer =
        TokenizerFolder.load(Fixtures.folder("bert-tiny-mlm")).orElseThrow()) {
      String text = "\uD83D\uDE00 She, a word";
      TokenizedText tokens = tokenizer.tokenize(text, Optional.empty(), true);
      List<String> slices = new ArrayList<>();
      for (int token = 0; token < tokens.length(); token++) {
        slices.add(text.substring(tokens.start(token), tokens.end(token)));
      }
      assertThat(slices).containsExactly("", "\uD83D\uDE00", "She", ",", "a", "word", "");
      assertThat(tokens.isSpecial(0)).isTrue();
      assertThat(tokens.sequence(1)).isZero();
    }
  }

  @Test
  void pairsTellTheirTextsApart() {
    try (Tokenizer tokenizer =
        TokenizerFolder.load(Fixtures.folder("bert-tiny-mlm")).orElseThrow()) {
      TokenizedText tokens = tokenizer.tokenize("a word", Optional.of("She"), true);
      List<Integer> sequences = new ArrayList<>();
      for (int token = 0; token < tokens.length(); token++) {
        sequences.add(tokens.sequence(token));
      }
      assertThat(sequences).containsExactly(-1, 0, 0, -1, 1, -1);
      assertThat(tokens.typeIds()).containsExactly(0, 0, 0, 0, 1, 1);
      assertThat(tokens.start(4)).isZero();
      assertThat(tokens.end(4)).isEqualTo(3);
    }
  }
}
