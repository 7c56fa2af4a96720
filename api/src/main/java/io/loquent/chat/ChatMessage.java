package io.loquent.chat;

import io.loquent.internal.json.JsonCopy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation. Chat templates see it as a mapping, see {@link #toJson}.
 *
 * @param role who speaks: {@code system}, {@code user}, {@code assistant}, {@code tool}, or any
 *     other role that the model's template knows
 * @param content what is said; empty for an assistant that only calls tools
 * @param reasoningContent what the assistant thought before, for templates that show it
 * @param toolCalls the tools that the assistant calls, in order
 * @param toolCallId the call that a tool's result answers
 * @param name the tool whose result it is, or the name of a speaker
 * @param fields further members by name, as JSON values; one of the same name as a member above
 *     takes its place, such as a {@code content} of several parts
 */
public record ChatMessage(
    String role,
    Optional<String> content,
    Optional<String> reasoningContent,
    List<ToolCall> toolCalls,
    Optional<String> toolCallId,
    Optional<String> name,
    Map<String, @Nullable Object> fields) {

  /**
   * Copies the collections.
   *
   * @param role who speaks
   * @param content what is said
   * @param reasoningContent what the assistant thought before
   * @param toolCalls the tools that the assistant calls, in order
   * @param toolCallId the call that a tool's result answers
   * @param name the tool whose result it is, or the name of a speaker
   * @param fields further members by name, as JSON values
   * @throws io.loquent.InvalidRequestException if a field is no JSON value
   */
  public ChatMessage {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(reasoningContent, "reasoningContent");
    toolCalls = List.copyOf(toolCalls);
    Objects.requireNonNull(toolCallId, "toolCallId");
    Objects.requireNonNull(name, "name");
    fields = JsonCopy.of("fields", fields);
  }

  /**
   * Creates an instruction to the model.
   *
   * @param content what is said
   * @return the message
   */
  public static ChatMessage system(String content) {
    return builder("system").content(content).build();
  }

  /**
   * Creates a message of the person who talks to the model.
   *
   * @param content what is said
   * @return the message
   */
  public static ChatMessage user(String content) {
    return builder("user").content(content).build();
  }

  /**
   * Creates an answer of the model.
   *
   * @param content what is said
   * @return the message
   */
  public static ChatMessage assistant(String content) {
    return builder("assistant").content(content).build();
  }

  /**
   * Creates an answer of the model that calls tools and says nothing.
   *
   * @param calls the calls, in order
   * @return the message
   */
  public static ChatMessage assistant(ToolCall... calls) {
    return builder("assistant").toolCalls(Arrays.asList(calls)).build();
  }

  /**
   * Creates the result of a tool.
   *
   * @param call the call that it answers
   * @param content what the tool gave
   * @return the message
   */
  public static ChatMessage tool(ToolCall call, String content) {
    Builder builder = builder("tool").content(content).name(call.name());
    call.id().ifPresent(builder::toolCallId);
    return builder.build();
  }

  /**
   * Starts a message.
   *
   * @param role who speaks
   * @return a builder
   */
  public static Builder builder(String role) {
    return new Builder(role);
  }

  /**
   * Returns the message as chat templates see it: {@code role} and {@code content} always ({@code
   * content} is null where there is none), {@code reasoning_content}, {@code tool_calls} (with
   * {@code type} and {@code function}), {@code tool_call_id} and {@code name} where they are set,
   * and the fields.
   *
   * @return an unmodifiable mapping of JSON values
   */
  public Map<String, @Nullable Object> toJson() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("role", role);
    json.put("content", content.orElse(null));
    reasoningContent.ifPresent(text -> json.put("reasoning_content", text));
    if (!toolCalls.isEmpty()) {
      List<Object> calls = new ArrayList<>();
      toolCalls.forEach(call -> calls.add(call.toJson()));
      json.put("tool_calls", calls);
    }
    toolCallId.ifPresent(id -> json.put("tool_call_id", id));
    name.ifPresent(value -> json.put("name", value));
    json.putAll(fields);
    return Collections.unmodifiableMap(json);
  }

  /** Builds a message. Not thread-safe. */
  public static final class Builder {
    private final String role;
    private Optional<String> content = Optional.empty();
    private Optional<String> reasoningContent = Optional.empty();
    private List<ToolCall> toolCalls = List.of();
    private Optional<String> toolCallId = Optional.empty();
    private Optional<String> name = Optional.empty();
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

    private Builder(String role) {
      this.role = Objects.requireNonNull(role, "role");
    }

    /**
     * Sets what is said.
     *
     * @param content the text
     * @return this builder
     */
    public Builder content(String content) {
      this.content = Optional.of(content);
      return this;
    }

    /**
     * Sets what the assistant thought before it answered.
     *
     * @param reasoningContent the text
     * @return this builder
     */
    public Builder reasoningContent(String reasoningContent) {
      this.reasoningContent = Optional.of(reasoningContent);
      return this;
    }

    /**
     * Sets the tools that the assistant calls.
     *
     * @param toolCalls the calls, in order
     * @return this builder
     */
    public Builder toolCalls(List<ToolCall> toolCalls) {
      this.toolCalls = List.copyOf(toolCalls);
      return this;
    }

    /**
     * Sets the call that a tool's result answers.
     *
     * @param toolCallId the id of the call
     * @return this builder
     */
    public Builder toolCallId(String toolCallId) {
      this.toolCallId = Optional.of(toolCallId);
      return this;
    }

    /**
     * Sets the tool whose result it is, or the name of a speaker.
     *
     * @param name the name
     * @return this builder
     */
    public Builder name(String name) {
      this.name = Optional.of(name);
      return this;
    }

    /**
     * Sets a further member that the template knows.
     *
     * @param name its name
     * @param value a JSON value: maps, lists, texts, numbers, truth values or null
     * @return this builder
     */
    public Builder field(String name, @Nullable Object value) {
      fields.put(Objects.requireNonNull(name, "name"), value);
      return this;
    }

    /**
     * Builds the message.
     *
     * @return an immutable message
     * @throws io.loquent.InvalidRequestException if a field is no JSON value
     */
    public ChatMessage build() {
      return new ChatMessage(role, content, reasoningContent, toolCalls, toolCallId, name, fields);
    }
  }
}
