package io.loquent.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A way to write tool calls, recognised by the mark that begins it. */
enum ToolCallFormat {
  /** Hermes and Qwen, also with the functions of Qwen3-Coder inside. */
  TOOL_CALL_TAG("<tool_call>") {
    @Override
    int read(String text, int start, List<ToolCall> calls) throws MalformedCall {
      int position = CallJson.skipSpace(text, start + mark.length());
      int end =
          text.startsWith(FUNCTION_TAG.mark, position)
              ? FUNCTION_TAG.read(text, position, calls)
              : CallJson.readCall(text, position, calls);
      return CallJson.skip(text, end, TOOL_CALL_END);
    }
  },

  /** Llama's built-in tag: the call is JSON, calls are separated by semicolons. */
  PYTHON_TAG("<|python_tag|>") {
    @Override
    int read(String text, int start, List<ToolCall> calls) throws MalformedCall {
      int end = CallJson.readCalls(text, start + mark.length(), calls);
      return CallJson.skip(text, CallJson.skip(text, end, "<|eom_id|>"), "<|eot_id|>");
    }
  },

  /** Llama's custom functions with JSON inside, and Qwen3-Coder's with tagged parameters. */
  FUNCTION_TAG("<function=") {
    @Override
    int read(String text, int start, List<ToolCall> calls) throws MalformedCall {
      int nameEnd = text.indexOf('>', start);
      if (nameEnd < 0) {
        throw new MalformedCall("the tag " + mark + "... is not closed by >");
      }
      String name = text.substring(start + mark.length(), nameEnd).trim();
      int position = CallJson.skipSpace(text, nameEnd + 1);
      if (text.startsWith("{", position)) {
        CallJson.Part arguments = CallJson.object(text, position);
        calls.add(new ToolCall(name, arguments.members()));
        return CallJson.skip(text, arguments.end(), "</function>");
      }
      Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
      position = taggedParameters(text, position, name, arguments);
      calls.add(new ToolCall(name, arguments));
      return CallJson.skip(text, position, "</function>");
    }
  },

  /** Mistral: a list of calls, or a name with its arguments. */
  TOOL_CALLS_MARK("[TOOL_CALLS]") {
    @Override
    int read(String text, int start, List<ToolCall> calls) throws MalformedCall {
      int position = CallJson.skipSpace(text, start + mark.length());
      if (text.startsWith("[", position)) {
        return CallJson.readList(text, position, calls);
      }
      if (text.startsWith("{", position)) {
        return CallJson.readCall(text, position, calls);
      }
      int arguments = text.indexOf("{", position);
      if (arguments < 0) {
        throw new MalformedCall("behind " + mark + " there are no arguments in braces");
      }
      String head = text.substring(position, arguments).trim();
      String[] parts = head.replace(ARGUMENTS, "").split(Pattern.quote(CALL_ID), 2);
      CallJson.Part object = CallJson.object(text, arguments);
      calls.add(
          new ToolCall(
              parts.length == 2 ? Optional.of(parts[1].trim()) : Optional.empty(),
              CallJson.name(parts[0]),
              object.members()));
      return object.end();
    }
  },

  /** DeepSeek: a type and a name before fenced JSON, or a name before plain JSON. */
  DEEPSEEK("<\uff5ctool\u2581call\u2581begin\uff5c>") {
    @Override
    int read(String text, int start, List<ToolCall> calls) throws MalformedCall {
      int separator = text.indexOf(SEPARATOR, start);
      int brace = separator < 0 ? -1 : text.indexOf("{", separator);
      if (brace < 0) {
        throw new MalformedCall("behind " + mark + " there are no arguments in braces");
      }
      String before = text.substring(start + mark.length(), separator).trim();
      String between = text.substring(separator + SEPARATOR.length(), brace);
      int fence = between.indexOf("```");
      CallJson.Part arguments = CallJson.object(text, brace);
      calls.add(
          new ToolCall(
              CallJson.name(fence < 0 ? before : between.substring(0, fence)),
              arguments.members()));
      int end = fence < 0 ? arguments.end() : CallJson.skip(text, arguments.end(), "```");
      return CallJson.skip(text, end, DEEPSEEK_CALL_END);
    }
  },

  /** The brackets around all calls of DeepSeek, which say nothing. */
  DEEPSEEK_BEGIN("<\uff5ctool\u2581calls\u2581begin\uff5c>") {
    @Override
    int read(String text, int start, List<ToolCall> calls) {
      return start + mark.length();
    }
  },

  /** The end of all calls of DeepSeek. */
  DEEPSEEK_END("<\uff5ctool\u2581calls\u2581end\uff5c>") {
    @Override
    int read(String text, int start, List<ToolCall> calls) {
      return start + mark.length();
    }
  };

  private static final String TOOL_CALL_END = "</tool_call>";
  private static final String ARGUMENTS = "[ARGS]";
  private static final String CALL_ID = "[CALL_ID]";
  private static final String DEEPSEEK_CALL_END = "<\uff5ctool\u2581call\u2581end\uff5c>";
  private static final String SEPARATOR = "<\uff5ctool\u2581sep\uff5c>";
  private static final String PARAMETER = "<parameter=";
  private static final String PARAMETER_END = "</parameter>";

  final String mark;

  ToolCallFormat(String mark) {
    this.mark = mark;
  }

  /**
   * Reads what begins with the mark.
   *
   * @param text the whole text
   * @param start where the mark is
   * @param calls where to put what was read
   * @return the place behind it
   * @throws MalformedCall if it is no call
   */
  abstract int read(String text, int start, List<ToolCall> calls) throws MalformedCall;

  /**
   * A mark in a text.
   *
   * @param format what it begins
   * @param start where it is
   */
  record Mark(ToolCallFormat format, int start) {
    int end() {
      return start + format.mark.length();
    }
  }

  /** The marks of all formats that may be tokens, also those within calls. */
  static Set<String> marks() {
    Set<String> marks = new LinkedHashSet<>();
    for (ToolCallFormat format : values()) {
      marks.add(format.mark);
    }
    marks.remove(FUNCTION_TAG.mark);
    Collections.addAll(marks, TOOL_CALL_END, ARGUMENTS, CALL_ID, DEEPSEEK_CALL_END, SEPARATOR);
    return Collections.unmodifiableSet(marks);
  }

  /** The first mark at or behind a place, or null. */
  static @Nullable Mark next(String text, int from) {
    Mark first = null;
    for (ToolCallFormat format : values()) {
      int at = text.indexOf(format.mark, from);
      if (at >= 0 && (first == null || at < first.start())) {
        first = new Mark(format, at);
      }
    }
    return first;
  }

  /** Reads {@code <parameter=name>value</parameter>} as often as it comes. */
  private static int taggedParameters(
      String text, int start, String function, Map<String, @Nullable Object> arguments)
      throws MalformedCall {
    int position = start;
    while (text.startsWith(PARAMETER, position)) {
      int nameEnd = text.indexOf('>', position);
      int end = nameEnd < 0 ? -1 : text.indexOf(PARAMETER_END, nameEnd);
      if (end < 0) {
        throw new MalformedCall(
            "a parameter of " + function + " is not closed by " + PARAMETER_END);
      }
      String name = text.substring(position + PARAMETER.length(), nameEnd).trim();
      arguments.put(
          name, CallJson.valueOrText(withoutLineBreaks(text.substring(nameEnd + 1, end))));
      position = CallJson.skipSpace(text, end + PARAMETER_END.length());
    }
    return position;
  }

  /** The line breaks next to the tags are layout, not value. */
  private static String withoutLineBreaks(String value) {
    int start = value.startsWith("\n") ? 1 : 0;
    int end = value.endsWith("\n") && value.length() > start ? value.length() - 1 : value.length();
    return value.substring(start, end);
  }
}
