package io.loquent.internal.json;

import io.loquent.InvalidRequestException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies JSON values so that nobody can change them. */
public final class JsonCopy {

  /** Deeper than what JsonParser reads, so that everything read can be copied. */
  private static final int MAX_DEPTH = 1000;

  private JsonCopy() {}

  /**
   * Copies an object in its order.
   *
   * @param what what it is, for the error
   * @param members names and values: maps with text keys, collections, texts, numbers, truth values
   *     and null
   * @return the copy; whole numbers are {@code Long}, all others {@code Double}
   * @throws InvalidRequestException if there is any other value
   */
  public static Map<String, @Nullable Object> of(String what, Map<String, ?> members) {
    return copyObject(what, members, 0);
  }

  /**
   * Copies a list of objects.
   *
   * @param what what they are, for the error
   * @param objects JSON objects
   * @return the copies
   * @throws InvalidRequestException if there is any other value
   */
  public static List<Map<String, @Nullable Object>> ofObjects(
      String what, List<? extends Map<String, ?>> objects) {
    List<Map<String, @Nullable Object>> copies = new ArrayList<>(objects.size());
    for (Map<String, ?> object : objects) {
      copies.add(of(what + "[" + copies.size() + "]", object));
    }
    return Collections.unmodifiableList(copies);
  }

  private static Map<String, @Nullable Object> copyObject(
      String what, Map<?, ?> members, int depth) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    members.forEach(
        (name, value) -> {
          if (!(name instanceof String text)) {
            throw new InvalidRequestException(
                what + ": the names of members must be texts, found " + name);
          }
          copy.put(text, copyValue(what + "." + text, value, depth + 1));
        });
    return Collections.unmodifiableMap(copy);
  }

  private static @Nullable Object copyValue(String what, @Nullable Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw new InvalidRequestException(
          what + " is nested more than " + MAX_DEPTH + " levels deep");
    }
    if (value == null || value instanceof String || value instanceof Boolean) {
      return value;
    }
    if (value instanceof Long || value instanceof Integer || value instanceof Short) {
      return ((Number) value).longValue();
    }
    if (value instanceof Double || value instanceof Float) {
      return ((Number) value).doubleValue();
    }
    if (value instanceof Map<?, ?> members) {
      return copyObject(what, members, depth);
    }
    if (value instanceof Collection<?> elements) {
      List<@Nullable Object> copy = new ArrayList<>(elements.size());
      for (Object element : elements) {
        copy.add(copyValue(what + "[" + copy.size() + "]", element, depth + 1));
      }
      return Collections.unmodifiableList(copy);
    }
    throw new InvalidRequestException(
        what
            + " is a "
            + value.getClass().getName()
            + "; JSON has maps, lists, texts, numbers, truth values and null");
  }
}
