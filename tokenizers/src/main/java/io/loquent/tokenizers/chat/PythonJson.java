package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON as Python's {@code json.dumps} does: its spaces, its numbers, its escapes. */
final class PythonJson {

  private final boolean ascii;
  private final @Nullable String indent;
  private final String itemSeparator;
  private final String keySeparator;
  private final boolean sortKeys;
  private final StringBuilder out = new StringBuilder();

  /**
   * Creates a writer.
   *
   * @param ascii whether all other characters are escaped
   * @param indent what stands before an element for each level; null for all on one line
   * @param separators between elements, and between a name and its value; null for Python's
   * @param sortKeys whether members are sorted by name
   */
  PythonJson(
      boolean ascii, @Nullable String indent, @Nullable List<String> separators, boolean sortKeys) {
    this.ascii = ascii;
    this.indent = indent;
    this.sortKeys = sortKeys;
    itemSeparator = separators != null ? separators.get(0) : indent == null ? ", " : ",";
    keySeparator = separators != null ? separators.get(1) : ": ";
  }

  String write(@Nullable Object value) {
    append(value, 0);
    return out.toString();
  }

  private void append(@Nullable Object value, int depth) {
    Limits.checkDepth(depth);
    Limits.checkText(out.length());
    if (value == null) {
      out.append("null");
    } else if (value instanceof String text) {
      quote(text);
    } else if (value instanceof Boolean || value instanceof Long) {
      out.append(value);
    } else if (value instanceof Double number) {
      out.append(number(number));
    } else if (value instanceof List<?> elements && !(value instanceof Range)) {
      elements(elements, depth);
    } else if (value instanceof Map<?, ?> members) {
      members(members, depth);
    } else {
      throw new TemplateError(
          "tojson cannot write " + Values.describe(value) + "; JSON has no such value");
    }
  }

  private static String number(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "Infinity" : "-Infinity";
    }
    return PythonRepr.number(number);
  }

  private void elements(Collection<?> elements, int depth) {
    if (elements.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    boolean first = true;
    for (Object element : elements) {
      separate(first, depth + 1);
      append(element, depth + 1);
      first = false;
    }
    newLine(depth);
    out.append(']');
  }

  private void members(Map<?, ?> members, int depth) {
    if (members.isEmpty()) {
      out.append("{}");
      return;
    }
    out.append('{');
    boolean first = true;
    for (Map.Entry<?, ?> member : ordered(members)) {
      separate(first, depth + 1);
      quote(name(member.getKey()));
      out.append(keySeparator);
      append(member.getValue(), depth + 1);
      first = false;
    }
    newLine(depth);
    out.append('}');
  }

  private Collection<? extends Map.Entry<?, ?>> ordered(Map<?, ?> members) {
    if (!sortKeys) {
      return members.entrySet();
    }
    List<Map.Entry<?, ?>> sorted = new ArrayList<>(members.entrySet());
    sorted.sort((a, b) -> PythonText.compare(name(a.getKey()), name(b.getKey())));
    return sorted;
  }

  private static String name(@Nullable Object key) {
    if (key instanceof String text) {
      return text;
    }
    if (key == null) {
      return "null";
    }
    return key instanceof Double number ? number(number) : key.toString();
  }

  private void separate(boolean first, int depth) {
    if (!first) {
      out.append(itemSeparator);
    }
    newLine(depth);
  }

  private void newLine(int depth) {
    if (indent != null) {
      out.append('\n');
      for (int i = 0; i < depth; i++) {
        out.append(indent);
        Limits.checkText(out.length());
      }
    }
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\f' -> out.append("\\f");
        case '\b' -> out.append("\\b");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            escape(c);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private void escape(char c) {
    out.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      out.append(Character.forDigit((c >> shift) & 15, 16));
    }
  }
}
