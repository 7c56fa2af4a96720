package io.loquent.chat;

import java.util.List;
import java.util.Objects;

/**
 * What {@link ToolCallParser} found in a text.
 *
 * @param content the text without the calls, and without white space around it
 * @param calls the calls, in order
 * @param malformed what began like a call and is none, each with the reason; it stays in the
 *     content
 */
public record ToolCalls(String content, List<ToolCall> calls, List<String> malformed) {

  /**
   * Copies the lists.
   *
   * @param content the text without the calls
   * @param calls the calls, in order
   * @param malformed what began like a call and is none, each with the reason
   */
  public ToolCalls {
    Objects.requireNonNull(content, "content");
    calls = List.copyOf(calls);
    malformed = List.copyOf(malformed);
  }

  /**
   * Returns the answer as a message, for the conversation to go on with.
   *
   * @return a message of the assistant with the content, if there is any, and the calls
   */
  public ChatMessage message() {
    ChatMessage.Builder message = ChatMessage.builder("assistant").toolCalls(calls);
    return content.isEmpty() && !calls.isEmpty()
        ? message.build()
        : message.content(content).build();
  }
}
