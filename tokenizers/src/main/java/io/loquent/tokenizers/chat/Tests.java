package io.loquent.tokenizers.chat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tests behind {@code is}. */
final class Tests {

  static final BuiltIn.Table TABLE = new BuiltIn.Table().addAll(kinds()).addAll(comparisons());

  private Tests() {}

  private static BuiltIn.Table kinds() {
    return new BuiltIn.Table()
        .add("defined", "", (frame, value, a) -> !(value instanceof Undefined))
        .add("undefined", "", (frame, value, a) -> value instanceof Undefined)
        .add("none", "", (frame, value, a) -> value == null)
        .add("boolean", "", (frame, value, a) -> value instanceof Boolean)
        .add("true", "", (frame, value, a) -> Boolean.TRUE.equals(value))
        .add("false", "", (frame, value, a) -> Boolean.FALSE.equals(value))
        .add("integer", "", (frame, value, a) -> value instanceof Long)
        .add("float", "", (frame, value, a) -> value instanceof Double)
        .add("number", "", (frame, value, a) -> Values.isNumber(value))
        .add("string", "", (frame, value, a) -> value instanceof String)
        .add("mapping", "", (frame, value, a) -> value instanceof Map)
        .add(
            "sequence",
            "",
            (frame, value, a) ->
                value instanceof String
                    || value instanceof List
                    || value instanceof Map
                    || value instanceof Undefined)
        .add("iterable", "", (frame, value, a) -> Values.isIterable(value))
        .add(
            "callable",
            "",
            (frame, value, a) -> value instanceof Callable || value instanceof Undefined)
        .add("escaped", "", (frame, value, a) -> false)
        .add(
            "lower",
            "",
            (frame, value, a) ->
                TextMethods.isCased(PythonRepr.text(value), Character::isLowerCase))
        .add(
            "upper",
            "",
            (frame, value, a) ->
                TextMethods.isCased(PythonRepr.text(value), Character::isUpperCase))
        .add("filter", "", (frame, value, a) -> names(Filters.TABLE, value))
        .add("test", "", (frame, value, a) -> names(Tests.TABLE, value))
        .add("odd", "", (frame, value, a) -> remainder(frame, value, 2L) == 1)
        .add("even", "", (frame, value, a) -> remainder(frame, value, 2L) == 0)
        .add("divisibleby", "num", (frame, value, a) -> remainder(frame, value, a.value(0)) == 0);
  }

  private static boolean names(BuiltIn.Table table, @Nullable Object name) {
    return name instanceof String text && table.get(text) != null;
  }

  private static double remainder(Frame frame, @Nullable Object value, @Nullable Object divisor) {
    if (value == null || !Values.isNumber(value)) {
      throw new TemplateError(
          "only a number is odd, even or divisible, found " + Values.describe(value));
    }
    return Values.asDouble(Arithmetic.apply(frame, "%", value, divisor));
  }

  private static BuiltIn.Table comparisons() {
    return new BuiltIn.Table()
        .add("eq", "other", (frame, value, a) -> of(frame).equal(value, a.value(0)))
        .alias("eq", "equalto", "==")
        .add("ne", "other", (frame, value, a) -> !of(frame).equal(value, a.value(0)))
        .alias("ne", "!=")
        .add("lt", "other", (frame, value, a) -> of(frame).ordered("<", value, a.value(0)))
        .alias("lt", "lessthan", "<")
        .add("le", "other", (frame, value, a) -> of(frame).ordered("<=", value, a.value(0)))
        .alias("le", "<=")
        .add("gt", "other", (frame, value, a) -> of(frame).ordered(">", value, a.value(0)))
        .alias("gt", "greaterthan", ">")
        .add("ge", "other", (frame, value, a) -> of(frame).ordered(">=", value, a.value(0)))
        .alias("ge", ">=")
        .add("in", "seq", (frame, value, a) -> of(frame).contains(a.value(0), value))
        .add("sameas", "other", (frame, value, a) -> isSame(value, a.value(0)));
  }

  private static Comparison of(Frame frame) {
    return new Comparison(frame.budget());
  }

  /** Identity, which for texts, numbers and truth values means equal and of one type. */
  private static boolean isSame(@Nullable Object a, @Nullable Object b) {
    return a == b || (a != null && (a instanceof String || Values.isNumber(a)) && a.equals(b));
  }
}
