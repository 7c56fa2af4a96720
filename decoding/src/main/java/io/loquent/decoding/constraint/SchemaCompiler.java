package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes a grammar of a JSON schema (draft 2020-12). Schemas that have to hold together are kept as
 * a set until they are written, so that references, also recursive ones, and {@code allOf} need no
 * merging of their own; each such set is one rule.
 */
final class SchemaCompiler {

  /** What differs only further inside counts as not decided. */
  private static final int DEEPEST = 8;

  private final GrammarBuilder builder = new GrammarBuilder();
  private final ExprPool pool = builder.pool;
  private final JsonWriting json;
  private final SchemaAlternatives alternatives;
  private final SchemaScalars scalars;
  private final SchemaObjects objects;
  private final SchemaArrays arrays;
  private final Map<Set<String>, Integer> rules = new HashMap<>();
  private int exclusiveDepth;

  private SchemaCompiler(SchemaPart root, boolean compact) {
    json = new JsonWriting(builder, compact);
    scalars = new SchemaScalars(json);
    objects = new SchemaObjects(json, this::value, this::nameContent);
    alternatives = new SchemaAlternatives(new SchemaReferences(root), this::areExclusive);
    arrays = new SchemaArrays(json, alternatives, this::value, this::valid);
  }

  /**
   * Compiles a schema.
   *
   * @param schema parsed JSON
   * @param compact whether it is written without spaces
   * @throws InvalidRequestException if it is malformed, not supported or contradicts itself
   */
  static Grammar compile(@Nullable Object schema, boolean compact) {
    SchemaPart root = SchemaPart.of("#", schema);
    SchemaCompiler compiler = new SchemaCompiler(root, compact);
    int rule = compiler.builder.declare("the JSON schema");
    compiler.builder.define(rule, compiler.value(Set.of(root)));
    return compiler.builder.build(rule, "the JSON schema");
  }

  /** Any JSON value. */
  static Grammar anyJson(boolean compact) {
    return compile(true, compact);
  }

  /** A value for which some schemas hold together. */
  private Expr value(Set<SchemaPart> schemas) {
    Set<String> key = new TreeSet<>();
    for (SchemaPart schema : schemas) {
      if (schema.isFalse()) {
        return pool.nothing;
      }
      if (!schema.isBoolean() && !schema.keywords().isEmpty()) {
        key.add(schema.pointer);
      }
    }
    if (key.isEmpty()) {
      return json.anyValue();
    }
    Integer rule = rules.get(key);
    if (rule == null) {
      rule = builder.declare("the schema at " + String.join(" and ", key));
      rules.put(key, rule);
      List<Expr> ways = new ArrayList<>();
      alternatives.of(schemas).forEach(shape -> ways.add(value(shape)));
      builder.define(rule, pool.union(ways));
    }
    return pool.call(rule);
  }

  private Expr value(SchemaShape shape) {
    if (shape.values != null) {
      return listed(shape, shape.values);
    }
    List<Expr> ways = new ArrayList<>();
    if (shape.types.contains(JsonType.OBJECT)) {
      refuseExcluded(shape, JsonType.OBJECT);
      ways.add(builder.shared("object", objects.of(shape)));
    }
    if (shape.types.contains(JsonType.ARRAY)) {
      refuseExcluded(shape, JsonType.ARRAY);
      ways.add(builder.shared("array", arrays.of(shape)));
    }
    if (shape.types.contains(JsonType.STRING)) {
      ways.add(json.string(scalars.content(shape)));
    }
    if (hasNumber(shape)) {
      ways.add(builder.shared("number", scalars.number(shape)));
    }
    if (shape.types.contains(JsonType.BOOLEAN)) {
      addUnlessExcluded(shape, true, ways);
      addUnlessExcluded(shape, false, ways);
    }
    if (shape.types.contains(JsonType.NULL)) {
      addUnlessExcluded(shape, null, ways);
    }
    return pool.union(ways);
  }

  private static boolean hasNumber(SchemaShape shape) {
    return shape.types.contains(JsonType.INTEGER) || shape.types.contains(JsonType.FRACTION);
  }

  private void addUnlessExcluded(SchemaShape shape, @Nullable Object value, List<Expr> ways) {
    if (shape.excluded.stream().noneMatch(other -> JsonType.areEqual(other, value))) {
      ways.add(json.value(value));
    }
  }

  private static void refuseExcluded(SchemaShape shape, JsonType type) {
    if (shape.excluded.stream().anyMatch(value -> JsonType.of(value) == type)) {
      throw new InvalidRequestException(
          "the JSON schema excludes, at "
              + shape.parts.get(0)
              + ", an object or array as a whole (not), which is not supported; remove it");
    }
  }

  /** The values of an enum that the rest of its shape allows. */
  private Expr listed(SchemaShape shape, List<@Nullable Object> values) {
    List<Expr> ways = new ArrayList<>();
    valid(shape, values).forEach(value -> ways.add(json.value(value)));
    return pool.union(ways);
  }

  /** Which of the values that a schema lists its other keywords allow. */
  private List<@Nullable Object> valid(SchemaShape shape, List<@Nullable Object> values) {
    List<@Nullable Object> valid = new ArrayList<>();
    for (Object value : values) {
      if (isCompound(value) && saysMoreThan(shape, JsonType.of(value))) {
        throw new InvalidRequestException(
            "the JSON schema lists, at "
                + shape.parts.get(0)
                + ", an object or array as a value and says more about it in other keywords, which"
                + " is not supported; leave only the values that are valid");
      }
      if (scalars.accepts(shape, value, builder.derivatives)) {
        valid.add(value);
      }
    }
    return valid;
  }

  private static boolean isCompound(@Nullable Object value) {
    JsonType type = JsonType.of(value);
    return type == JsonType.OBJECT || type == JsonType.ARRAY;
  }

  private static boolean saysMoreThan(SchemaShape shape, JsonType type) {
    List<String> keywords =
        type == JsonType.OBJECT
            ? List.of(
                "properties",
                "patternProperties",
                "additionalProperties",
                "required",
                "minProperties",
                "maxProperties",
                "propertyNames")
            : List.of("items", "prefixItems", "minItems", "maxItems", "uniqueItems");
    return keywords.stream().anyMatch(shape::has)
        || (type == JsonType.OBJECT && !shape.forbidden.isEmpty());
  }

  /** What some schemas allow together between the quotes of a string. */
  private Expr nameContent(Set<SchemaPart> schemas) {
    List<Expr> ways = new ArrayList<>();
    for (SchemaShape shape : alternatives.of(schemas)) {
      ways.add(contentOf(shape));
    }
    return pool.union(ways);
  }

  private Expr contentOf(SchemaShape shape) {
    if (!shape.types.contains(JsonType.STRING)) {
      return pool.nothing;
    }
    if (shape.values == null) {
      return scalars.content(shape);
    }
    List<Expr> ways = new ArrayList<>();
    for (Object value : shape.values) {
      if (value instanceof CharSequence text && scalars.accepts(shape, text, builder.derivatives)) {
        ways.add(json.content(text.toString()));
      }
    }
    return pool.union(ways);
  }

  private boolean areExclusive(SchemaShape a, SchemaShape b) {
    for (JsonType type : JsonType.values()) {
      if (a.types.contains(type) && b.types.contains(type) && !areExclusive(a, b, type)) {
        return false;
      }
    }
    return true;
  }

  private boolean areExclusive(SchemaShape a, SchemaShape b, JsonType type) {
    if (a.values != null && b.values != null) {
      List<@Nullable Object> others = b.values;
      return a.values.stream()
          .filter(value -> JsonType.of(value) == type)
          .noneMatch(value -> others.stream().anyMatch(other -> JsonType.areEqual(value, other)));
    }
    return switch (type) {
      case STRING -> isVoid(contentOf(a), contentOf(b));
      case INTEGER, FRACTION -> isVoid(numberOf(a), numberOf(b));
      case OBJECT -> haveExclusiveMembers(a, b);
      case ARRAY -> haveExclusiveElements(a, b);
      default -> false;
    };
  }

  private Expr numberOf(SchemaShape shape) {
    if (shape.values == null) {
      return scalars.number(shape);
    }
    List<Expr> ways = new ArrayList<>();
    for (Object value : shape.values) {
      if (value instanceof Number) {
        ways.add(pool.literal(JsonWriting.scalar(value)));
      }
    }
    return pool.union(ways);
  }

  private boolean isVoid(Expr a, Expr b) {
    return !builder.derivatives.matchesSomething(pool.intersection(a, b));
  }

  private boolean haveExclusiveMembers(SchemaShape a, SchemaShape b) {
    Set<String> names = new TreeSet<>(a.required());
    names.addAll(b.required());
    for (String name : names) {
      boolean inBoth = a.required().contains(name) && b.required().contains(name);
      SchemaShape needs = a.required().contains(name) ? a : b;
      SchemaShape other = needs == a ? b : a;
      boolean refused =
          needs != other && objects.schemasOf(other, name).stream().anyMatch(SchemaPart::isFalse);
      if (refused || (inBoth && valuesAreExclusive(a, b, name))) {
        return true;
      }
    }
    return a.values == null
        && b.values == null
        && (a.least("minProperties") > b.most("maxProperties")
            || b.least("minProperties") > a.most("maxProperties"));
  }

  private boolean valuesAreExclusive(SchemaShape a, SchemaShape b, String name) {
    return shapesAreExclusive(objects.schemasOf(a, name), objects.schemasOf(b, name));
  }

  private boolean haveExclusiveElements(SchemaShape a, SchemaShape b) {
    if (a.least("minItems") > b.most("maxItems") || b.least("minItems") > a.most("maxItems")) {
      return true;
    }
    int both = Math.min(a.least("minItems"), b.least("minItems"));
    for (int index = 0; index < Math.min(both, 16); index++) {
      if (shapesAreExclusive(arrays.schemasOf(a, index), arrays.schemasOf(b, index))) {
        return true;
      }
    }
    return false;
  }

  private boolean shapesAreExclusive(Set<SchemaPart> a, Set<SchemaPart> b) {
    if (exclusiveDepth == DEEPEST) {
      return false;
    }
    exclusiveDepth++;
    List<SchemaShape> others = alternatives.of(b);
    boolean exclusive =
        alternatives.of(a).stream()
            .allMatch(shape -> others.stream().allMatch(other -> areExclusive(shape, other)));
    exclusiveDepth--;
    return exclusive;
  }
}
