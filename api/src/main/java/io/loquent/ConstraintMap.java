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

  private static final Set<String> KINDS =
      new TreeSet<>(List.of("choice", "regex", "json_schema", "json", "grammar"));

  private ConstraintMap() {}

  static OutputConstraint read(Map<?, ?> map) {
    Set<String> kinds = new TreeSet<>();
    map.keySet().forEach(key -> kinds.add(String.valueOf(key)));
    boolean isJson = kinds.contains("json") || kinds.contains("json_schema");
    Object compact = map.get("compact");
    if (compact != null && (!isJson || !(compact instanceof Boolean))) {
      throw wrong(map);
    }
    kinds.remove("compact");
    if (kinds.size() != 1 || !KINDS.containsAll(kinds)) {
      throw wrong(map);
    }
    String kind = kinds.iterator().next();
    OutputConstraint constraint =
        of(kind, map.get(kind), Boolean.TRUE.equals(compact));
    if (constraint == null) {
      throw wrong(map);
    }
    return constraint;
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
    if (!(value instanceof String text)) {
      return null;
    }
    return kind.equals("regex") ? OutputConstraint.regex(text) : OutputConstraint.grammar(text);
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

  private static InvalidRequestException wrong(Map<?, ?> map) {
    return new InvalidRequestException(
        "constraint must have one of "
            + String.join(", ", KINDS)
            + " (a list of texts, a pattern, a schema, true, a grammar), and compact only with JSON;"
            + " found "
            + Json.write(map));
  }
}
