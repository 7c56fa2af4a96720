package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import io.loquent.decoding.constraint.Expr.Repetition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The arrays of a shape. */
final class SchemaArrays {

  /** Each set of elements that were written is a state. */
  private static final int MOST_UNIQUE = 8;

  private final JsonWriting json;
  private final ExprPool pool;
  private final SchemaAlternatives alternatives;
  private final Function<Set<SchemaPart>, Expr> values;
  private final BiFunction<SchemaShape, List<@Nullable Object>, List<@Nullable Object>>
      listedValues;

  /**
   * Creates the writing of arrays.
   *
   * @param values the texts of an element's schemas
   * @param listedValues which of the values that a shape lists are valid
   */
  SchemaArrays(
      JsonWriting json,
      SchemaAlternatives alternatives,
      Function<Set<SchemaPart>, Expr> values,
      BiFunction<SchemaShape, List<@Nullable Object>, List<@Nullable Object>> listedValues) {
    this.json = json;
    this.alternatives = alternatives;
    this.values = values;
    this.listedValues = listedValues;
    pool = json.pool;
  }

  /** An array of a shape. */
  Expr of(SchemaShape shape) {
    int least = shape.least("minItems");
    int most = shape.most("maxItems");
    if (least > most) {
      return pool.nothing;
    }
    boolean unique =
        shape.parts.stream().anyMatch(part -> Boolean.TRUE.equals(part.get("uniqueItems")));
    Expr inside =
        (unique && most > 1) ? uniqueElements(shape, least, most) : elements(shape, least, most);
    return json.bracketed("[", inside, "]");
  }

  /** The schemas of an element. */
  Set<SchemaPart> schemasOf(SchemaShape shape, int index) {
    Set<SchemaPart> schemas = new LinkedHashSet<>();
    for (SchemaPart part : shape.parts) {
      if (index < part.list("prefixItems").size()) {
        schemas.add(part.part("prefixItems", index));
      } else if (part.get("items") instanceof List) {
        throw part.unsupported("items", "write prefixItems for a list of schemas");
      } else {
        SchemaPart items = part.part("items");
        if (items != null) {
          schemas.add(items);
        }
      }
    }
    return schemas;
  }

  private static int prefix(SchemaShape shape) {
    return shape.parts.stream().mapToInt(part -> part.list("prefixItems").size()).max().orElse(0);
  }

  private Expr elements(SchemaShape shape, int least, int most) {
    int prefix = Math.min(prefix(shape), most);
    Expr rest = values.apply(schemasOf(shape, prefix(shape)));
    Expr following = pool.sequence(json.separator(), rest);
    int room = most == Integer.MAX_VALUE ? Repetition.ANY : most - prefix;
    Expr result;
    if (prefix > 0) {
      result = pool.repeat(following, Math.max(0, least - prefix), room);
    } else if (room == 0) {
      return pool.empty;
    } else {
      result =
          pool.sequence(
              rest,
              pool.repeat(
                  following, Math.max(0, least - 1), room == Repetition.ANY ? room : room - 1));
      return least == 0 ? pool.optional(result) : result;
    }
    for (int index = prefix - 1; index >= 0; index--) {
      result =
          pool.sequence(
              index == 0 ? pool.empty : json.separator(),
              values.apply(schemasOf(shape, index)),
              result);
      if (least <= index) {
        result = pool.optional(result);
      }
    }
    return result;
  }

  /** Elements of which each comes once, so that it is known which are left. */
  private Expr uniqueElements(SchemaShape shape, int least, int most) {
    List<@Nullable Object> listed = listed(shape);
    if (listed == null || listed.size() > MOST_UNIQUE) {
      throw new InvalidRequestException(
          "the JSON schema has, at "
              + shape.parts.get(0)
              + ", \"uniqueItems\": true, which is supported only where items is an enum of at most "
              + MOST_UNIQUE
              + " values, or maxItems is 1; remove it");
    }
    return withLeft(listed, (1 << listed.size()) - 1, least, most, new HashMap<>());
  }

  private @Nullable List<@Nullable Object> listed(SchemaShape shape) {
    if (prefix(shape) > 0) {
      return null;
    }
    List<@Nullable Object> all = new ArrayList<>();
    for (SchemaShape element : alternatives.of(schemasOf(shape, 0))) {
      if (element.values == null) {
        return null;
      }
      for (Object value : listedValues.apply(element, element.values)) {
        if (all.stream().noneMatch(other -> JsonType.areEqual(other, value))) {
          all.add(value);
        }
      }
    }
    return all;
  }

  private Expr withLeft(
      List<@Nullable Object> listed, int left, int least, int most, Map<Integer, Expr> known) {
    Expr result = known.get(left);
    if (result != null) {
      return result;
    }
    int written = listed.size() - Integer.bitCount(left);
    List<Expr> ways = new ArrayList<>();
    if (written >= least) {
      ways.add(pool.empty);
    }
    for (int i = 0; i < listed.size() && written < most; i++) {
      if ((left >> i & 1) != 0) {
        ways.add(
            pool.sequence(
                written == 0 ? pool.empty : json.separator(),
                json.value(listed.get(i)),
                withLeft(listed, left & ~(1 << i), least, most, known)));
      }
    }
    result = pool.union(ways);
    known.put(left, result);
    return result;
  }
}
