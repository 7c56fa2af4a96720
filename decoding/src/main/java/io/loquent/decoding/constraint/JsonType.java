package io.loquent.decoding.constraint;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The kinds of JSON values, with whole numbers apart from others. */
enum JsonType {
  NULL,
  BOOLEAN,
  INTEGER,
  FRACTION,
  STRING,
  ARRAY,
  OBJECT;

  /** The kinds that a schema's {@code type} names; empty if it is no type. */
  static Set<JsonType> named(@Nullable Object name) {
    return switch (String.valueOf(name)) {
      case "null" -> EnumSet.of(NULL);
      case "boolean" -> EnumSet.of(BOOLEAN);
      case "integer" -> EnumSet.of(INTEGER);
      case "number" -> EnumSet.of(INTEGER, FRACTION);
      case "string" -> EnumSet.of(STRING);
      case "array" -> EnumSet.of(ARRAY);
      case "object" -> EnumSet.of(OBJECT);
      default -> EnumSet.noneOf(JsonType.class);
    };
  }

  /** The kind of a value. */
  static JsonType of(@Nullable Object value) {
    if (value == null) {
      return NULL;
    }
    if (value instanceof Boolean) {
      return BOOLEAN;
    }
    if (value instanceof Number number) {
      return JsonNumbers.isWhole(number) ? INTEGER : FRACTION;
    }
    if (value instanceof CharSequence) {
      return STRING;
    }
    return value instanceof Map ? OBJECT : ARRAY;
  }

  /** Whether two values are the same, numbers by what they are worth. */
  static boolean areEqual(@Nullable Object a, @Nullable Object b) {
    if (a instanceof Number first && b instanceof Number second) {
      return JsonNumbers.exact(first).compareTo(JsonNumbers.exact(second)) == 0;
    }
    if (a instanceof Map<?, ?> first && b instanceof Map<?, ?> second) {
      return first.keySet().equals(second.keySet())
          && first.keySet().stream().allMatch(key -> areEqual(first.get(key), second.get(key)));
    }
    if (a instanceof Collection<?> first && b instanceof Collection<?> second) {
      List<@Nullable Object> left = new java.util.ArrayList<>(first);
      List<@Nullable Object> right = new java.util.ArrayList<>(second);
      boolean equal = left.size() == right.size();
      for (int i = 0; equal && i < left.size(); i++) {
        equal = areEqual(left.get(i), right.get(i));
      }
      return equal;
    }
    return a == null ? b == null : a.equals(b);
  }
}
