package io.loquent.tokenizers.chat;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code ==}, {@code <} and {@code in}. */
final class Comparison {

  private final Budget budget;

  Comparison(Budget budget) {
    this.budget = budget;
  }

  boolean equal(@Nullable Object a, @Nullable Object b) {
    return equal(a, b, 0);
  }

  private boolean equal(@Nullable Object a, @Nullable Object b, int depth) {
    Limits.checkDepth(depth);
    budget.charge(1);
    if (a == b) {
      return !isNan(a);
    }
    if (a == null || b == null) {
      return false;
    }
    if (a instanceof String text) {
      budget.charge(text.length() / 8);
      return text.equals(b);
    }
    if (Values.isNumber(a) && Values.isNumber(b)) {
      return (a instanceof Double || b instanceof Double)
          ? Values.asDouble(a) == Values.asDouble(b)
          : java.util.Objects.equals(Values.asWhole(a), Values.asWhole(b));
    }
    if (a instanceof List<?> left && b instanceof List<?> right) {
      return Values.typeName(a).equals(Values.typeName(b)) && equal(left, right, depth + 1);
    }
    if (a instanceof Map<?, ?> left && b instanceof Map<?, ?> right) {
      return equal(left, right, depth + 1);
    }
    return a instanceof Undefined && b instanceof Undefined;
  }

  private boolean equal(List<?> a, List<?> b, int depth) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!equal(a.get(i), b.get(i), depth)) {
        return false;
      }
    }
    return true;
  }

  private boolean equal(Map<?, ?> a, Map<?, ?> b, int depth) {
    if (a.size() != b.size()) {
      return false;
    }
    for (Map.Entry<?, ?> member : a.entrySet()) {
      if (!b.containsKey(member.getKey())
          || !equal(member.getValue(), b.get(member.getKey()), depth)) {
        return false;
      }
    }
    return true;
  }

  /** Whether {@code <}, {@code <=}, {@code >} or {@code >=} holds; with NaN none of them does. */
  boolean ordered(String operator, @Nullable Object a, @Nullable Object b) {
    if (isNan(a) || isNan(b)) {
      return false;
    }
    int order = order(a, b);
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  private static boolean isNan(@Nullable Object value) {
    return value instanceof Double number && number.isNaN();
  }

  /** Negative, zero or positive; an error for values that have no order. */
  int order(@Nullable Object a, @Nullable Object b) {
    return order(a, b, 0);
  }

  private int order(@Nullable Object a, @Nullable Object b, int depth) {
    Limits.checkDepth(depth);
    budget.charge(1);
    if (a instanceof String left && b instanceof String right) {
      budget.charge(Math.min(left.length(), right.length()) / 8);
      return PythonText.compare(left, right);
    }
    if (a != null && b != null && Values.isNumber(a) && Values.isNumber(b)) {
      return (a instanceof Double || b instanceof Double)
          // Unlike compareTo, which puts -0.0 before 0.0.
          ? Double.compare(Values.asDouble(a) + 0.0, Values.asDouble(b) + 0.0)
          : Long.compare(wholeOf(a), wholeOf(b));
    }
    if (a instanceof List<?> left
        && b instanceof List<?> right
        && Values.typeName(a).equals(Values.typeName(b))) {
      for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
        if (!equal(left.get(i), right.get(i), depth + 1)) {
          return order(left.get(i), right.get(i), depth + 1);
        }
      }
      return Integer.compare(left.size(), right.size());
    }
    if (a instanceof Undefined missing) {
      throw missing.error();
    }
    if (b instanceof Undefined missing) {
      throw missing.error();
    }
    throw new TemplateError(
        Values.describe(a) + " and " + Values.describe(b) + " have no order to compare them by");
  }

  private static long wholeOf(Object number) {
    return number instanceof Boolean truth ? (truth ? 1 : 0) : (Long) number;
  }

  /** Whether {@code container} has {@code value}: part of a text, element or key. */
  boolean contains(@Nullable Object container, @Nullable Object value) {
    if (container instanceof String text) {
      if (value instanceof String part) {
        budget.chargeFor(text);
        return TextSearch.indexOf(text, part, 0) >= 0;
      }
      throw new TemplateError("only a text can be part of a text, found " + Values.describe(value));
    }
    if (container instanceof Map<?, ?> members) {
      return members.containsKey(Keys.in(members, value));
    }
    Iterator<@Nullable Object> elements = Values.iterate(container);
    while (elements.hasNext()) {
      if (equal(elements.next(), value)) {
        return true;
      }
    }
    return false;
  }
}
