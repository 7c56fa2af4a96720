package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.loquent.Cancellation;
import io.loquent.ContextLengthException;
import io.loquent.ContextOverflow;
import io.loquent.Decoding;
import io.loquent.FinishReason;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.chat.ChatMessage;
import io.loquent.chat.Conversation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Turns over one cache. */
@ExtendWith(NothingLeaks.class)
final class ConversationTest {

  private static final String TEMPLATE =
      "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
          + "{% if add_generation_prompt %}assistant:{% endif %}";

  @TempDir private Path temporary;
  private Path folder;

  @BeforeEach
  void folder_with_a_template() {
    folder = Folders.copyOfSample("lm-shakespeare", temporary.resolve("lm"));
    Folders.write(folder, "chat_template.jinja", TEMPLATE);
  }

  private static Conversation conversation(Generator generator, int newTokens) {
    return Conversation.builder(generator)
        .system("Thou art brief.")
        .options(
            o ->
                o.decoding(Decoding.greedy())
                    .maxNewTokens(newTokens)
                    .stopStrings("\n")
                    .contextOverflow(ContextOverflow.KEEP_NEWEST))
        .build();
  }

  private static GenerationResult alone(
      Generator generator, List<ChatMessage> asked, int newTokens) {
    return generator.generate(
        GenerationRequest.of(Input.chat(asked.toArray(new ChatMessage[0])))
            .options(
                o ->
                    o.decoding(Decoding.greedy())
                        .maxNewTokens(newTokens)
                        .stopStrings("\n")
                        .contextOverflow(ContextOverflow.KEEP_NEWEST))
            .build());
  }

  @Test
  void twenty_turns_answer_as_without_a_session_and_run_less() {
    try (Generator generator = Generator.open(folder);
        Conversation conversation = conversation(generator, 4)) {
      int cached = 0;
      int prompts = 0;
      for (int turn = 0; turn < 20; turn++) {
        List<ChatMessage> asked = new ArrayList<>(conversation.messages());
        asked.add(ChatMessage.user("What, " + turn + "?"));
        GenerationResult result = conversation.say("What, " + turn + "?");
        assertThat(result.text()).isEqualTo(alone(generator, asked, 4).text());
        cached += result.usage().cachedPromptTokens();
        prompts += result.usage().promptTokens();
      }
      assertThat(conversation.messages()).hasSize(1 + 2 * 20);
      assertThat(cached).isGreaterThan(prompts / 3);
    }
  }

  @Test
  void a_turn_that_fails_leaves_everything_as_it_was() {
    try (Generator generator = Generator.open(folder);
        Conversation conversation = conversation(generator, 4)) {
      conversation.say("Speak.");
      List<ChatMessage> before = conversation.messages();
      String tooMuch = "word ".repeat(700);
      assertThatExceptionOfType(ContextLengthException.class)
          .isThrownBy(() -> conversation.say(tooMuch))
          .withMessageContaining("newest turn");
      assertThatExceptionOfType(ContextLengthException.class)
          .isThrownBy(() -> conversation.edit(1, tooMuch));
      assertThat(conversation.messages()).isEqualTo(before);
      assertThat(conversation.say("Again.").text()).isNotNull();
    }
  }

  @Test
  void a_cancelled_turn_keeps_what_was_said() {
    try (Generator generator = Generator.open(folder);
        Conversation conversation = conversation(generator, 40)) {
      Cancellation cancellation = Cancellation.create();
      GenerationResult partial =
          conversation.say(
              List.of(ChatMessage.user("Speak.")),
              cancellation,
              token -> {
                if (token.index() == 1) {
                  cancellation.cancel();
                }
              });
      assertThat(partial.candidates().get(0).finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(conversation.messages().get(2).content())
          .contains(partial.candidates().get(0).answer());
      GenerationResult next = conversation.say("Go on.");
      assertThat(next.usage().cachedPromptTokens()).isPositive();
    }
  }

  @Test
  void regenerating_editing_rewinding_and_forking_change_the_messages_and_not_the_rest() {
    try (Generator generator = Generator.open(folder);
        Conversation conversation = conversation(generator, 4)) {
      String first = conversation.say("Speak.").text();
      assertThat(conversation.regenerate(Cancellation.create(), token -> {}).text())
          .isEqualTo(first);
      conversation.say("And then?");
      try (Conversation fork = conversation.fork()) {
        fork.say("Elsewhere.");
        assertThat(fork.messages()).hasSize(7);
      }
      assertThat(conversation.messages()).hasSize(5);
      conversation.edit(1, "Be silent.");
      assertThat(roles(conversation)).containsExactly("system", "user", "assistant");
      assertThat(conversation.messages().get(1).content()).contains("Be silent.");
      conversation.rewind(1);
      assertThat(roles(conversation)).containsExactly("system");
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(() -> conversation.regenerate(Cancellation.create(), token -> {}))
          .withMessageContaining("no answer");
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(() -> conversation.edit(4, "x"))
          .withMessageContaining("no message 4");
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(() -> conversation.rewind(9));
    }
  }

  private static List<String> roles(Conversation conversation) {
    return conversation.messages().stream().map(ChatMessage::role).collect(Collectors.toList());
  }

  @Test
  void the_oldest_turns_are_left_out_and_the_system_prompt_stays() {
    try (Generator generator = Generator.open(folder)) {
      int context = generator.model().contextLength().orElseThrow();
      List<ChatMessage> messages = new ArrayList<>();
      messages.add(ChatMessage.system("Thou art brief."));
      for (int turn = 0; turn < 40; turn++) {
        messages.add(ChatMessage.user("Question " + turn + " of many questions?"));
        messages.add(ChatMessage.assistant("Answer."));
      }
      messages.add(ChatMessage.user("The last question?"));
      GenerationResult kept = alone(generator, messages, 8);
      assertThat(kept.usage().promptTokens()).isBetween(context / 2, context - 8);
      List<ChatMessage> shorter = new ArrayList<>(messages);
      while (alone(generator, shorter, 8).usage().promptTokens() < prompt(shorter).length) {
        shorter.subList(1, 3).clear();
      }
      assertThat(prompt(shorter)).hasSize(kept.usage().promptTokens());
      GenerationRequest.Builder request =
          GenerationRequest.of(Input.chat(messages.toArray(new ChatMessage[0])));
      for (ContextOverflow overflow : List.of(ContextOverflow.ERROR, ContextOverflow.STOP)) {
        assertThatExceptionOfType(ContextLengthException.class)
            .isThrownBy(
                () ->
                    generator.generate(request.options(o -> o.contextOverflow(overflow)).build()));
      }
    }
  }

  private int[] prompt(List<ChatMessage> messages) {
    StringBuilder text = new StringBuilder();
    messages.forEach(m -> text.append(m.role() + ": " + m.content().orElse("") + "\n"));
    return Folders.tokens(folder, text + "assistant:");
  }

  @Test
  void what_does_not_fit_is_refused_before_it_runs_where_that_is_asked_for() {
    try (Generator generator = Generator.open(folder)) {
      int context = generator.model().contextLength().orElseThrow();
      GenerationRequest.Builder request =
          GenerationRequest.text("Speak.")
              .options(o -> o.maxNewTokens(context).contextOverflow(ContextOverflow.ERROR));
      assertThatExceptionOfType(ContextLengthException.class)
          .isThrownBy(() -> generator.generate(request.build()))
          .withMessageContaining("max_new_tokens is " + context)
          .withMessageContaining("context_overflow");
      GenerationRequest.Builder text =
          GenerationRequest.text("word ".repeat(700))
              .options(o -> o.contextOverflow(ContextOverflow.KEEP_NEWEST));
      assertThatExceptionOfType(ContextLengthException.class)
          .isThrownBy(() -> generator.generate(text.build()))
          .withMessageContaining("Input.chat");
    }
  }

  @Test
  void the_stop_string_stays_on_request_and_reasoning_is_told_apart() {
    try (Generator generator = Generator.open(folder)) {
      GenerationRequest.Builder request =
          GenerationRequest.text("ROMEO:\n")
              .options(o -> o.decoding(Decoding.greedy()).maxNewTokens(30).stopStrings(" "));
      String trimmed = generator.generate(request.build()).text();
      GenerationResult kept =
          generator.generate(request.options(o -> o.includeStopStrInOutput(true)).build());
      assertThat(kept.text()).isEqualTo(trimmed + " ");
      GenerationResult thought =
          generator.generate(
              request
                  .options(o -> o.set(Option.REASONING_TAGS, List.of(kept.text().trim(), "#")))
                  .build());
      assertThat(thought.candidates().get(0).reasoning()).isPresent();
      assertThat(thought.candidates().get(0).answer()).isEmpty();
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(
              () ->
                  generator.generate(
                      request.options(o -> o.set(Option.REASONING_TAGS, List.of("a"))).build()))
          .withMessageContaining("two strings");
    }
  }
}
