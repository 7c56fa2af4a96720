package io.loquent.tokenizers.chat;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates made to hang, to fill the memory or to overflow the stack end in an error. */
class HostileTemplatesTest {

  /** A second, and what a busy machine may add to it. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}xxxxxxxxxx{% endfor %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{{ 'x' * 49999999999 }}",
        "{{ 'x' * 4999999 * 4999999 }}",
        "{{ [0] * 49999999 }}",
        "{{ 'x'.center(49999999999) }}",
        "{{ '%499999999d' % 5 }}",
        "{{ '%49999999d' % 5 }}",
        "{{ '{:49999999}'.format(5) }}",
        "{{ range(10 ** 12)|list }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ 2 ** 9223372036854775807 }}",
        "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s.replace('x', 'xx') %}"
            + "{% endfor %}",
        "{% set ns = namespace(s='x\n') %}{% for i in range(99) %}{% set ns.s = ns.s|indent(9999, true, true) %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}"
            + "{{ ns.l }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}"
            + "{{ ns.l|tojson }}",
        "{% set ns = namespace(l=[1], m=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}"
            + "{% set ns.m = [ns.m, ns.m] %}{% endfor %}{{ ns.l == ns.m }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}"
            + "{{ ns.l }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(99999) %}{% set ns.l = ns.l + ['x' * 4999999] %}"
            + "{% endfor %}",
        "{% set ns = namespace() %}{% set ns.n = ns %}{{ ns }}",
        "{% set s = 'a' * 4000000 %}{% for i in range(99999) %}{{ s.find('a' * 2000000 ~ 'b') }}{% endfor %}",
        "{% set s = 'a' * 4000000 %}{% for i in range(99999) %}{{ ('a' * 2000000 ~ 'b') in s }}{% endfor %}",
        "{% set s = 'a b ' * 1000000 %}{% for i in range(99999) %}{{ s.split()|length }}{% endfor %}",
        "{% set s = 'a b ' * 1000000 %}{% for i in range(99999) %}{{ s|wordcount }}{% endfor %}",
        "{% set l = range(99999)|list %}{% for i in l %}{{ l|sort|length }}{% endfor %}",
        "{% set l = range(99999)|list %}{% for i in l %}{{ -1 in l }}{% endfor %}",
        "{% set l = range(99999)|map('string')|list %}{% for i in l %}{{ l|join('xxxxxxxxxx')|length }}"
            + "{% endfor %}",
        "{% set s = 'x' * 4500000 %}{{ s }}{{ s }}",
        "{{ ['x' * 1000000]|map('center', 4500000)|list * 900|join }}",
        "{% set s = 'a' * 4000000 %}{% for i in range(99999) %}{{ s.strip('b' * 4000000 ~ 'a') }}{% endfor %}",
        "{% set s = 'a' * 4000000 %}{% for i in range(99999) %}{{ s|wordcount }}{{ s|title|length }}{% endfor %}",
        "{{ ('%(' * 2000000) % {'a': 1} }}{{ 1 / 0 }}",
        "{{ ('1' * 4000000 ~ 'x')|float }}{{ 1 / 0 }}",
        "{% for i in range(99999) %}{{ (['A' * 4000000] + ['B'] * 900000)|max|length }}{% endfor %}",
        "{% for i in range(99999) %}{{ (['A' * 4000000] + ['B'] * 900000)|sort|length }}{% endfor %}",
        "{% for i in range(99999) %}{{ strftime_now('%c' * 400)|length }}{% endfor %}",
        "{{ {'a': {'b': 1}}|tojson(indent='x' * 4500000) }}"
      })
  void a_hostile_template_ends_in_an_error(String template) {
    assertTimeoutPreemptively(
        PATIENCE,
        () ->
            assertThatExceptionOfType(TemplateError.class)
                .isThrownBy(
                    () ->
                        CompiledTemplate.of(template)
                            .render(Map.of("x", 1L), RecordedChats.CLOCK)));
  }

  @Test
  void nesting_without_end_is_an_error_and_no_stack_overflow() {
    int deep = 100_000;
    for (String template :
        new String[] {
          "{{ " + "(".repeat(deep) + "1" + ")".repeat(deep) + " }}",
          "{{ " + "[".repeat(deep) + "]".repeat(deep) + " }}",
          "{{ " + "not ".repeat(deep) + "1 }}",
          "{{ " + "-".repeat(deep) + "1 }}",
          "{{ 1" + " + 1".repeat(deep) + " }}",
          "{{ x" + ".x".repeat(deep) + " }}",
          "{{ x" + "|list".repeat(deep) + " }}",
          "{{ x" + "[0]".repeat(deep) + " }}",
          "{{ x" + "()".repeat(deep) + " }}",
          "{{ 1" + " or 1".repeat(deep) + " }}",
          "{{ 1" + " if 1 else 1".repeat(deep) + " }}",
          "{{ 1" + " if 1".repeat(deep) + " }}",
          "{% if 1 %}".repeat(deep / 2) + "{% endif %}".repeat(deep / 2),
          "{% for a in [1] %}".repeat(deep / 4) + "{% endfor %}".repeat(deep / 4),
          "{% if 0 %}" + "{% elif 0 %}".repeat(deep / 2) + "{% endif %}",
          "{% macro f() %}".repeat(deep / 4)
        }) {
      assertTimeoutPreemptively(
          PATIENCE,
          () ->
              assertThatExceptionOfType(TemplateError.class)
                  .as(template.substring(0, 40))
                  .isThrownBy(
                      () ->
                          CompiledTemplate.of(template)
                              .render(Map.of("x", 1L), RecordedChats.CLOCK)));
    }
  }

  @Test
  void a_template_of_more_than_a_million_characters_is_refused() {
    assertThatExceptionOfType(TemplateError.class)
        .isThrownBy(() -> CompiledTemplate.of("x".repeat(1_000_001)))
        .withMessageContaining("1000001 characters");
  }
}
