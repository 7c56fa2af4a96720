package io.loquent.tokenizers.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.ModelLoadException;
import io.loquent.chat.ChatMessage;
import io.loquent.chat.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateTest {

  private static final Input.Chat HELLO = Input.chat(ChatMessage.user("hello"));

  @TempDir private Path folder;

  @Test
  void a_folder_without_a_template_gives_none() throws IOException {
    write("tokenizer_config.json", "{\"bos_token\": \"<s>\"}");
    assertThat(ChatTemplate.load(folder)).isEmpty();
  }

  @Test
  void a_template_of_its_own_file_wins_over_the_configuration() throws IOException {
    write("tokenizer_config.json", "{\"chat_template\": \"config\"}");
    write("chat_template.json", "{\"chat_template\": \"json\"}");
    assertThat(load().render(HELLO)).isEqualTo("config");
    write("chat_template.jinja", "file");
    assertThat(load().render(HELLO)).isEqualTo("file");
  }

  @Test
  void a_template_in_json_is_read_where_there_is_no_other() throws IOException {
    write("chat_template.json", "{\"chat_template\": \"{{ messages[0].content }}\"}");
    assertThat(load().render(HELLO)).isEqualTo("hello");
  }

  @Test
  void tools_choose_the_template_for_tools() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"chat_template": [
          {"name": "default", "template": "default"},
          {"name": "tool_use", "template": "{{ tools[0].function.name }}"},
          {"name": "rag", "template": "{{ documents[0].text }}"}]}
        """);
    ChatTemplate template = load();
    assertThat(template.names()).containsExactly("default", "rag", "tool_use");
    assertThat(template.render(HELLO)).isEqualTo("default");
    assertThat(template.render(hello().tools(List.of(tool("look"))).build())).isEqualTo("look");
    assertThat(
            template.render(
                hello().template("rag").documents(List.of(Map.of("text", "fact"))).build()))
        .isEqualTo("fact");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> template.render(hello().template("other").build()))
        .withMessageContaining("no chat template named other")
        .withMessageContaining("[default, rag, tool_use]");
  }

  @Test
  void additional_templates_have_the_names_of_their_files() throws IOException {
    write("chat_template.jinja", "plain");
    Files.createDirectory(folder.resolve("additional_chat_templates"));
    write("additional_chat_templates/tool_use.jinja", "with tools");
    assertThat(load().names()).containsExactly("default", "tool_use");
    assertThat(load().render(hello().tools(List.of(tool("look"))).build())).isEqualTo("with tools");
  }

  @Test
  void without_tools_and_documents_a_template_sees_none() throws IOException {
    write("chat_template.jinja", "{{ tools }} {{ documents }} {{ add_generation_prompt }}");
    assertThat(load().render(HELLO)).isEqualTo("None None True");
  }

  @Test
  void special_tokens_are_variables_that_a_chat_may_replace() throws IOException {
    write("chat_template.jinja", "{{ bos_token }}{{ eos_token }}{{ pad_token }}{{ image_token }}");
    write(
        "tokenizer_config.json",
        """
        {"bos_token": {"content": "<b>", "lstrip": false}, "eos_token": "<e>", "pad_token": null,
         "extra_special_tokens": {"image_token": "<i>"}, "added_tokens_decoder": {}}
        """);
    write("special_tokens_map.json", "{\"bos_token\": \"<ignored>\"}");
    assertThat(load().render(HELLO)).isEqualTo("<b><e><i>");
    assertThat(load().render(hello().variable("eos_token", "<x>").build())).isEqualTo("<b><x><i>");
  }

  @Test
  void older_folders_have_their_special_tokens_in_a_file_of_their_own() throws IOException {
    write("chat_template.jinja", "{{ bos_token }}");
    write("special_tokens_map.json", "{\"bos_token\": {\"content\": \"<b>\"}}");
    assertThat(load().render(HELLO)).isEqualTo("<b>");
  }

  @Test
  void a_broken_template_is_an_error_that_names_file_and_line() throws IOException {
    write("chat_template.jinja", "{% if true %}\n\n{% endfor %}");
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(this::load)
        .withMessageContaining("chat_template.jinja, line 3")
        .withMessageContaining("endfor");
  }

  @Test
  void a_configuration_with_something_else_as_template_is_an_error() throws IOException {
    write("tokenizer_config.json", "{\"chat_template\": [{\"name\": \"default\"}]}");
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(this::load)
        .withMessageContaining("tokenizer_config.json")
        .withMessageContaining("\"name\" and \"template\"");
  }

  @Test
  void a_damaged_configuration_is_an_error() throws IOException {
    write("tokenizer_config.json", "{\"chat_template\": ");
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(this::load)
        .withMessageContaining("tokenizer_config.json")
        .withMessageContaining("line 1");
  }

  @Test
  void what_a_template_refuses_is_an_error_with_its_words() throws IOException {
    write("chat_template.jinja", "\n{{ raise_exception('System role not supported') }}");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> load().render(HELLO))
        .withMessageContaining("line 2")
        .withMessageContaining("System role not supported");
  }

  @Test
  void a_continued_message_ends_with_its_text() throws IOException {
    write(
        "chat_template.jinja",
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}");
    assertThat(load().render(continued("One, two, ")))
        .isEqualTo("<user>Count.</user><assistant>One, two, ");
  }

  @Test
  void a_continued_message_of_a_template_that_trims_ends_without_space() throws IOException {
    write(
        "chat_template.jinja",
        "{% for m in messages %}<{{ m.role }}>{{ m.content|trim }}</{{ m.role }}>{% endfor %}");
    assertThat(load().render(continued("One, two, ")))
        .isEqualTo("<user>Count.</user><assistant>One, two,");
  }

  @Test
  void a_template_that_leaves_out_the_last_message_cannot_continue_it() throws IOException {
    write("chat_template.jinja", "{{ messages[0].content }}");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> load().render(continued("One")))
        .withMessageContaining("cannot be continued");
  }

  @Test
  void a_message_without_text_cannot_be_continued() throws IOException {
    write("chat_template.jinja", "{{ messages }}");
    Input.Chat chat =
        Input.Chat.builder(List.of(ChatMessage.builder("assistant").build()))
            .continueFinalMessage()
            .build();
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> load().render(chat))
        .withMessageContaining("last message with text");
  }

  private ChatTemplate load() {
    return ChatTemplate.load(folder).orElseThrow();
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private static Input.Chat.Builder hello() {
    return Input.Chat.builder(HELLO.messages());
  }

  private static Tool tool(String name) {
    return Tool.function(name, "a tool", Map.of("type", "object"));
  }

  private static Input.Chat continued(String text) {
    return Input.Chat.builder(List.of(ChatMessage.user("Count."), ChatMessage.assistant(text)))
        .continueFinalMessage()
        .build();
  }
}
