package io.loquent.tokenizers.chat;

import io.loquent.Input;
import io.loquent.chat.ChatMessage;
import io.loquent.chat.Tool;
import io.loquent.chat.ToolCall;
import io.loquent.internal.json.Json;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The conversations and templates in src/test/resources/chat-templates. */
final class RecordedChats {

  private static final Path ROOT = root();
  private static final Map<String, Object> CONVERSATIONS = json(ROOT.resolve("conversations.json"));

  /** The moment at which the renderings were recorded. */
  static final Clock CLOCK =
      Clock.fixed(
          LocalDateTime.parse((String) CONVERSATIONS.get("date")).toInstant(ZoneOffset.UTC),
          ZoneOffset.UTC);

  private RecordedChats() {}

  static List<Path> folders() {
    try (Stream<Path> all = Files.list(ROOT)) {
      return all.filter(Files::isDirectory).sorted().collect(Collectors.toList());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Map<String, Object> language() {
    return json(ROOT.resolve("language.json"));
  }

  /** What Hugging Face gives for each conversation; null where its template refuses it. */
  static Map<String, Object> renderings(Path folder) {
    return object(json(folder.resolve("renderings.json")).get("cases"));
  }

  static Input.Chat chat(String name) {
    Map<String, Object> json = object(object(CONVERSATIONS.get("cases")).get(name));
    List<ChatMessage> messages = new ArrayList<>();
    list(json.get("messages")).forEach(message -> messages.add(message(object(message))));
    Input.Chat.Builder chat =
        Input.Chat.builder(messages)
            .addGenerationPrompt((Boolean) json.get("add_generation_prompt"))
            .tools(
                list(json.get("tools")).stream()
                    .map(tool -> new Tool(object(tool)))
                    .collect(Collectors.toList()))
            .documents(
                list(json.get("documents")).stream()
                    .map(RecordedChats::object)
                    .collect(Collectors.toList()));
    if (json.containsKey("continue_final_message")) {
      chat.continueFinalMessage();
    }
    object(CONVERSATIONS.get("special_tokens")).forEach(chat::variable);
    object(json.get("variables")).forEach(chat::variable);
    return chat.build();
  }

  private static ChatMessage message(Map<String, Object> json) {
    ChatMessage.Builder message = ChatMessage.builder((String) json.get("role"));
    Map<String, Object> rest = new LinkedHashMap<>(json);
    rest.remove("role");
    Object content = rest.remove("content");
    if (content instanceof String text) {
      message.content(text);
    } else if (content != null) {
      message.field("content", content);
    }
    Optional.ofNullable((String) rest.remove("reasoning_content"))
        .ifPresent(message::reasoningContent);
    Optional.ofNullable((String) rest.remove("tool_call_id")).ifPresent(message::toolCallId);
    Optional.ofNullable((String) rest.remove("name")).ifPresent(message::name);
    List<ToolCall> calls = new ArrayList<>();
    for (Object call : list(rest.remove("tool_calls"))) {
      Map<String, Object> function = object(object(call).get("function"));
      calls.add(
          new ToolCall(
              Optional.of((String) object(call).get("id")),
              (String) function.get("name"),
              object(function.get("arguments"))));
    }
    rest.forEach(message::field);
    return message.toolCalls(calls).build();
  }

  private static Path root() {
    try {
      return Paths.get(RecordedChats.class.getResource("/chat-templates").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> json(Path file) {
    try {
      return Json.parseObject(Files.readString(file));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> object(Object json) {
    return json == null ? Map.of() : (Map<String, Object>) json;
  }

  private static List<?> list(Object json) {
    return json == null ? List.of() : (List<?>) json;
  }
}
