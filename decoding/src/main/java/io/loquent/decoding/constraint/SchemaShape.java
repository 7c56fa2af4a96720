package io.loquent.decoding.constraint;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What several schemas without alternatives ask for together. Objects and arrays are looked up in
 * the parts themselves; all else is gathered here.
 */
final class SchemaShape {

  /** The schemas, all of which hold. */
  final List<SchemaPart> parts;

  /** Which kinds of values are valid. */
  final Set<JsonType> types = EnumSet.allOf(JsonType.class);

  /** The only values that are valid; null if they are not listed. */
  @Nullable List<@Nullable Object> values;

  /** Values that are not valid. */
  final List<@Nullable Object> excluded = new ArrayList<>();

  /** Members that an object must not have. */
  final Set<String> forbidden = new LinkedHashSet<>();

  /** Patterns that a string must not match, by the part that says so. */
  final List<SchemaPart> unmatched = new ArrayList<>();

  SchemaShape(Collection<SchemaPart> parts) {
    this.parts = List.copyOf(parts);
    for (SchemaPart part : this.parts) {
      if (part.isFalse()) {
        types.clear();
      }
      addType(part);
      addValues(part);
      addComplement(part);
    }
    List<@Nullable Object> listed = values;
    if (listed != null) {
      listed.removeIf(value -> !types.contains(JsonType.of(value)));
      types.removeIf(type -> listed.stream().noneMatch(value -> JsonType.of(value) == type));
    }
  }

  private void addType(SchemaPart part) {
    if (part.has("type")) {
      types.retainAll(types(part, "type"));
    }
  }

  private static Set<JsonType> types(SchemaPart part, String keyword) {
    Object value = part.get(keyword);
    Set<JsonType> allowed = EnumSet.noneOf(JsonType.class);
    Collection<?> names =
        value instanceof Collection<?> list ? list : List.of(String.valueOf(value));
    for (Object name : names) {
      Set<JsonType> named = JsonType.named(name);
      if (named.isEmpty()) {
        throw part.wrong(
            keyword, "null, boolean, integer, number, string, array, object, or a list of these");
      }
      allowed.addAll(named);
    }
    return allowed;
  }

  private void addValues(SchemaPart part) {
    if (part.has("const")) {
      List<@Nullable Object> only = new ArrayList<>();
      only.add(part.get("const"));
      keep(only);
    }
    if (part.has("enum")) {
      keep(new ArrayList<>(part.list("enum")));
    }
  }

  private void keep(List<? extends @Nullable Object> valid) {
    List<@Nullable Object> kept = new ArrayList<>();
    for (Object value : valid) {
      boolean isKnown = kept.stream().anyMatch(other -> JsonType.areEqual(other, value));
      List<@Nullable Object> before = values;
      boolean wasValid =
          before == null || before.stream().anyMatch(other -> JsonType.areEqual(other, value));
      if (!isKnown && wasValid) {
        kept.add(value);
      }
    }
    values = kept;
  }

  private void addComplement(SchemaPart part) {
    SchemaPart not = part.part("not");
    if (not == null) {
      return;
    }
    Set<String> keywords = new LinkedHashSet<>();
    not.keywords().keySet().forEach(keyword -> keywords.add(String.valueOf(keyword)));
    if (not.isFalse()) {
      return;
    }
    if (keywords.isEmpty()) {
      types.clear();
    } else if (keywords.equals(Set.of("type"))) {
      types.removeAll(types(not, "type"));
    } else if (keywords.equals(Set.of("const"))) {
      excluded.add(not.get("const"));
    } else if (keywords.equals(Set.of("enum"))) {
      excluded.addAll(not.list("enum"));
    } else if (keywords.equals(Set.of("required")) && not.list("required").size() == 1) {
      // What is no object has every member that is required of objects.
      types.retainAll(EnumSet.of(JsonType.OBJECT));
      forbidden.add(String.valueOf(not.list("required").get(0)));
    } else if (keywords.equals(Set.of("type", "pattern")) && "string".equals(not.get("type"))) {
      unmatched.add(not);
    } else {
      throw part.unsupported(
          "not",
          "only a type, a const, an enum, one required member, or the pattern of a string can be"
              + " excluded");
    }
  }

  boolean has(String keyword) {
    return parts.stream().anyMatch(part -> part.has(keyword));
  }

  /** The highest of the counts that parts give as the least. */
  int least(String keyword) {
    return parts.stream().mapToInt(part -> part.count(keyword, 0)).max().orElse(0);
  }

  /** The lowest of the counts that parts give as the most. */
  int most(String keyword) {
    return parts.stream()
        .mapToInt(part -> part.count(keyword, Integer.MAX_VALUE))
        .min()
        .orElse(Integer.MAX_VALUE);
  }

  /** The members that an object must have, in the order in which they are listed. */
  Set<String> required() {
    Set<String> names = new LinkedHashSet<>();
    parts.forEach(part -> part.list("required").forEach(name -> names.add(String.valueOf(name))));
    return names;
  }

  /** The members that have a schema of their own, in the order in which they are listed. */
  Set<String> properties() {
    Set<String> names = new LinkedHashSet<>();
    parts.forEach(
        part -> part.map("properties").keySet().forEach(name -> names.add(String.valueOf(name))));
    return names;
  }

  /** The patterns of members' names. */
  Set<String> patterns() {
    Set<String> patterns = new LinkedHashSet<>();
    for (SchemaPart part : parts) {
      Map<?, ?> map = part.map("patternProperties");
      map.keySet().forEach(pattern -> patterns.add(String.valueOf(pattern)));
    }
    return patterns;
  }

  /** The number of a keyword; null without the keyword. */
  static @Nullable BigDecimal number(SchemaPart part, String keyword) {
    if (!part.has(keyword)) {
      return null;
    }
    boolean isFinite =
        part.get(keyword) instanceof Number number && Double.isFinite(number.doubleValue());
    if (isFinite && part.get(keyword) instanceof Number number) {
      return JsonNumbers.exact(number);
    }
    throw part.wrong(keyword, "a number");
  }
}
