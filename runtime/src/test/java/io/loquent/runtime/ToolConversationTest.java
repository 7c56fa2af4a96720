package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.Cancellation;
import io.loquent.Decoding;
import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Option;
import io.loquent.SequenceBias;
import io.loquent.chat.ChatMessage;
import io.loquent.chat.Conversation;
import io.loquent.chat.Tool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Calls that a model marks with special tokens. */
@ExtendWith(NothingLeaks.class)
final class ToolConversationTest {

  private static final int END = 0;

  private static final Tool TOOL =
      Tool.parse("{\"type\": \"function\", \"function\": {\"name\": \"ab\"}}");

  @TempDir private Path temporary;
  private Path folder;

  /** A model whose special tokens are an end mark, the mark of calls, and another one. */
  @BeforeEach
  void folder_with_marks() {
    folder = Folders.copyOfSample("lm-shakespeare", temporary.resolve("lm"));
    Folders.write(folder, "chat_template.jinja", "{{ messages[-1].content }}");
    String tokenizer = Folders.text(folder.resolve("tokenizer.json"));
    assertThat(tokenizer).contains("<|pad|>");
    Folders.write(folder, "tokenizer.json", tokenizer.replace("<|pad|>", "[TOOL_CALLS]"));
  }

  /** Has the model say one thing only, in which no token comes twice. */
  private Consumer<GenerationOptions.Builder> saying(String text) {
    List<Integer> chain = new ArrayList<>();
    for (int id : Folders.tokens(folder, "?" + text)) {
      chain.add(id);
    }
    chain.add(END);
    assertThat(chain).doesNotHaveDuplicates();
    List<SequenceBias> biases = new ArrayList<>();
    for (int i = 0; i + 1 < chain.size(); i++) {
      biases.add(new SequenceBias(chain.subList(i, i + 2), 1_000));
    }
    return o ->
        o.decoding(Decoding.greedy())
            .maxNewTokens(chain.size())
            .set(Option.EOS_TOKEN_ID, List.of(END))
            .set(Option.SEQUENCE_BIAS, biases);
  }

  private static Conversation.Builder conversation(
      Generator generator, Consumer<GenerationOptions.Builder> options) {
    return Conversation.builder(generator).options(options);
  }

  @Test
  void calls_are_found_and_the_text_shows_no_other_special_tokens() {
    try (Generator generator = Generator.open(folder);
        Conversation conversation =
            conversation(generator, saying("O[TOOL_CALLS]ab<|mask|>{}"))
                .tools(List.of(TOOL))
                .build()) {
      StringBuilder streamed = new StringBuilder();
      GenerationResult result =
          conversation.say(
              List.of(ChatMessage.user("ROMEO?")),
              Cancellation.create(),
              token -> streamed.append(token.text()));
      assertThat(result.best().finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
      assertThat(result.text()).isEqualTo("O[TOOL_CALLS]ab{}");
      assertThat(streamed).hasToString(result.text());
      ChatMessage answer = conversation.messages().get(1);
      assertThat(answer.toolCalls()).singleElement().matches(call -> call.name().equals("ab"));
      assertThat(answer.content()).hasValue("O");
    }
  }

  @Test
  void an_answer_without_calls_is_plain_text() {
    try (Generator generator = Generator.open(folder);
        Conversation conversation =
            conversation(generator, saying("O<|mask|>{}")).tools(List.of(TOOL)).build()) {
      assertThat(conversation.say("ROMEO?").best().answer()).isEqualTo("O{}");
      assertThat(conversation.messages().get(1).content()).hasValue("O{}");
    }
  }

  @Test
  void without_tools_the_text_has_no_marks() {
    try (Generator generator = Generator.open(folder);
        Conversation conversation = conversation(generator, saying("O[TOOL_CALLS]ab{}")).build()) {
      assertThat(conversation.say("ROMEO?").text()).isEqualTo("Oab{}");
    }
  }

  @Test
  void what_is_set_about_special_tokens_holds() {
    Consumer<GenerationOptions.Builder> saying = saying("O[TOOL_CALLS]ab<|mask|>{}");
    try (Generator generator = Generator.open(folder);
        Conversation skipping =
            conversation(generator, saying)
                .options(o -> o.set(Option.SKIP_SPECIAL_TOKENS, true))
                .tools(List.of(TOOL))
                .build();
        Conversation keeping =
            conversation(generator, saying)
                .options(o -> o.set(Option.SKIP_SPECIAL_TOKENS, false))
                .tools(List.of(TOOL))
                .build()) {
      assertThat(skipping.say("ROMEO?").text()).isEqualTo("Oab{}");
      assertThat(keeping.say("ROMEO?").text()).isEqualTo("O[TOOL_CALLS]ab<|mask|>{}<|endoftext|>");
    }
  }
}
