package io.loquent.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.internal.json.Json;
import io.loquent.samples.cli.CommandRunner.Outcome;
import io.loquent.spi.GeneratorProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A conversation from a pipe, with the small model of Shakespeare's plays. */
final class ChatCommandTest {

  private static final String TEMPLATE =
      "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
          + "{% if add_generation_prompt %}assistant:{% endif %}";

  @TempDir private Path folder;
  private final CommandRunner runner = new CommandRunner(GeneratorProvider::load);

  @BeforeEach
  void a_model_that_chats() throws IOException {
    try (Stream<Path> files = Files.list(BundledModels.find().resolve("lm-shakespeare"))) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
  }

  private Outcome chat(String lines) {
    return runner.runWith(
        lines,
        "chat",
        folder.toString(),
        "--system",
        "Thou art brief.",
        "--max-new-tokens",
        "6",
        "--no-do-sample",
        "-o",
        "stop_strings=[\"\\n\"]");
  }

  @Test
  void each_line_is_a_turn_until_the_input_ends() {
    Outcome outcome = chat("Speak.\n\nAnd then?\n/messages\n");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.err()).isEmpty();
    List<String> printed = outcome.out().lines().toList();
    assertThat(printed).hasSize(2 + 5);
    assertThat(printed.subList(2, 7))
        .containsExactly(
            "system: Thou art brief.",
            "user: Speak.",
            "assistant: " + printed.get(0),
            "user: And then?",
            "assistant: " + printed.get(1));
  }

  @Test
  void commands_change_the_conversation() {
    Outcome outcome = chat("Speak.\n/regenerate\nAgain.\n/rewind\n//me\n/messages\n/exit\nnever\n");
    List<String> printed = outcome.out().lines().toList();
    assertThat(printed.get(1)).isEqualTo(printed.get(0));
    assertThat(printed).contains("user: Speak.", "user: /me").doesNotContain("user: Again.");
    assertThat(outcome.out()).doesNotContain("never");
  }

  @Test
  void the_conversation_is_saved_as_json() throws IOException {
    Path file = folder.resolve("said.json");
    Outcome outcome = chat("Speak.\n/save " + file + "\n/save\n/save " + folder + "\n");
    assertThat(outcome.err()).contains("saved 3 messages", "needs a file name", "cannot write");
    List<?> messages = (List<?>) Json.parse(Files.readString(file));
    assertThat(messages).hasSize(3);
    assertThat(((Map<?, ?>) messages.get(1)).get("content")).isEqualTo("Speak.");
  }

  @Test
  void what_fails_says_why_and_the_conversation_goes_on() {
    Outcome outcome =
        chat("/regenerate\n/rewind\n/nonsense\n" + "word ".repeat(700) + "\n/help\nSpeak.\n");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.err())
        .contains("no answer", "nothing was said yet", "unknown command /nonsense", "newest turn");
    assertThat(outcome.out()).contains("/regenerate");
    assertThat(outcome.out().lines().toList()).hasSizeGreaterThan(6);
  }

  @Test
  void a_model_without_a_chat_template_says_so() throws IOException {
    Files.delete(folder.resolve("chat_template.jinja"));
    assertThat(chat("Speak.\n").err()).contains("chat template");
  }
}
