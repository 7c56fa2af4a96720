package io.loquent.tokenizers.chat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints values as Python does. */
final class PythonRepr {

  private final StringBuilder out = new StringBuilder();

  private PythonRepr() {}

  /** What {@code {{ value }}} prints: {@code str(value)}. */
  static String text(@Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    return value instanceof Undefined ? "" : of(value);
  }

  /** {@code repr(value)}: texts in quotes. */
  static String of(@Nullable Object value) {
    PythonRepr repr = new PythonRepr();
    repr.append(value, 0);
    return repr.out.toString();
  }

  private void append(@Nullable Object value, int depth) {
    Limits.checkDepth(depth);
    Limits.checkText(out.length());
    if (value == null) {
      out.append("None");
    } else if (value instanceof Boolean truth) {
      out.append(truth ? "True" : "False");
    } else if (value instanceof String text) {
      quote(text, out);
    } else if (value instanceof Double number) {
      out.append(number(number));
    } else if (value instanceof Long) {
      out.append(value);
    } else if (value instanceof Range range) {
      out.append("range(").append(range.start).append(", ").append(range.stop);
      out.append(range.step == 1 ? ")" : ", " + range.step + ")");
    } else if (value instanceof Tuple tuple) {
      elements("(", tuple, tuple.size() == 1 ? ",)" : ")", depth + 1);
    } else if (value instanceof DictView view) {
      elements(view.kind + "([", view, "])", depth + 1);
    } else if (value instanceof Collection<?> elements) {
      elements("[", elements, "]", depth + 1);
    } else if (value instanceof Map<?, ?> members) {
      members("{", members, "}", depth + 1);
    } else if (value instanceof Namespace namespace) {
      members("<Namespace {", namespace.members(), "}>", depth + 1);
    } else if (value instanceof Undefined) {
      out.append("Undefined");
    } else if (value instanceof Callable function) {
      out.append("<function ").append(function.name()).append('>');
    } else {
      out.append('<').append(Values.typeName(value)).append(" object>");
    }
  }

  private void elements(String open, Collection<?> elements, String close, int depth) {
    out.append(open);
    String separator = "";
    for (Object element : elements) {
      out.append(separator);
      append(element, depth);
      separator = ", ";
    }
    out.append(close);
  }

  private void members(String open, Map<?, ?> members, String close, int depth) {
    out.append(open);
    String separator = "";
    for (Map.Entry<?, ?> member : members.entrySet()) {
      out.append(separator);
      append(member.getKey(), depth);
      out.append(": ");
      append(member.getValue(), depth);
      separator = ", ";
    }
    out.append(close);
  }

  private static void quote(String text, StringBuilder out) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\\' -> out.append("\\\\");
        default -> {
          if (c == quote) {
            out.append('\\').append(quote);
          } else if (isPrintable(c)) {
            out.appendCodePoint(c);
          } else {
            escape(c, out);
          }
        }
      }
    }
    out.append(quote);
  }

  private static void escape(int c, StringBuilder out) {
    int digits = c <= 0xff ? 2 : c <= 0xffff ? 4 : 8;
    out.append('\\').append(digits == 2 ? 'x' : digits == 4 ? 'u' : 'U');
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      out.append(Character.forDigit((c >> shift) & 15, 16));
    }
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  /** The shortest decimal digits that read back as the number, written as Python writes them. */
  static String number(double number) {
    if (Double.isNaN(number)) {
      return "nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = shortest(number);
    String digits = shortest.unscaledValue().abs().toString();
    // The place of the decimal point, counted from the first digit.
    int point = shortest.precision() - shortest.scale();
    String sign = number < 0 ? "-" : "";
    if (point <= -4 || point > 16) {
      int exponent = point - 1;
      String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      return sign
          + digits.charAt(0)
          + fraction
          + (exponent < 0 ? "e-" : "e+")
          + (Math.abs(exponent) < 10 ? "0" : "")
          + Math.abs(exponent);
    }
    if (point <= 0) {
      return sign + "0." + PythonText.repeat("0", -point) + digits;
    }
    return point >= digits.length()
        ? sign + digits + PythonText.repeat("0", point - digits.length()) + ".0"
        : sign + digits.substring(0, point) + "." + digits.substring(point);
  }

  private static BigDecimal shortest(double number) {
    BigDecimal exact = new BigDecimal(number);
    for (int precision = 1; precision < 17; precision++) {
      BigDecimal rounded = exact.round(new MathContext(precision));
      if (rounded.doubleValue() == number) {
        return rounded.stripTrailingZeros();
      }
    }
    return exact.round(new MathContext(17)).stripTrailingZeros();
  }
}
