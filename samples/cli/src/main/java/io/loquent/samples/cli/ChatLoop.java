package io.loquent.samples.cli;

import io.loquent.Cancellation;
import io.loquent.FinishReason;
import io.loquent.GenerationException;
import io.loquent.GenerationListener;
import io.loquent.GenerationResult;
import io.loquent.chat.ChatMessage;
import io.loquent.chat.Conversation;
import io.loquent.internal.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turn after turn, until the input ends. */
final class ChatLoop {

  private static final List<String> HELP =
      List.of(
          "/regenerate    another answer to what you said last",
          "/rewind        takes the last turn back",
          "/messages      what was said so far",
          "/save FILE     writes the conversation to a JSON file",
          "/exit          ends, as Ctrl-D does",
          "//text         says something that begins with a slash");

  private final Conversation conversation;
  private final ChatLines lines;
  private final Terminal terminal;

  ChatLoop(Conversation conversation, ChatLines lines, Terminal terminal) {
    this.conversation = conversation;
    this.lines = lines;
    this.terminal = terminal;
  }

  /** Ends when the input does. A turn that fails says why, and the conversation goes on. */
  void run() throws IOException {
    for (String line = lines.next(); line != null; line = lines.next()) {
      String said = line.trim();
      if (said.equals("/exit")) {
        return;
      }
      try {
        handle(said);
      } catch (GenerationException e) {
        terminal.err().println(OneLineErrors.message(e));
      }
    }
  }

  private void handle(String line) {
    if (line.isEmpty()) {
      return;
    }
    if (line.startsWith("//") || !line.startsWith("/")) {
      List<ChatMessage> said =
          List.of(ChatMessage.user(line.startsWith("//") ? line.substring(1) : line));
      turn((cancellation, printer) -> conversation.say(said, cancellation, printer));
      return;
    }
    String[] words = line.split("\\s+", 2);
    switch (words[0]) {
      case "/regenerate" -> turn(conversation::regenerate);
      case "/rewind" -> rewind();
      case "/messages" ->
          conversation
              .messages()
              .forEach(m -> terminal.out().println(m.role() + ": " + m.content().orElse("")));
      case "/save" -> save(words.length > 1 ? words[1] : null);
      case "/help" -> HELP.forEach(terminal.out()::println);
      default -> terminal.err().println("unknown command " + words[0] + "; /help lists them");
    }
  }

  /** One question to the model. */
  private interface Turn {
    GenerationResult run(Cancellation cancellation, GenerationListener printer);
  }

  private void turn(Turn turn) {
    Cancellation cancellation = Cancellation.create();
    GenerationResult result =
        Interrupt.cancelling(
            cancellation,
            () ->
                turn.run(
                    cancellation,
                    token -> {
                      terminal.out().print(token.text());
                      terminal.out().flush();
                    }));
    boolean isStopped = result.candidates().get(0).finishReason() == FinishReason.CANCELLED;
    terminal.out().println(isStopped ? " [stopped]" : "");
  }

  private void rewind() {
    List<ChatMessage> messages = conversation.messages();
    int last = messages.size() - 1;
    while (last >= 0 && !messages.get(last).role().equals("user")) {
      last--;
    }
    if (last < 0) {
      terminal.err().println("nothing was said yet");
    } else {
      conversation.rewind(last);
    }
  }

  private void save(@Nullable String file) {
    if (file == null) {
      terminal.err().println("/save needs a file name");
      return;
    }
    String json =
        Json.write(
            conversation.messages().stream().map(ChatMessage::toJson).collect(Collectors.toList()));
    try {
      Path path = Paths.get(file);
      Files.write(path, json.getBytes(StandardCharsets.UTF_8));
      terminal.err().println("saved " + conversation.messages().size() + " messages to " + path);
    } catch (IOException | InvalidPathException e) {
      terminal.err().println("cannot write " + file + ": " + e);
    }
  }
}
