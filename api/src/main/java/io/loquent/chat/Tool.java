package io.loquent.chat;

import io.loquent.InvalidRequestException;
import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonCopy;
import io.loquent.internal.json.JsonException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The description of a tool that a model may call, in the form that chat templates expect: {@code
 * {"type": "function", "function": {"name": ..., "description": ..., "parameters": ...}}} with a
 * JSON schema of the parameters.
 *
 * @param json the description, passed to the template as it is
 */
public record Tool(Map<String, @Nullable Object> json) {

  /**
   * Copies the description.
   *
   * @param json the description
   * @throws InvalidRequestException if it has something that is no JSON value
   */
  public Tool {
    json = JsonCopy.of("tool", json);
  }

  /**
   * Describes a function.
   *
   * @param name its name, which calls give
   * @param description what it does and when to call it
   * @param parameters the JSON schema of its parameters, usually {@code {"type": "object",
   *     "properties": ..., "required": [...]}}
   * @return the description
   */
  public static Tool function(String name, String description, Map<String, ?> parameters) {
    Map<String, @Nullable Object> function = new LinkedHashMap<>();
    function.put("name", name);
    function.put("description", description);
    function.put("parameters", parameters);
    Map<String, @Nullable Object> tool = new LinkedHashMap<>();
    tool.put("type", "function");
    tool.put("function", function);
    return new Tool(tool);
  }

  /**
   * Reads a description.
   *
   * @param json a JSON object
   * @return the description
   * @throws InvalidRequestException if the text is no JSON object
   */
  public static Tool parse(String json) {
    try {
      return new Tool(Json.parseObject(json));
    } catch (JsonException e) {
      throw new InvalidRequestException("the description of a tool is " + e.getMessage());
    }
  }
}
