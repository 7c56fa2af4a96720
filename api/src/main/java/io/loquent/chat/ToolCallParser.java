package io.loquent.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds the tool calls in what an assistant has generated. These formats are known, and recognised
 * by themselves:
 *
 * <ul>
 *   <li>Hermes and Qwen: {@code <tool_call>{"name": ..., "arguments": {...}}</tool_call>}, the last
 *       one also without its end;
 *   <li>Qwen3-Coder: {@code <tool_call><function=name><parameter=key>value</parameter>...};
 *   <li>Llama 3: {@code {"name": ..., "parameters": {...}}} as the whole text, also behind {@code
 *       <|python_tag|>}, several separated by semicolons, and {@code
 *       <function=name>{...}</function>};
 *   <li>Mistral: {@code [TOOL_CALLS] [{"name": ..., "arguments": {...}}, ...]}, and {@code
 *       [TOOL_CALLS]name[ARGS]{...}} with {@code [CALL_ID]id} between them or without;
 *   <li>DeepSeek: {@code <｜tool▁call▁begin｜>function<｜tool▁sep｜>name} with a fenced JSON block, and
 *       the newer {@code <｜tool▁call▁begin｜>name<｜tool▁sep｜>{...}<｜tool▁call▁end｜>}.
 * </ul>
 *
 * <p>Some models spell their marks as special tokens. The text of a chat that has {@link
 * io.loquent.Input.Chat#tools() tools} keeps these {@link #marks()}, unless {@link
 * io.loquent.Option#SKIP_SPECIAL_TOKENS skip_special_tokens} is set to true. Thread-safe.
 */
public final class ToolCallParser {

  private static final Set<String> MARKS = ToolCallFormat.marks();

  private ToolCallParser() {}

  /**
   * Returns what the formats mark calls and their parts with, as far as a model may have a special
   * token for it.
   *
   * @return the spelling of such tokens, such as {@code [TOOL_CALLS]}; unmodifiable
   */
  public static Set<String> marks() {
    return MARKS;
  }

  /**
   * Finds the calls in a text.
   *
   * @param text what the assistant has generated
   * @return the calls, what remains of the text, and what began like a call but is none
   */
  public static ToolCalls parse(String text) {
    List<ToolCall> calls = new ArrayList<>();
    List<String> malformed = new ArrayList<>();
    StringBuilder content = new StringBuilder();
    int position = 0;
    while (position < text.length()) {
      ToolCallFormat.Mark mark = ToolCallFormat.next(text, position);
      if (mark == null) {
        break;
      }
      content.append(text, position, mark.start());
      try {
        position = mark.format().read(text, mark.start(), calls);
      } catch (MalformedCall e) {
        malformed.add(String.valueOf(e.getMessage()));
        content.append(text, mark.start(), mark.end());
        position = mark.end();
      }
    }
    content.append(text, position, text.length());
    if (calls.isEmpty() && malformed.isEmpty() && CallJson.isBareCall(text)) {
      return wholeText(text);
    }
    return new ToolCalls(content.toString().trim(), calls, malformed);
  }

  /** Llama 3 may write calls without any mark around them: then the text is nothing else. */
  private static ToolCalls wholeText(String text) {
    List<ToolCall> calls = new ArrayList<>();
    try {
      int end = CallJson.readCalls(text, 0, calls);
      if (text.substring(end).trim().isEmpty()) {
        return new ToolCalls("", calls, List.of());
      }
      return new ToolCalls(text.trim(), List.of(), List.of());
    } catch (MalformedCall e) {
      return new ToolCalls(text.trim(), List.of(), List.of(String.valueOf(e.getMessage())));
    }
  }
}
