package io.loquent.tokenizers.chat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Filters that work on numbers. */
final class NumberFilters {

  /** Longer ones take the square of their length to check. */
  private static final int MOST_DIGITS = 400;

  private NumberFilters() {}

  static BuiltIn.Table table() {
    return new BuiltIn.Table()
        .add("abs", "", (frame, value, a) -> abs(value))
        .add("round", "[precision] [method]", (frame, value, a) -> round(value, a))
        .add("int", "[default] [base]", (frame, value, a) -> toInt(value, a))
        .add(
            "float",
            "[default]",
            (frame, value, a) -> {
              Double number = toDouble(value);
              return number != null ? number : a.has(0) ? a.value(0) : (Object) 0.0;
            });
  }

  private static Object abs(@Nullable Object value) {
    if (value instanceof Double number) {
      return Math.abs(number);
    }
    return whole(value) < 0 ? Arithmetic.signed(true, value) : (Object) whole(value);
  }

  private static long whole(@Nullable Object value) {
    Long number = Values.asWhole(value);
    if (number == null) {
      throw new TemplateError("a number is needed here, found " + Values.describe(value));
    }
    return number;
  }

  private static Object round(@Nullable Object value, BoundArguments a) {
    long precision = a.whole(0, 0);
    if (Math.abs(precision) > 300) {
      throw new TemplateError("round() takes up to 300 digits, found " + precision);
    }
    String method = a.text(1, "common");
    RoundingMode mode =
        switch (method) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default ->
              throw new TemplateError(
                  "round() knows the methods common, ceil and floor, found " + method);
        };
    if (mode != RoundingMode.HALF_EVEN) {
      double shift = Math.pow(10, (double) precision);
      double number = value instanceof Double given ? given : (double) whole(value);
      return (mode == RoundingMode.CEILING ? Math.ceil(number * shift) : Math.floor(number * shift))
          / shift;
    }
    if (value instanceof Double number) {
      return Double.isNaN(number) || Double.isInfinite(number)
          ? value
          : new BigDecimal(number).setScale((int) precision, mode).doubleValue();
    }
    return BigDecimal.valueOf(whole(value))
        .setScale((int) Math.min(0, precision), mode)
        .longValueExact();
  }

  private static @Nullable Object toInt(@Nullable Object value, BoundArguments a) {
    if (value instanceof String text) {
      Long number = parse(text, (int) a.whole(1, 10));
      if (number != null) {
        return number;
      }
    }
    Long whole = Values.asWhole(value);
    if (whole != null) {
      return whole;
    }
    Double number = toDouble(value);
    if (number == null || Double.isNaN(number) || Math.abs(number) >= Long.MAX_VALUE) {
      return a.has(0) ? a.value(0) : (Object) 0L;
    }
    return number.longValue();
  }

  private static @Nullable Long parse(String text, int base) {
    String digits = PythonText.strip(text).replace("_", "");
    if (base < Character.MIN_RADIX || base > Character.MAX_RADIX) {
      throw new TemplateError("int() takes bases from 2 to 36, found " + base);
    }
    String prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : null;
    if (prefix != null && digits.regionMatches(true, 0, prefix, 0, 2)) {
      digits = digits.substring(2);
    }
    try {
      return Long.parseLong(digits, base);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable Double toDouble(@Nullable Object value) {
    if (value != null && Values.isNumber(value)) {
      return Values.asDouble(value);
    }
    if (!(value instanceof String text)) {
      return null;
    }
    String digits = PythonText.lower(PythonText.strip(text)).replace("_", "");
    switch (digits) {
      case "inf", "+inf", "infinity", "+infinity" -> {
        return Double.POSITIVE_INFINITY;
      }
      case "-inf", "-infinity" -> {
        return Double.NEGATIVE_INFINITY;
      }
      case "nan" -> {
        return Double.NaN;
      }
      default -> {
        return parseDouble(digits);
      }
    }
  }

  private static @Nullable Double parseDouble(String digits) {
    // Java also takes "1f", "1d" and hexadecimal digits.
    if (digits.length() > MOST_DIGITS
        || !digits.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)(e[-+]?\\d+)?")) {
      return null;
    }
    return Double.parseDouble(digits);
  }
}
