package io.loquent.samples.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PassageSplitterTest {

  private static final Path FILE = Path.of("notes.txt");

  private static List<Passage> split(int mostCharacters, String text) {
    return new PassageSplitter(mostCharacters).split(FILE, text);
  }

  @Test
  void a_heading_goes_with_what_follows_it() {
    assertThat(split(30, "Owls\n\nOwls see well.\n\nThey hear even better."))
        .containsExactly(
            new Passage(FILE, 1, "Owls Owls see well."),
            new Passage(FILE, 5, "They hear even better."));
  }

  @Test
  void lines_of_a_paragraph_are_joined() {
    assertThat(split(50, "\n  one\n two \nthree\n"))
        .containsExactly(new Passage(FILE, 2, "one two three"));
  }

  @Test
  void long_paragraphs_are_split_between_sentences() {
    assertThat(split(25, "One is short. Two is short. Three is short."))
        .extracting(Passage::text)
        .containsExactly("One is short.", "Two is short.", "Three is short.");
  }

  @Test
  void long_sentences_are_split_between_words() {
    assertThat(split(9, "one two three fourfivesixseven eight"))
        .extracting(Passage::text)
        .containsExactly("one two", "three", "fourfivesixseven", "eight");
  }

  @Test
  void a_text_of_spaces_has_no_passage() {
    assertThat(split(9, " \n\n  \n")).isEmpty();
  }
}
