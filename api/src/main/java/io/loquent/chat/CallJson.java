package io.loquent.chat;

import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads JSON out of the middle of a text, and calls out of JSON. */
final class CallJson {

  private CallJson() {}

  /**
   * A JSON object in a text.
   *
   * @param members the object
   * @param end the place behind it
   */
  record Part(Map<String, @Nullable Object> members, int end) {}

  static Part object(String text, int start) throws MalformedCall {
    int end = end(text, start);
    try {
      return new Part(Json.parseObject(text.substring(start, end)), end);
    } catch (JsonException e) {
      throw new MalformedCall(e.getMessage() + " in " + excerpt(text, start));
    }
  }

  /** Reads one call such as {@code {"name": ..., "arguments": {...}}}. */
  static int readCall(String text, int start, List<ToolCall> calls) throws MalformedCall {
    int position = skipSpace(text, start);
    if (!text.startsWith("{", position)) {
      throw new MalformedCall("expected a call in braces, found " + excerpt(text, position));
    }
    Part object = object(text, position);
    calls.add(call(object.members(), excerpt(text, position)));
    return object.end();
  }

  /** Reads calls with semicolons between them; either all of them or none. */
  static int readCalls(String text, int start, List<ToolCall> calls) throws MalformedCall {
    List<ToolCall> read = new ArrayList<>();
    int end = readCall(text, start, read);
    while (text.startsWith(";", skipSpace(text, end))) {
      end = readCall(text, skipSpace(text, end) + 1, read);
    }
    calls.addAll(read);
    return end;
  }

  /** Reads a list of calls; either all of them or none. */
  static int readList(String text, int start, List<ToolCall> calls) throws MalformedCall {
    int end = end(text, start);
    List<ToolCall> read = new ArrayList<>();
    try {
      if (Json.parse(text.substring(start, end)) instanceof List<?> elements) {
        for (Object element : elements) {
          read.add(call(element, excerpt(text, start)));
        }
      }
    } catch (JsonException e) {
      throw new MalformedCall(e.getMessage() + " in " + excerpt(text, start));
    }
    calls.addAll(read);
    return end;
  }

  /** Whether a whole text is an object with the members of a call. */
  static boolean isBareCall(String text) {
    try {
      Map<String, @Nullable Object> members = object(text, skipSpace(text, 0)).members();
      return members.get("name") instanceof String
          && (members.containsKey("arguments") || members.containsKey("parameters"));
    } catch (MalformedCall e) {
      return false;
    }
  }

  private static ToolCall call(@Nullable Object json, String where) throws MalformedCall {
    Map<String, @Nullable Object> members = members(json);
    if (members != null && members(members.get("function")) != null) {
      Optional<String> id = id(members);
      ToolCall inner = call(members.get("function"), where);
      return new ToolCall(id.isPresent() ? id : inner.id(), inner.name(), inner.arguments());
    }
    if (members == null || !(members.get("name") instanceof String name)) {
      throw new MalformedCall("a call needs a \"name\", found " + where);
    }
    Object arguments =
        members.containsKey("arguments") ? members.get("arguments") : members.get("parameters");
    if (arguments instanceof String text) {
      arguments = valueOrText(text);
    }
    Map<String, @Nullable Object> byName = arguments == null ? Map.of() : members(arguments);
    if (byName == null) {
      throw new MalformedCall("the arguments of " + name + " are no JSON object in " + where);
    }
    return new ToolCall(id(members), name(name), byName);
  }

  private static Optional<String> id(Map<String, @Nullable Object> call) {
    return call.get("id") instanceof String id ? Optional.of(id) : Optional.empty();
  }

  @SuppressWarnings("unchecked")
  private static @Nullable Map<String, @Nullable Object> members(@Nullable Object json) {
    return json instanceof Map ? (Map<String, @Nullable Object>) json : null;
  }

  static String name(String text) throws MalformedCall {
    String name = text.trim();
    if (name.isEmpty()) {
      throw new MalformedCall("a call has no name");
    }
    return name;
  }

  /** JSON where it is JSON, otherwise the text itself. */
  static @Nullable Object valueOrText(String text) {
    try {
      return Json.parse(text);
    } catch (JsonException e) {
      return text;
    }
  }

  /** The place behind the bracket that closes the one at {@code start}. */
  private static int end(String text, int start) throws MalformedCall {
    int depth = 0;
    boolean inString = false;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (inString) {
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          inString = false;
        }
      } else if (c == '"') {
        inString = true;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        return i + 1;
      }
    }
    throw new MalformedCall("the text ends within a call: " + excerpt(text, start));
  }

  static int skipSpace(String text, int start) {
    int i = start;
    while (i < text.length() && Character.isWhitespace(text.charAt(i))) {
      i++;
    }
    return i;
  }

  /** Steps over white space and a mark, if the mark is there. */
  static int skip(String text, int start, String mark) {
    int position = skipSpace(text, start);
    return text.startsWith(mark, position) ? position + mark.length() : start;
  }

  private static String excerpt(String text, int start) {
    String rest = text.substring(Math.min(start, text.length())).trim();
    return rest.length() > 60 ? rest.substring(0, 60) + "..." : rest;
  }
}
