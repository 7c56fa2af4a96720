package io.loquent.decoding.constraint;

import io.loquent.decoding.constraint.Expr.Repetition;
import io.loquent.decoding.constraint.Expr.Union;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How JSON is written: the pieces that all schemas share.
 *
 * <p>Compact JSON has no space at all. Otherwise one space may follow a colon, and a space, or a
 * line break with at most {@value #MOST_INDENT} spaces or tabs, an opening bracket and a comma, and
 * come before a closing bracket. Numbers have at most {@value #MOST_DIGITS} digits before and
 * behind the point.
 */
final class JsonWriting {

  static final int MOST_DIGITS = 16;
  static final int MOST_INDENT = 20;

  final GrammarBuilder builder;
  final ExprPool pool;
  private final Expr space;
  private final Expr colon;

  /** A character within a string. */
  final Expr character;

  JsonWriting(GrammarBuilder builder, boolean compact) {
    this.builder = builder;
    pool = builder.pool;
    character = CharacterWriting.JSON_STRING.of(pool, CodePoints.ALL);
    Expr indent = pool.bytes(ByteSet.of(' ').or(ByteSet.of('\t')));
    space =
        compact
            ? pool.empty
            : pool.union(
                pool.empty,
                pool.literal(" "),
                pool.sequence(pool.literal("\n"), pool.repeat(indent, 0, MOST_INDENT)));
    colon =
        pool.sequence(pool.literal(":"), compact ? pool.empty : pool.optional(pool.literal(" ")));
  }

  /** A string with such a content. */
  Expr string(Expr content) {
    return content == pool.nothing
        ? content
        : builder.shared("string", pool.sequence(pool.literal("\""), content, pool.literal("\"")));
  }

  Expr anyString() {
    return string(pool.repeat(character, 0, Repetition.ANY));
  }

  /** The text between the quotes of a string. */
  Expr content(String text) {
    return CharacterWriting.JSON_STRING.text(pool, text);
  }

  /** A member of an object whose name is written by an expression. */
  Expr member(Expr name, Expr value) {
    return pool.sequence(name, colon, value);
  }

  Expr name(String name) {
    return pool.sequence(pool.literal("\""), content(name), pool.literal("\""));
  }

  /** What comes between two members or elements. */
  Expr separator() {
    return pool.sequence(pool.literal(","), space);
  }

  /** An object or array: brackets around members or elements, of which there may be none. */
  Expr bracketed(String open, Expr inside, String close) {
    // With nothing between them brackets take no space either.
    Expr filled = inside instanceof Union union ? withoutEmpty(union) : inside;
    Expr spaced =
        filled == pool.empty
            ? pool.nothing
            : pool.sequence(pool.literal(open), space, filled, space, pool.literal(close));
    return inside.nullable ? pool.union(pool.literal(open + close), spaced) : spaced;
  }

  private Expr withoutEmpty(Union union) {
    List<Expr> parts = new ArrayList<>(union.parts);
    parts.remove(pool.empty);
    return pool.union(parts);
  }

  /** Any JSON value. */
  Expr anyValue() {
    int known = builder.find("any value");
    if (known >= 0) {
      return pool.call(known);
    }
    int rule = builder.declare("any value");
    Expr value = pool.call(rule);
    Expr members = list(member(anyString(), value));
    Expr elements = list(value);
    builder.define(
        rule,
        pool.union(
            builder.shared("object", bracketed("{", members, "}")),
            builder.shared("array", bracketed("[", elements, "]")),
            anyString(),
            builder.shared("number", new NumberRanges(pool).floats(MOST_DIGITS, MOST_DIGITS)),
            pool.literal("true"),
            pool.literal("false"),
            pool.literal("null")));
    return value;
  }

  private Expr list(Expr element) {
    return pool.optional(
        pool.sequence(
            element, pool.repeat(pool.sequence(separator(), element), 0, Repetition.ANY)));
  }

  /** One value, as it is. */
  Expr value(@Nullable Object value) {
    if (value instanceof Map<?, ?> members) {
      List<Expr> parts = new ArrayList<>();
      members.forEach(
          (name, member) -> parts.add(member(name(String.valueOf(name)), value(member))));
      return bracketed("{", separated(parts), "}");
    }
    if (value instanceof Collection<?> elements) {
      List<Expr> parts = new ArrayList<>();
      elements.forEach(element -> parts.add(value(element)));
      return bracketed("[", separated(parts), "]");
    }
    if (value instanceof CharSequence text) {
      return name(text.toString());
    }
    return pool.literal(scalar(value));
  }

  /** How a number, a boolean or null is written. */
  static String scalar(@Nullable Object value) {
    if (value instanceof Number number) {
      return JsonNumbers.isWhole(number)
          ? JsonNumbers.exact(number).toBigInteger().toString()
          : JsonNumbers.exact(number).stripTrailingZeros().toPlainString();
    }
    return String.valueOf(value);
  }

  private Expr separated(List<Expr> parts) {
    List<Expr> result = new ArrayList<>();
    for (Expr part : parts) {
      if (!result.isEmpty()) {
        result.add(separator());
      }
      result.add(part);
    }
    return pool.sequence(result.toArray(new Expr[0]));
  }
}
