package io.loquent.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChatMessageTest {

  @Test
  void templates_see_role_and_content() {
    assertThat(Json.write(ChatMessage.user("hi").toJson()))
        .isEqualTo("{\"role\":\"user\",\"content\":\"hi\"}");
    assertThat(ChatMessage.system("be brief").role()).isEqualTo("system");
    assertThat(ChatMessage.assistant("yes").content()).hasValue("yes");
  }

  @Test
  void templates_see_calls_and_their_results() {
    ToolCall call = new ToolCall(Optional.of("1"), "look", Map.of("x", 1));
    assertThat(Json.write(ChatMessage.assistant(call).toJson()))
        .isEqualTo(
            "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\","
                + "\"function\":{\"name\":\"look\",\"arguments\":{\"x\":1}}}]}");
    assertThat(Json.write(ChatMessage.tool(call, "found").toJson()))
        .isEqualTo(
            "{\"role\":\"tool\",\"content\":\"found\",\"tool_call_id\":\"1\",\"name\":\"look\"}");
  }

  @Test
  void a_field_takes_the_place_of_a_member() {
    ChatMessage message =
        ChatMessage.builder("user")
            .reasoningContent("hm")
            .field("content", List.of(Map.of("type", "image")))
            .field("custom", null)
            .build();
    assertThat(Json.write(message.toJson()))
        .isEqualTo(
            "{\"role\":\"user\",\"content\":[{\"type\":\"image\"}],\"reasoning_content\":\"hm\",\"custom\":null}");
  }

  @Test
  void a_message_does_not_follow_changes_of_what_it_was_made_from() {
    List<Object> parts = new ArrayList<>(List.of("a"));
    ChatMessage message = ChatMessage.builder("user").field("parts", parts).build();
    parts.add("b");
    assertThat(message.fields()).containsEntry("parts", List.of("a"));
    assertThat(message.toJson()).isUnmodifiable();
  }

  @Test
  void what_is_no_json_is_an_error_that_says_where() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> new ToolCall("f", Map.of("x", List.of(Map.of("y", new Object())))))
        .withMessageContaining("arguments of f.x[0].y is a java.lang.Object");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> Tool.parse("[1]"))
        .withMessageContaining("a JSON object");
    assertThatNullPointerException().isThrownBy(() -> ChatMessage.user(null));
  }

  @Test
  void a_tool_is_described_as_templates_expect_it() {
    assertThat(Tool.function("f", "does it", Map.of("type", "object")))
        .isEqualTo(
            Tool.parse(
                "{\"type\": \"function\", \"function\": {\"name\": \"f\", \"description\": \"does it\","
                    + " \"parameters\": {\"type\": \"object\"}}}"));
  }

  @Test
  void a_chat_asks_for_the_next_message_unless_it_continues_the_last() {
    Input.Chat chat = Input.chat(ChatMessage.user("hi"));
    assertThat(chat.addGenerationPrompt()).isTrue();
    assertThat(chat.continueFinalMessage()).isFalse();
    Input.Chat continued =
        Input.Chat.builder(List.of(ChatMessage.assistant("One,")))
            .continueFinalMessage()
            .variable("enable_thinking", false)
            .build();
    assertThat(continued.addGenerationPrompt()).isFalse();
    assertThat(continued.variables()).containsEntry("enable_thinking", false);
  }

  @Test
  void a_chat_that_makes_no_sense_is_an_error() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(Input::chat)
        .withMessageContaining("no message");
    Input.Chat.Builder both =
        Input.Chat.builder(List.of(ChatMessage.user("hi")))
            .continueFinalMessage()
            .addGenerationPrompt(true);
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(both::build)
        .withMessageContaining("choose one");
  }
}
