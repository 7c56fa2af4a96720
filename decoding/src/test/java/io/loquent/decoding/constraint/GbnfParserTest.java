package io.loquent.decoding.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.InvalidRequestException;
import io.loquent.OutputConstraint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GbnfParserTest {

  @Test
  void rules_may_call_each_other_and_themselves() {
    Reading reading =
        new Reading(
            OutputConstraint.grammar(
                """
                # Sums of products.
                root  ::= sum "\\n"?
                sum   ::= product (("+" | "-") product)*
                product ::= factor | factor "*"
                            product
                factor ::= [0-9]{1,3} | "(" sum ")"
                """));

    assertThat(reading.accepts("1+2*(3-45)")).isTrue();
    assertThat(reading.accepts("((((7))))\n")).isTrue();
    assertThat(reading.accepts("1+")).isFalse();
    assertThat(reading.begins("1+")).isTrue();
    assertThat(reading.begins("1234")).isFalse();
    assertThat(reading.begins("(1))")).isFalse();
  }

  @Test
  void nesting_is_counted() {
    Reading reading = new Reading(OutputConstraint.grammar("root ::= \"a\" root? \"b\""));

    for (int depth = 1; depth < 50; depth++) {
      assertThat(reading.accepts("a".repeat(depth) + "b".repeat(depth))).isTrue();
      assertThat(reading.accepts("a".repeat(depth) + "b".repeat(depth - 1))).isFalse();
      assertThat(reading.begins("a".repeat(depth) + "b".repeat(depth + 1))).isFalse();
    }
  }

  @Test
  void an_ambiguous_grammar_is_read_in_all_ways_at_once() {
    Reading reading =
        new Reading(
            OutputConstraint.grammar("root ::= word+ \"!\"\nword ::= [a-z]+ | [a-z] [a-z]"));

    assertThat(reading.accepts("a".repeat(300) + "!")).isTrue();
  }

  @Test
  void classes_and_escapes_are_understood() {
    Reading reading =
        new Reading(OutputConstraint.grammar("root ::= [^\\]\\x41-\\u0043é] \"\\\"\\\\\" ."));

    assertThat(reading.accepts("D\"\\x")).isTrue();
    assertThat(reading.accepts("ö\"\\😀")).isTrue();
    assertThat(reading.begins("B")).isFalse();
    assertThat(reading.begins("é")).isFalse();
    assertThat(reading.begins("]")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '%',
      quoteCharacter = '~',
      value = {
        "root ::= other % not defined",
        "other ::= \"a\" % not defined",
        "root ::= root \"a\" | \"b\" % left recursion",
        "root ::= e root | \"y\"\\ne ::= \"\" | \"x\" % left recursion",
        "root ::= \"a\" root % matches no text",
        "root ::= \"a % not closed",
        "root ::= (\"a\" % a ( without a )",
        "root ::= \"a\" ) % a ) without a (",
        "root = \"a\" % expected ::=",
        "root ::= \"a\"\\nroot ::= \"b\" % defined twice",
        "root ::= <think> % a token",
        "root ::= [b-a] % wrong order"
      })
  void what_is_wrong_is_named(String grammar, String problem) {
    assertThatThrownBy(
            () -> new Reading(OutputConstraint.grammar(grammar.trim().replace("\\n", "\n"))))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(problem.trim());
  }
}
