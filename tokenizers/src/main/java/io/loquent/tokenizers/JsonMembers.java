package io.loquent.tokenizers;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Typed access to members of parsed JSON; a member of another type counts as absent. */
final class JsonMembers {

  private JsonMembers() {}

  @SuppressWarnings("unchecked")
  static @Nullable Map<String, @Nullable Object> object(@Nullable Object value) {
    return value instanceof Map ? (Map<String, @Nullable Object>) value : null;
  }

  static List<?> list(@Nullable Object value) {
    return value instanceof List<?> elements ? elements : List.of();
  }

  static @Nullable String string(Map<String, @Nullable Object> members, String name) {
    return members.get(name) instanceof String text ? text : null;
  }

  static boolean flag(Map<String, @Nullable Object> members, String name, boolean otherwise) {
    return members.get(name) instanceof Boolean value ? value : otherwise;
  }

  static long number(Map<String, @Nullable Object> members, String name, long otherwise) {
    return members.get(name) instanceof Long value ? value : otherwise;
  }
}
