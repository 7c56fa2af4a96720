package io.loquent;

import io.loquent.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads constraints from options. */
final class ConstraintMap {

  static final String EXPECTED =
      "an object with one of choice (a list of texts), regex, json_schema, json (true) and grammar,"
          + " and beside JSON compact (true or false)";

  private ConstraintMap() {}

  static OutputConstraint read(Map<?, ?> map) {
    OutputConstraint constraint = readOrNull(map);
    if (constraint == null) {
      throw new InvalidRequestException(
          "a constraint must be " + EXPECTED + "; found " + Json.write(map));
    }
    return constraint;
  }

  /** The constraint; null if it is none. */
  static @Nullable OutputConstraint readOrNull(Map<?, ?> map) {
    Set<String> kinds = new TreeSet<>();
    map.keySet().forEach(key -> kinds.add(String.valueOf(key)));
    boolean isJson = kinds.contains("json") || kinds.contains("json_schema");
    boolean isCompact = Boolean.TRUE.equals(map.get("compact"));
    boolean isFlag = map.get("compact") instanceof Boolean;
    if (kinds.remove("compact") && !(isJson && isFlag)) {
      return null;
    }
    String kind = kinds.size() == 1 ? kinds.iterator().next() : "";
    return of(kind, map.get(kind), isCompact);
  }

  private static @Nullable OutputConstraint of(
      String kind, @Nullable Object value, boolean compact) {
    if (kind.equals("choice")) {
      return value instanceof List<?> list ? choice(list) : null;
    }
    if (kind.equals("json")) {
      return Boolean.TRUE.equals(value) ? new OutputConstraint.AnyJson(compact) : null;
    }
    if (kind.equals("json_schema")) {
      return (value instanceof Map || value instanceof Boolean)
          ? new OutputConstraint.JsonSchema(Json.write(value), compact)
          : null;
    }
    if (!(value instanceof String text) || text.isEmpty()) {
      return null;
    }
    if (kind.equals("regex")) {
      return OutputConstraint.regex(text);
    }
    return kind.equals("grammar") ? OutputConstraint.grammar(text) : null;
  }

  private static @Nullable OutputConstraint choice(List<?> list) {
    List<String> texts = new ArrayList<>();
    for (Object text : list) {
      if (!(text instanceof String string)) {
        return null;
      }
      texts.add(string);
    }
    return new OutputConstraint.Choice(texts);
  }
}
