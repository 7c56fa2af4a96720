package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import io.loquent.decoding.constraint.Expr.Repetition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The objects of a shape: members in the order in which the schema lists them, then required ones
 * that it does not list, then any others.
 */
final class SchemaObjects {

  private static final int MOST_PATTERNS = 6;
  private static final int MOST_STEPS = 100_000;

  private final JsonWriting json;
  private final ExprPool pool;
  private final Derivatives derivatives;
  private final Function<Set<SchemaPart>, Expr> values;
  private final Function<Set<SchemaPart>, Expr> nameContents;

  /**
   * Creates it.
   *
   * @param values writes what schemas allow together
   * @param nameContents what schemas allow together between the quotes of a string
   */
  SchemaObjects(
      JsonWriting json,
      Function<Set<SchemaPart>, Expr> values,
      Function<Set<SchemaPart>, Expr> nameContents) {
    this.json = json;
    this.values = values;
    this.nameContents = nameContents;
    pool = json.pool;
    derivatives = json.builder.derivatives;
  }

  /** One object to write, its listed members first. */
  private final class Members {
    private final List<Expr> listed = new ArrayList<>();
    private final List<Boolean> required = new ArrayList<>();
    private final Expr other;
    private final int least;
    private final int most;

    /** How far members have to be counted. */
    private final int counted;

    private final Map<Long, Expr> known = new HashMap<>();

    Members(SchemaShape shape, Map<String, Boolean> names, Expr other) {
      this.other = other;
      least = shape.least("minProperties");
      most = shape.most("maxProperties");
      counted = most < Integer.MAX_VALUE ? most : Math.max(1, least);
      names.forEach(
          (name, isRequired) -> {
            Expr value = values.apply(schemasOf(shape, name));
            listed.add(json.member(json.name(name), value));
            required.add(isRequired);
          });
      if ((long) counted * listed.size() > MOST_STEPS) {
        throw new InvalidRequestException(
            "the JSON schema counts, at "
                + shape.parts.get(0)
                + ", up to "
                + counted
                + " members, which is not supported; lower minProperties or maxProperties");
      }
    }

    /** What follows when members before one are decided and some of them written. */
    Expr from(int index, int written) {
      if (written > most) {
        return pool.nothing;
      }
      int count = Math.min(written, counted);
      long key = (long) index << 32 | count;
      Expr result = known.get(key);
      if (result == null) {
        result = index == listed.size() ? others(count) : decide(index, count);
        known.put(key, result);
      }
      return result;
    }

    private Expr decide(int index, int count) {
      Expr written =
          pool.sequence(
              count == 0 ? pool.empty : json.separator(),
              listed.get(index),
              from(index + 1, count + 1));
      return required.get(index) ? written : pool.union(written, from(index + 1, count));
    }

    private Expr others(int count) {
      int needed = Math.max(0, least - count);
      int room = most == Integer.MAX_VALUE ? Repetition.ANY : most - count;
      Expr following = pool.sequence(json.separator(), other);
      if (count > 0) {
        return pool.repeat(following, needed, room);
      }
      Expr some =
          room == 0
              ? pool.nothing
              : pool.sequence(
                  other,
                  pool.repeat(
                      following,
                      Math.max(0, needed - 1),
                      room == Repetition.ANY ? room : room - 1));
      return needed == 0 ? pool.optional(some) : some;
    }
  }

  /** An object of a shape. */
  Expr of(SchemaShape shape) {
    Set<String> required = shape.required();
    Map<String, Boolean> names = new LinkedHashMap<>();
    shape.properties().forEach(name -> names.put(name, required.contains(name)));
    required.forEach(name -> names.put(name, true));
    Expr inside = new Members(shape, names, others(shape, names.keySet())).from(0, 0);
    return json.bracketed("{", inside, "}");
  }

  /** The schemas of a member; it cannot be there if one of them refuses everything. */
  Set<SchemaPart> schemasOf(SchemaShape shape, String name) {
    Set<SchemaPart> schemas = new LinkedHashSet<>();
    for (SchemaPart part : shape.parts) {
      addSchemasOf(part, name, schemas);
      SchemaPart names = part.part("propertyNames");
      if (names != null && !matches(nameContents.apply(Set.of(names)), name)) {
        schemas.add(refusal());
      }
    }
    if (shape.forbidden.contains(name)) {
      schemas.add(refusal());
    }
    return schemas;
  }

  private static SchemaPart refusal() {
    return SchemaPart.of("#false", false);
  }

  private void addSchemasOf(SchemaPart part, String name, Set<SchemaPart> schemas) {
    boolean listed = part.map("properties").containsKey(name);
    if (listed) {
      schemas.add(part.part("properties", name));
    }
    for (Object key : part.map("patternProperties").keySet()) {
      String pattern = String.valueOf(key);
      if (matches(names(pattern), name)) {
        schemas.add(part.part("patternProperties", pattern));
        listed = true;
      }
    }
    SchemaPart additional = part.part("additionalProperties");
    if (!listed && additional != null) {
      schemas.add(additional);
    }
  }

  private boolean matches(Expr content, String name) {
    return derivatives.matchesSomething(pool.intersection(content, json.content(name)));
  }

  private Expr names(String pattern) {
    return RegexParser.somewhere(
        pattern, pool, CharacterWriting.JSON_STRING, "the JSON schema's patternProperties");
  }

  /** A member that is not listed: for each set of patterns the names that match just these. */
  private Expr others(SchemaShape shape, Set<String> listed) {
    List<String> patterns = new ArrayList<>(shape.patterns());
    if (patterns.size() > MOST_PATTERNS) {
      throw new InvalidRequestException(
          "the JSON schema has, at "
              + shape.parts.get(0)
              + ", "
              + patterns.size()
              + " patterns of names in patternProperties; at most "
              + MOST_PATTERNS
              + " are supported");
    }
    List<Expr> common = new ArrayList<>();
    common.add(pool.repeat(json.character, 0, Repetition.ANY));
    Set<String> taken = new LinkedHashSet<>(listed);
    taken.addAll(shape.forbidden);
    taken.forEach(name -> common.add(pool.complement(json.content(name))));
    for (SchemaPart part : shape.parts) {
      SchemaPart names = part.part("propertyNames");
      if (names != null) {
        common.add(nameContents.apply(Set.of(names)));
      }
    }
    List<Expr> ways = new ArrayList<>();
    for (int matched = 0; matched < 1 << patterns.size(); matched++) {
      List<Expr> name = new ArrayList<>(common);
      Set<String> these = new LinkedHashSet<>();
      for (int i = 0; i < patterns.size(); i++) {
        boolean matches = (matched >> i & 1) != 0;
        Expr expr = names(patterns.get(i));
        name.add(matches ? expr : pool.complement(expr));
        if (matches) {
          these.add(patterns.get(i));
        }
      }
      Expr content = name.size() == 1 ? name.get(0) : pool.intersection(name);
      if (derivatives.matchesSomething(content)) {
        ways.add(json.member(json.string(content), values.apply(schemasOf(shape, these))));
      }
    }
    return pool.union(ways);
  }

  /** The schemas of a member that is not listed and whose name matches some patterns. */
  private static Set<SchemaPart> schemasOf(SchemaShape shape, Set<String> patterns) {
    Set<SchemaPart> schemas = new LinkedHashSet<>();
    for (SchemaPart part : shape.parts) {
      boolean matched = false;
      for (Object key : part.map("patternProperties").keySet()) {
        String pattern = String.valueOf(key);
        if (patterns.contains(pattern)) {
          schemas.add(part.part("patternProperties", pattern));
          matched = true;
        }
      }
      SchemaPart additional = part.part("additionalProperties");
      if (!matched && additional != null) {
        schemas.add(additional);
      }
    }
    return schemas;
  }
}
