package io.loquent.samples.benchmarks.pronunciation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HeldOutWordTest {

  @TempDir Path folder;

  @Test
  void reads_all_pronunciations_of_a_word() throws IOException {
    Path file = folder.resolve("test.tsv");
    Files.writeString(file, "name\tN EY1 M\nactual\tAE1 K CH AH0 W AH0 L|AE1 K SH AH0 L\n");

    assertThat(HeldOutWord.read(file))
        .containsExactly(
            new HeldOutWord("name", List.of(List.of("N", "EY1", "M"))),
            new HeldOutWord(
                "actual",
                List.of(
                    List.of("AE1", "K", "CH", "AH0", "W", "AH0", "L"),
                    List.of("AE1", "K", "SH", "AH0", "L"))));
  }

  @Test
  void names_the_line_that_is_no_word_with_a_pronunciation() throws IOException {
    Path file = folder.resolve("test.tsv");
    Files.writeString(file, "name\tN EY1 M\nactual\n");

    assertThatThrownBy(() -> HeldOutWord.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("test.tsv line 2", "\"actual\"");
  }

  @Test
  void fewer_words_are_spread_over_the_list() {
    List<HeldOutWord> words = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      words.add(new HeldOutWord("w" + i, List.of(List.of("AH0"))));
    }

    assertThat(HeldOutWord.spread(words, 4))
        .extracting(HeldOutWord::spelling)
        .containsExactly("w0", "w2", "w5", "w7");
    assertThat(HeldOutWord.spread(words, 99)).isEqualTo(words);
  }
}
