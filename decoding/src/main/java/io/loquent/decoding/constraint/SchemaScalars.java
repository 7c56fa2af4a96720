package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The strings and numbers of a shape, as regular expressions. */
final class SchemaScalars {

  private static final List<String> BOUNDS =
      List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf");

  private static final int MOST_STATES = 20_000;
  private static final int MOST_INTEGER_DIGITS = 18;

  private final JsonWriting json;
  private final ExprPool pool;
  private final NumberRanges ranges;

  SchemaScalars(JsonWriting json) {
    this.json = json;
    pool = json.pool;
    ranges = new NumberRanges(pool);
  }

  /** What may be between the quotes of a string. */
  Expr content(SchemaShape shape) {
    List<Expr> all = new ArrayList<>();
    int least = shape.least("minLength");
    int most = shape.most("maxLength");
    if (least > most) {
      return pool.nothing;
    }
    for (SchemaPart part : shape.parts) {
      addPattern(part, all);
      addFormat(part, all);
    }
    for (SchemaPart part : shape.unmatched) {
      List<Expr> matched = new ArrayList<>();
      addPattern(part, matched);
      all.add(pool.complement(pool.intersection(matched)));
    }
    for (Object value : shape.excluded) {
      if (value instanceof CharSequence text) {
        all.add(pool.complement(json.content(text.toString())));
      }
    }
    if (all.isEmpty()
        || least > 0
        || most < Integer.MAX_VALUE
        || !shape.unmatched.isEmpty()
        || !shape.excluded.isEmpty()) {
      all.add(0, pool.repeat(json.character, least, most));
    }
    return pool.intersection(all);
  }

  private void addPattern(SchemaPart part, List<Expr> all) {
    if (!part.has("pattern")) {
      return;
    }
    if (!(part.get("pattern") instanceof String pattern)) {
      throw part.wrong("pattern", "a regular expression");
    }
    all.add(
        RegexParser.somewhere(
            pattern,
            pool,
            CharacterWriting.JSON_STRING,
            "the JSON schema at " + part.place("pattern")));
  }

  private void addFormat(SchemaPart part, List<Expr> all) {
    if (!part.has("format")) {
      return;
    }
    String pattern = StringFormats.pattern(String.valueOf(part.get("format")));
    if (pattern == null) {
      throw part.unsupported(
          "format", "use one of " + String.join(", ", StringFormats.names()) + ", or a pattern");
    }
    all.add(
        RegexParser.whole(
            pattern,
            pool,
            CharacterWriting.JSON_STRING,
            "the JSON schema at " + part.place("format")));
  }

  /** The numbers of a shape whose types have one. */
  Expr number(SchemaShape shape) {
    boolean whole = !shape.types.contains(JsonType.FRACTION);
    if (!whole && !shape.types.contains(JsonType.INTEGER)) {
      throw new InvalidRequestException(
          "the JSON schema asks, at "
              + shape.parts.get(0)
              + ", for numbers that are not whole, which is not supported; ask for numbers");
    }
    int digits = whole ? MOST_INTEGER_DIGITS : JsonWriting.MOST_DIGITS;
    int decimals = JsonWriting.MOST_DIGITS;
    for (SchemaPart part : shape.parts) {
      for (String keyword : BOUNDS) {
        BigDecimal number = SchemaShape.number(part, keyword);
        if (number != null) {
          digits = Math.max(digits, number.precision() - number.scale());
          decimals = Math.max(decimals, number.scale());
        }
      }
    }
    List<Expr> all = bounds(shape);
    if (whole) {
      all.add(ranges.integers(digits));
    } else {
      // Bounds are understood without exponents only.
      all.add(all.isEmpty() ? ranges.floats(digits, decimals) : ranges.decimals(digits, decimals));
    }
    return pool.intersection(all);
  }

  private List<Expr> bounds(SchemaShape shape) {
    List<Expr> all = new ArrayList<>();
    for (SchemaPart part : shape.parts) {
      addBound(part, "minimum", number -> ranges.atLeast(number, true), all);
      addBound(part, "exclusiveMinimum", number -> ranges.atLeast(number, false), all);
      addBound(part, "maximum", number -> ranges.atMost(number, true), all);
      addBound(part, "exclusiveMaximum", number -> ranges.atMost(number, false), all);
      addBound(part, "multipleOf", number -> multiples(part, number), all);
    }
    for (Object value : shape.excluded) {
      if (value instanceof Number number) {
        BigDecimal exact = JsonNumbers.exact(number);
        all.add(pool.union(ranges.atLeast(exact, false), ranges.atMost(exact, false)));
      }
    }
    return all;
  }

  private static void addBound(
      SchemaPart part, String keyword, Function<BigDecimal, Expr> range, List<Expr> all) {
    BigDecimal number = SchemaShape.number(part, keyword);
    if (number != null) {
      all.add(range.apply(number));
    }
  }

  private Expr multiples(SchemaPart part, BigDecimal step) {
    if (step.signum() <= 0) {
      throw part.wrong("multipleOf", "a number above 0");
    }
    Expr multiples = ranges.multiplesOf(step, MOST_STATES);
    if (multiples == pool.nothing) {
      throw part.unsupported(
          "multipleOf", "its digits, without the point, must stay below " + MOST_STATES);
    }
    return multiples;
  }

  /** Says whether a string or number satisfies what a shape says about its kind. */
  boolean accepts(SchemaShape shape, @Nullable Object value, Derivatives derivatives) {
    if (shape.excluded.stream().anyMatch(other -> JsonType.areEqual(other, value))) {
      return false;
    }
    if (value instanceof CharSequence text) {
      return matches(content(shape), json.content(text.toString()), derivatives);
    }
    if (value instanceof Number) {
      List<Expr> all = bounds(shape);
      all.add(pool.literal(JsonWriting.scalar(value)));
      return derivatives.matchesSomething(pool.intersection(all));
    }
    return true;
  }

  private boolean matches(Expr expr, Expr text, Derivatives derivatives) {
    return derivatives.matchesSomething(pool.intersection(expr, text));
  }
}
