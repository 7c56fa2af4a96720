package io.loquent.internal.json;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes JSON as plain Java values: {@code Map<String, Object>} in file order, {@code
 * List<Object>}, {@code String}, {@code Long} (whole numbers that fit), {@code Double} (all other
 * numbers), {@code Boolean} and {@code null}.
 */
public final class Json {

  private Json() {}

  /**
   * Reads one JSON value.
   *
   * @param text JSON text; Python's NaN, Infinity and -Infinity are understood
   * @return the value
   * @throws JsonException if the text is anything else
   */
  public static @Nullable Object parse(String text) {
    return new JsonParser(text).parse();
  }

  /**
   * Reads a JSON object.
   *
   * @param text JSON text
   * @return its members, in file order
   * @throws JsonException if the text is anything else
   */
  @SuppressWarnings("unchecked")
  public static Map<String, @Nullable Object> parseObject(String text) {
    Object value = parse(text);
    if (value instanceof Map) {
      return (Map<String, @Nullable Object>) value;
    }
    throw new JsonException("expected a JSON object {...}, found " + describe(value));
  }

  /**
   * Writes a value on one line.
   *
   * @param value maps, collections, int arrays, double arrays, strings, numbers, booleans and null;
   *     NaN and infinities are written as null
   * @return JSON text
   */
  public static String write(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(@Nullable Object value, StringBuilder out) {
    if (value == null) {
      out.append("null");
    } else if (value instanceof Map<?, ?> map) {
      writeObject(map, out);
    } else if (value instanceof Collection<?> elements) {
      writeArray(elements.toArray(), out);
    } else if (value instanceof int[] ids) {
      writeArray(java.util.Arrays.stream(ids).boxed().toArray(), out);
    } else if (value instanceof double[] numbers) {
      writeArray(java.util.Arrays.stream(numbers).boxed().toArray(), out);
    } else if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      out.append(Double.isNaN(number) || Double.isInfinite(number) ? "null" : value.toString());
    } else if (value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof CharSequence || value instanceof Enum) {
      writeString(value.toString(), out);
    } else {
      throw new IllegalArgumentException("cannot write " + value.getClass() + " as JSON");
    }
  }

  private static void writeObject(Map<?, ?> members, StringBuilder out) {
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> member : members.entrySet()) {
      out.append(separator);
      writeString(String.valueOf(member.getKey()), out);
      out.append(':');
      write(member.getValue(), out);
      separator = ",";
    }
    out.append('}');
  }

  private static void writeArray(@Nullable Object[] elements, StringBuilder out) {
    out.append('[');
    String separator = "";
    for (Object element : elements) {
      out.append(separator);
      write(element, out);
      separator = ",";
    }
    out.append(']');
  }

  private static void writeString(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || isLoneSurrogate(text, i)) {
            out.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static boolean isLoneSurrogate(String text, int index) {
    char c = text.charAt(index);
    if (Character.isHighSurrogate(c)) {
      return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
    }
    return Character.isLowSurrogate(c)
        && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
  }

  private static String describe(@Nullable Object value) {
    String text = write(value);
    return text.length() > 40 ? text.substring(0, 40) + "..." : text;
  }
}
