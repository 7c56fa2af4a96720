package io.loquent.samples.cli;

import io.loquent.InvalidRequestException;
import io.loquent.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON values of an expected kind; an error says where the value is and what was found. */
final class JsonValues {

  private static final int MOST_CHARACTERS_SHOWN = 60;

  private JsonValues() {}

  static String text(String where, @Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw unexpected(where, "a string", value);
  }

  static List<?> list(String where, String expected, @Nullable Object value) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw unexpected(where, expected, value);
  }

  /** A non-empty list, as what is given per row must be. */
  static List<?> rows(String where, String expected, @Nullable Object value) {
    List<?> list = list(where, expected, value);
    if (list.isEmpty()) {
      throw new InvalidRequestException(where + " is empty; expected " + expected);
    }
    return list;
  }

  @SuppressWarnings("unchecked") // A JSON object's names are strings.
  static Map<String, @Nullable Object> object(String where, @Nullable Object value) {
    if (value instanceof Map) {
      return (Map<String, @Nullable Object>) value;
    }
    throw unexpected(where, "an object {...}", value);
  }

  /** Token ids. That they are in the vocabulary is for the model to check. */
  static int[] ids(String where, @Nullable Object value) {
    List<?> list = list(where, "a list of token ids", value);
    int[] ids = new int[list.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = integer(where + "[" + i + "]", list.get(i));
    }
    return ids;
  }

  /** Rows of token ids; a flat list of ids is one row. */
  static List<int[]> idRows(String where, @Nullable Object value) {
    List<?> list = rows(where, "rows of token ids", value);
    if (list.get(0) instanceof Number) {
      return List.of(ids(where, list));
    }
    List<int[]> rows = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      rows.add(ids(where + "[" + i + "]", list.get(i)));
    }
    return rows;
  }

  /** A whole number; also one that a writer without integers spelled as 5.0 or 5e0. */
  static int integer(String where, @Nullable Object value) {
    if (value instanceof Number number) {
      double exact = number.doubleValue();
      if (exact == Math.rint(exact) && Math.abs(exact) <= Integer.MAX_VALUE) {
        return (int) exact;
      }
    }
    throw unexpected(where, "a whole number of at most 31 bits", value);
  }

  static float number(String where, @Nullable Object value) {
    if (value instanceof Number number) {
      return number.floatValue();
    }
    throw unexpected(where, "a number", value);
  }

  static InvalidRequestException unexpected(String where, String expected, @Nullable Object value) {
    String found = Json.write(value);
    if (found.length() > MOST_CHARACTERS_SHOWN) {
      found = found.substring(0, MOST_CHARACTERS_SHOWN) + "...";
    }
    return new InvalidRequestException(where + ": expected " + expected + ", found " + found);
  }
}
