package io.loquent.chat;

import io.loquent.internal.json.JsonCopy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call of a tool that a model asks for.
 *
 * @param id the call's own name, which the result refers to; empty for models that give none
 * @param name the tool's name
 * @param arguments the arguments by name, as JSON values
 */
public record ToolCall(Optional<String> id, String name, Map<String, @Nullable Object> arguments) {

  /**
   * Copies the arguments.
   *
   * @param id the call's own name
   * @param name the tool's name
   * @param arguments the arguments by name: maps, lists, texts, numbers, truth values and null
   * @throws io.loquent.InvalidRequestException if an argument is no JSON value
   */
  public ToolCall {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    arguments = JsonCopy.of("arguments of " + name, arguments);
  }

  /**
   * Creates a call without an id.
   *
   * @param name the tool's name
   * @param arguments the arguments by name, as JSON values
   */
  public ToolCall(String name, Map<String, ?> arguments) {
    this(Optional.empty(), name, new LinkedHashMap<>(arguments));
  }

  /** The form in which chat templates see it. */
  Map<String, @Nullable Object> toJson() {
    Map<String, @Nullable Object> function = new LinkedHashMap<>();
    function.put("name", name);
    function.put("arguments", arguments);
    Map<String, @Nullable Object> call = new LinkedHashMap<>();
    id.ifPresent(value -> call.put("id", value));
    call.put("type", "function");
    call.put("function", function);
    return call;
  }
}
