package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's operators that compute, on numbers, texts and lists. */
final class Arithmetic {

  private Arithmetic() {}

  static Object signed(boolean negative, @Nullable Object value) {
    if (value instanceof Double number) {
      return negative ? -number : number;
    }
    Long whole = Values.asWhole(value);
    if (whole == null) {
      throw noOperator(negative ? "-" : "+", value);
    }
    return negative ? exact(() -> Math.negateExact(whole)) : whole;
  }

  static Object apply(Frame frame, String operator, @Nullable Object left, @Nullable Object right) {
    if (left instanceof Undefined missing) {
      throw missing.error();
    }
    if (operator.equals("%") && left instanceof String format) {
      return charged(frame, PercentFormat.format(format, right));
    }
    if (right instanceof Undefined missing) {
      throw missing.error();
    }
    if (left != null && right != null && Values.isNumber(left) && Values.isNumber(right)) {
      return (left instanceof Double || right instanceof Double || operator.equals("/"))
          ? compute(operator, Values.asDouble(left), Values.asDouble(right))
          : compute(operator, whole(left), whole(right));
    }
    if (operator.equals("+") && left != null && right != null) {
      return charged(frame, join(left, right));
    }
    if (operator.equals("*")) {
      Long times = Values.asWhole(right);
      return charged(
          frame,
          times != null ? repeat(left, times) : repeat(right, wholeOrError(operator, left, right)));
    }
    throw noOperator(operator, left, right);
  }

  private static Object charged(Frame frame, Object value) {
    frame.budget().chargeFor(value);
    return value;
  }

  private static long whole(Object number) {
    return number instanceof Boolean truth ? (truth ? 1 : 0) : (Long) number;
  }

  private static long wholeOrError(String operator, @Nullable Object left, @Nullable Object right) {
    Long times = Values.asWhole(left);
    if (times == null) {
      throw noOperator(operator, left, right);
    }
    return times;
  }

  private static Object compute(String operator, double left, double right) {
    if (right == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new TemplateError("division by zero");
    }
    return switch (operator) {
      case "+" -> left + right;
      case "-" -> left - right;
      case "*" -> left * right;
      case "/" -> left / right;
      case "//" -> Math.floor(left / right);
      case "%" -> modulo(left, right);
      default -> Math.pow(left, right);
    };
  }

  /** The remainder has the sign of the divisor, unlike Java's. */
  private static double modulo(double left, double right) {
    double remainder = left % right;
    boolean otherSign = (remainder < 0) != (right < 0);
    return remainder != 0 && otherSign ? remainder + right : remainder;
  }

  private static Object compute(String operator, long left, long right) {
    if (right == 0 && (operator.equals("//") || operator.equals("%"))) {
      throw new TemplateError("division by zero");
    }
    return switch (operator) {
      case "+" -> exact(() -> Math.addExact(left, right));
      case "-" -> exact(() -> Math.subtractExact(left, right));
      case "*" -> exact(() -> Math.multiplyExact(left, right));
      case "//" -> Math.floorDiv(left, right);
      case "%" -> Math.floorMod(left, right);
      default -> power(left, right);
    };
  }

  private static Object power(long base, long exponent) {
    if (exponent < 0) {
      if (base == 0) {
        throw new TemplateError("division by zero");
      }
      return Math.pow((double) base, (double) exponent);
    }
    return exact(
        () -> {
          long result = 1;
          long square = base;
          for (long rest = exponent; rest > 0; rest >>= 1) {
            if ((rest & 1) == 1) {
              result = Math.multiplyExact(result, square);
            }
            if (rest > 1) {
              square = Math.multiplyExact(square, square);
            }
          }
          return result;
        });
  }

  private static long exact(java.util.function.LongSupplier computation) {
    try {
      return computation.getAsLong();
    } catch (ArithmeticException e) {
      throw new TemplateError("a whole number of more than 64 bits is not supported");
    }
  }

  private static Object join(Object left, Object right) {
    if (left instanceof String a && right instanceof String b) {
      Limits.checkText((long) a.length() + b.length());
      return a.concat(b);
    }
    if (left instanceof List<?> a
        && right instanceof List<?> b
        && !(left instanceof Range)
        && Values.typeName(left).equals(Values.typeName(right))) {
      Limits.checkElements((long) a.size() + b.size());
      List<@Nullable Object> all = new ArrayList<>(a.size() + b.size());
      all.addAll(a);
      all.addAll(b);
      return left instanceof Tuple ? new Tuple(all) : all;
    }
    throw noOperator("+", left, right);
  }

  private static Object repeat(@Nullable Object value, long times) {
    long count = Math.max(0, times);
    if (value instanceof String text) {
      checkProduct(text.length(), count, Limits.TEXT);
      return text.isEmpty() ? text : PythonText.repeat(text, (int) count);
    }
    if (value instanceof List<?> elements && !(value instanceof Range)) {
      checkProduct(elements.size(), count, Limits.ELEMENTS);
      List<@Nullable Object> all = new ArrayList<>();
      for (long i = 0; i < count && !elements.isEmpty(); i++) {
        all.addAll(elements);
      }
      return value instanceof Tuple ? new Tuple(all) : all;
    }
    throw noOperator("*", value, times);
  }

  private static void checkProduct(int size, long times, int limit) {
    if (size > 0 && times > limit / size) {
      throw new TemplateError(
          "repeating " + size + " elements " + times + " times makes more than " + limit);
    }
  }

  private static TemplateError noOperator(
      String operator, @Nullable Object left, @Nullable Object right) {
    return new TemplateError(
        "operator "
            + operator
            + " does not work on "
            + Values.describe(left)
            + " and "
            + Values.describe(right));
  }

  private static TemplateError noOperator(String operator, @Nullable Object value) {
    return value instanceof Undefined missing
        ? missing.error()
        : new TemplateError("operator " + operator + " does not work on " + Values.describe(value));
  }
}
