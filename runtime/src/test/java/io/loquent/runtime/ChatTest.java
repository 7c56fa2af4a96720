package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.loquent.GenerationRequest;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.chat.ChatMessage;
import io.loquent.spi.Tokenizer;
import io.loquent.tokenizers.TokenizerFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A conversation is a prompt by way of the folder's chat template. */
@ExtendWith(NothingLeaks.class)
final class ChatTest {

  private static final String TEMPLATE =
      "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
          + "{% if add_generation_prompt %}assistant:{% endif %}";

  @TempDir private Path temporary;

  /** The tokenizer of t5-tiny puts an end token behind texts. */
  @ParameterizedTest
  @ValueSource(strings = {"llama-tiny", "t5-tiny"})
  void a_chat_is_the_text_of_its_template_without_further_special_tokens(String fixture) {
    Path folder = folder(fixture, "chat_template.jinja", TEMPLATE);
    int[] ids = ids(folder, "<s>system: be brief\nuser: hello\nassistant:");
    Input chat =
        Input.Chat.builder(List.of(ChatMessage.system("be brief"), ChatMessage.user("hello")))
            .variable("bos_token", "<s>")
            .build();
    try (Generator generator = Generator.open(folder)) {
      assertThat(answer(generator, chat)).isEqualTo(answer(generator, Input.tokens(ids)));
    }
  }

  @Test
  void a_continued_chat_ends_within_its_last_message() {
    Path folder = folder("llama-tiny", "chat_template.jinja", TEMPLATE);
    int[] ids = ids(folder, "<s>user: a\nassistant: b c");
    Input chat =
        Input.Chat.builder(List.of(ChatMessage.user("a"), ChatMessage.assistant("b c")))
            .continueFinalMessage()
            .build();
    try (Generator generator = Generator.open(folder)) {
      assertThat(answer(generator, chat)).isEqualTo(answer(generator, Input.tokens(ids)));
    }
  }

  @Test
  void a_folder_without_a_template_refuses_chats_and_says_what_to_do() {
    try (Generator generator = Generator.open(Goldens.config("llama-tiny").build())) {
      GenerationRequest request = GenerationRequest.chat(ChatMessage.user("hello")).build();
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(() -> generator.generate(request))
          .withMessageContaining("llama-tiny has no chat template")
          .withMessageContaining("chat_template.jinja");
    }
  }

  @Test
  void a_broken_template_leaves_texts_usable() {
    Path folder = folder("llama-tiny", "chat_template.jinja", "{% if %}");
    try (Generator generator = Generator.open(folder)) {
      assertThat(answer(generator, Input.text("hello"))).isNotEmpty();
      GenerationRequest request = GenerationRequest.chat(ChatMessage.user("hello")).build();
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(() -> generator.generate(request))
          .withMessageContaining("chat_template.jinja, line 1");
    }
  }

  @Test
  void an_inspection_names_the_templates_or_what_is_wrong_with_them() {
    ModelConfig good =
        ModelConfig.builder(
                folder(
                    "llama-tiny",
                    "chat_template.json",
                    "{\"chat_template\": {\"default\": \"a\", \"tool_use\": \"b\"}}"))
            .build();
    assertThat(Generator.inspect(good).findings()).contains("chat templates: default, tool_use");
    Folders.write(good.folder(), "chat_template.jinja", "{{");
    assertThat(Generator.inspect(good).findings())
        .anyMatch(finding -> finding.startsWith("chat template: cannot be used: "));
  }

  private static int[] ids(Path folder, String text) {
    try (Tokenizer tokenizer = TokenizerFolder.load(folder).orElseThrow()) {
      return tokenizer.encode(text, false);
    }
  }

  private Path folder(String fixture, String file, String content) {
    Path folder = Folders.copy(fixture, temporary.resolve("model"));
    Folders.write(folder, file, content);
    return folder;
  }

  private static List<Integer> answer(Generator generator, Input input) {
    GenerationRequest request =
        GenerationRequest.of(input).options(o -> o.numBeams(1).maxNewTokens(8)).build();
    int[] ids = generator.generate(request).best().ids();
    return Arrays.stream(ids).boxed().collect(Collectors.toList());
  }
}
