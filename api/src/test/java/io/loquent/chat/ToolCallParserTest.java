package io.loquent.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolCallParserTest {

  private static final ToolCall OSLO = new ToolCall("weather", Map.of("city", "Oslo"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call>",
        "<tool_call>{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}",
        "<tool_call>{\"name\": \"weather\", \"arguments\": \"{\\\"city\\\": \\\"Oslo\\\"}\"}</tool_call>",
        "<tool_call>{\"type\": \"function\", \"function\":"
            + " {\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}}</tool_call>",
        "<tool_call>\n<function=weather>\n<parameter=city>\nOslo\n</parameter>\n</function>\n</tool_call>",
        "{\"name\": \"weather\", \"parameters\": {\"city\": \"Oslo\"}}",
        "<|python_tag|>{\"name\": \"weather\", \"parameters\": {\"city\": \"Oslo\"}}<|eom_id|>",
        "<function=weather>{\"city\": \"Oslo\"}</function>",
        "[TOOL_CALLS] [{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}]",
        "[TOOL_CALLS]weather[ARGS]{\"city\": \"Oslo\"}",
        "[TOOL_CALLS]weather{\"city\": \"Oslo\"}",
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n"
            + "```json\n{\"city\": \"Oslo\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>{\"city\": \"Oslo\"}"
            + "<｜tool▁call▁end｜><｜tool▁calls▁end｜>"
      })
  void one_call_is_read_in_every_format(String text) {
    ToolCalls found = ToolCallParser.parse(text);
    assertThat(found.calls()).containsExactly(OSLO);
    assertThat(found.content()).isEmpty();
    assertThat(found.malformed()).isEmpty();
  }

  @Test
  void the_text_around_calls_stays() {
    ToolCalls found =
        ToolCallParser.parse(
            "Let me look.\n<tool_call>{\"name\": \"a\", \"arguments\": {}}</tool_call>\n"
                + "<tool_call>{\"name\": \"b\"}</tool_call> Done.");
    assertThat(found.calls())
        .containsExactly(new ToolCall("a", Map.of()), new ToolCall("b", Map.of()));
    assertThat(found.content()).isEqualTo("Let me look.\n\n Done.");
  }

  @Test
  void several_calls_of_llama_and_mistral_are_read() {
    assertThat(
            ToolCallParser.parse(
                    "{\"name\": \"a\", \"parameters\": {\"x\": 1}}; {\"name\": \"b\", \"parameters\": {}}")
                .calls())
        .containsExactly(new ToolCall("a", Map.of("x", 1L)), new ToolCall("b", Map.of()));
    assertThat(
            ToolCallParser.parse(
                    "[TOOL_CALLS]a[CALL_ID]123456789[ARGS]{\"x\": 1.5}[TOOL_CALLS]b[ARGS]{}")
                .calls())
        .containsExactly(
            new ToolCall(Optional.of("123456789"), "a", Map.of("x", 1.5)),
            new ToolCall("b", Map.of()));
    assertThat(
            ToolCallParser.parse(
                    "[TOOL_CALLS] [{\"name\": \"a\", \"arguments\": {}, \"id\": \"1\"},"
                        + " {\"name\": \"b\", \"arguments\": {}}]</s>")
                .calls())
        .extracting(ToolCall::name, ToolCall::id)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("a", Optional.of("1")),
            org.assertj.core.groups.Tuple.tuple("b", Optional.empty()));
  }

  @Test
  void brackets_within_texts_close_nothing() {
    assertThat(
            ToolCallParser.parse(
                    "<tool_call>{\"name\": \"say\", \"arguments\": {\"text\": \"}] \\\" </tool_call>\"}}"
                        + "</tool_call>")
                .calls())
        .containsExactly(new ToolCall("say", Map.of("text", "}] \" </tool_call>")));
  }

  @Test
  void tagged_parameters_are_json_where_they_can_be() {
    assertThat(
            ToolCallParser.parse(
                    "<tool_call><function=f><parameter=n>3</parameter><parameter=l>\n[1, 2]\n</parameter>"
                        + "<parameter=t>\n two\nlines \n</parameter></function></tool_call>")
                .calls())
        .containsExactly(
            new ToolCall("f", Map.of("n", 3L, "l", List.of(1L, 2L), "t", " two\nlines ")));
  }

  @Test
  void arguments_keep_their_order_and_their_nulls() {
    ToolCall call =
        ToolCallParser.parse(
                "<tool_call>{\"name\": \"f\", \"arguments\": {\"z\": null, \"a\": [{\"b\": true}]}}"
                    + "</tool_call>")
            .calls()
            .get(0);
    assertThat(call.arguments().keySet()).containsExactly("z", "a");
    assertThat(call.arguments()).containsEntry("z", null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<tool_call>{\"name\": \"a\", \"arguments\": {\"x\": </tool_call>",
        "<tool_call>{\"arguments\": {}}</tool_call>",
        "<tool_call>nothing</tool_call>",
        "<tool_call>{\"name\": \"a\", \"arguments\": [1]}</tool_call>",
        "[TOOL_CALLS] [{\"name\": \"a\", \"arguments\": {}}, 5]",
        "[TOOL_CALLS]a",
        "<|python_tag|>print(1)",
        "<function=a",
        "<function=a><parameter=b>c",
        "<｜tool▁call▁begin｜>function<｜tool▁sep｜>weather"
      })
  void what_begins_like_a_call_and_is_none_is_told_and_stays_in_the_text(String text) {
    ToolCalls found = ToolCallParser.parse(text);
    assertThat(found.calls()).isEmpty();
    assertThat(found.malformed()).isNotEmpty();
    assertThat(found.content()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Oslo is cold.",
        "{\"name\": \"Bob\", \"age\": 3}",
        "{\"answer\": 42}",
        "[1, 2]",
        "{broken",
        ""
      })
  void a_text_without_calls_stays_as_it_is(String text) {
    assertThat(ToolCallParser.parse(text)).isEqualTo(new ToolCalls(text, List.of(), List.of()));
  }

  @Test
  void a_good_call_is_read_beside_a_broken_one() {
    ToolCalls found =
        ToolCallParser.parse(
            "<tool_call>{\"name\"}</tool_call><tool_call>{\"name\": \"b\"}</tool_call>");
    assertThat(found.calls()).containsExactly(new ToolCall("b", Map.of()));
    assertThat(found.malformed()).hasSize(1);
  }

  @Test
  void an_answer_goes_on_as_a_message() {
    assertThat(ToolCallParser.parse("<tool_call>{\"name\": \"b\"}</tool_call>").message())
        .isEqualTo(ChatMessage.assistant(new ToolCall("b", Map.of())));
    assertThat(ToolCallParser.parse("Hi.").message()).isEqualTo(ChatMessage.assistant("Hi."));
    assertThat(ToolCallParser.parse("").message()).isEqualTo(ChatMessage.assistant(""));
  }
}
