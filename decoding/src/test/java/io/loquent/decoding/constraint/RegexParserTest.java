package io.loquent.decoding.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.InvalidRequestException;
import io.loquent.OutputConstraint;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexParserTest {

  private static final List<String> TEXTS = texts("ab1-é", 5);

  private static List<String> texts(String characters, int longest) {
    List<String> texts = new ArrayList<>(List.of(""));
    int from = 0;
    for (int length = 1; length <= longest; length++) {
      int to = texts.size();
      for (; from < to; from++) {
        for (int i = 0; i < characters.length(); i++) {
          texts.add(texts.get(from) + characters.charAt(i));
        }
      }
    }
    return texts;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a*b",
        "(a|b)*1",
        "a{2,3}",
        "(?:ab){1,2}-?",
        "[a-b]+",
        "[^a]1",
        "\\d{2}",
        "\\w+",
        "\\W",
        "a|b|1-",
        "^ab$",
        "(^a|^b)|1$",
        "(a?){3}b",
        "[^\\d\\-]{2}",
        ".{3}",
        "(a*)*b",
        "\\p{L}{2}",
        "\\P{L}",
        "é+a",
        "(?<name>a)b",
        "a+?b",
        "[a\\-1]{2,}",
        "\\x61\\u0062",
        "((a|ab)(b|1)){1,2}",
        "a{0}b"
      })
  void reads_what_java_reads(String pattern) {
    Reading reading = new Reading(OutputConstraint.regex(pattern));
    Pattern java = Pattern.compile(pattern);

    for (String text : TEXTS) {
      assertThat(reading.accepts(text))
          .as("%s with %s", pattern, text)
          .isEqualTo(java.matcher(text).matches());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a{2,3}b", "(ab|1){1,2}-?", "[^a]1a?", "a(b|-){2}", "(a|ab)(b|1)", "\\p{L}{2}1"})
  void a_beginning_is_possible_if_a_whole_text_begins_so(String pattern) {
    Reading reading = new Reading(OutputConstraint.regex(pattern));
    Pattern java = Pattern.compile(pattern);
    List<String> whole = new ArrayList<>();
    TEXTS.stream().filter(text -> java.matcher(text).matches()).forEach(whole::add);

    for (String text : texts("ab1-é", 3)) {
      assertThat(reading.begins(text))
          .as("%s with %s", pattern, text)
          .isEqualTo(whole.stream().anyMatch(other -> other.startsWith(text)));
    }
  }

  @Test
  void characters_beyond_the_basic_plane_are_one_character() {
    Reading reading = new Reading(OutputConstraint.regex("[\\u{1F600}-\\u{1F64F}].x"));

    assertThat(reading.accepts("😀😀x")).isTrue();
    assertThat(reading.accepts("😀x")).isFalse();
    assertThat(reading.accepts("a😀x")).isFalse();
  }

  @Test
  void a_script_names_its_characters() {
    Reading reading = new Reading(OutputConstraint.regex("\\p{Script=Greek}+"));

    assertThat(reading.accepts("λόγος")).isTrue();
    assertThat(reading.accepts("logos")).isFalse();
  }

  @Test
  void a_long_repetition_takes_no_states_until_it_is_read() {
    Reading reading = new Reading(OutputConstraint.regex("[a-z]{0,99999}!"));

    assertThat(reading.accepts("abc!")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(?=a)b",
        "(?<!a)b",
        "(a)\\1",
        "a\\bb",
        "a^b",
        "a$b",
        "(?i)a",
        "a++",
        "*a",
        "(a",
        "a)",
        "[a",
        "\\p{Unknown}",
        "\\y",
        "a{3,2}",
        "[b-a]",
        "\\u00"
      })
  void what_is_not_supported_is_refused_with_its_place(String pattern) {
    assertThatThrownBy(() -> new Reading(OutputConstraint.regex(pattern)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(pattern)
        .hasMessageContaining("at character");
  }

  @Test
  void an_expression_that_matches_nothing_is_refused() {
    assertThatThrownBy(() -> new Reading(OutputConstraint.regex("[]")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("matches no text");
  }
}
