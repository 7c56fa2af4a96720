package io.loquent.tokenizers.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Small templates against what Jinja gives for them in Python. */
class TemplateLanguageTest {

  /** Values whose text in Python names an address in memory. */
  private static final String ADDRESS = " at 0x";

  private final Map<String, Object> recorded = RecordedChats.language();
  private final Map<String, Object> variables = RecordedChats.object(recorded.get("variables"));

  @Test
  void snippets_give_what_jinja_gives() {
    List<?> snippets = (List<?>) recorded.get("snippets");
    SoftAssertions all = new SoftAssertions();
    for (Object snippet : snippets) {
      String template = (String) RecordedChats.object(snippet).get("template");
      Object output = RecordedChats.object(snippet).get("output");
      if (output == null) {
        all.assertThatThrownBy(() -> render(template))
            .as(template)
            .isInstanceOf(TemplateError.class);
      } else if (!((String) output).contains(ADDRESS)) {
        all.assertThatCode(() -> assertThat(render(template)).isEqualTo(output))
            .as(template)
            .doesNotThrowAnyException();
      }
    }
    all.assertAll();
    assertThat(snippets).hasSizeGreaterThan(800);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        arguments("{{ ok }}\n{{ missing.name }}", 2, "'missing' is undefined"),
        arguments("{{ 1 / 0 }}", 1, "division by zero"),
        arguments("\n\n{% if x %}", 3, "expected one of the tags [elif else endif]"),
        arguments("{{ 'a }}", 1, "a string is not closed"),
        arguments("{{ 1|nonsense }}", 1, "there is no filter 'nonsense'"),
        arguments("{{ 1 is nonsense }}", 1, "there is no test 'nonsense'"),
        arguments("{% include 'x' %}", 1, "the tag 'include' is not supported"),
        arguments("{% for x in l %}\n{{ x.y.z }}{% endfor %}", 2, "no member y"),
        arguments(
            "{{ raise_exception('stop') }}", 1, "the template refuses this conversation: stop"),
        arguments("{{ [].append(1) }}", 1, "list.append would change a value"),
        arguments("{{ 'a' + 1 }}", 1, "operator + does not work on 'a' and 1"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void an_error_says_in_which_line_what_was_found(String template, int line, String problem) {
    assertThatExceptionOfType(TemplateError.class)
        .isThrownBy(() -> render(template))
        .withMessageContaining(problem)
        .satisfies(error -> assertThat(error.line()).isEqualTo(line));
  }

  @Test
  void what_a_template_sets_does_not_stay_for_the_next_rendering() {
    CompiledTemplate template = CompiledTemplate.of("{{ x }}{% set x = 1 %}{{ x }}");
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      texts.add(template.render(Map.of(), RecordedChats.CLOCK));
    }
    assertThat(texts).containsExactly("1", "1");
  }

  @Test
  void dates_are_written_as_in_c() {
    assertThat(
            render(
                "{{ strftime_now('%d %b %Y|%A %B %-d|%H:%M:%S|%I %p|%j|%y-%m|%e|%a|%F %T|%%') }}"))
        .isEqualTo(
            "26 Jul 2024|Friday July 26|09:05:03|09 AM|208|24-07|26|Fri|2024-07-26 09:05:03|%");
  }

  private String render(String template) {
    return CompiledTemplate.of(template).render(variables, RecordedChats.CLOCK);
  }
}
