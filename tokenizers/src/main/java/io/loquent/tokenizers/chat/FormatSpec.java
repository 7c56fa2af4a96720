package io.loquent.tokenizers.chat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a value is laid out: Python's format specification, {@code
 * [[fill]align][sign][#][0][width][,][.precision][type]}.
 *
 * @param fill what fills the width
 * @param align {@code <}, {@code >}, {@code ^} or {@code =} (the filling goes behind the sign);
 *     null for the type's own
 * @param sign {@code +}, {@code -} or a space
 * @param alternate whether {@code #} was given
 * @param width at least so many characters
 * @param grouping what stands between thousands; empty for nothing
 * @param precision digits of a number, or most characters of a text; -1 for the type's own
 * @param type the letter of the type; a space for the value's own
 */
record FormatSpec(
    String fill,
    @Nullable Character align,
    char sign,
    boolean alternate,
    int width,
    String grouping,
    int precision,
    char type) {

  private static final Pattern SPEC =
      Pattern.compile(
          "(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d{1,8})?([,_])?(?:\\.(\\d{1,8}))?([a-zA-Z%])?",
          Pattern.DOTALL);
  private static final int MOST_DIGITS = 1000;

  static FormatSpec parse(String text) {
    Matcher matcher = SPEC.matcher(text);
    if (!matcher.matches()) {
      throw new TemplateError("the format " + PythonRepr.of(text) + " is not understood");
    }
    boolean zero = matcher.group(5) != null;
    String align = matcher.group(2);
    return new FormatSpec(
        matcher.group(1) != null ? matcher.group(1) : zero && align == null ? "0" : " ",
        align != null ? (Character) align.charAt(0) : zero ? (Character) '=' : null,
        matcher.group(3) == null ? '-' : matcher.group(3).charAt(0),
        matcher.group(4) != null,
        matcher.group(6) == null ? 0 : Integer.parseInt(matcher.group(6)),
        matcher.group(7) == null ? "" : matcher.group(7),
        matcher.group(8) == null ? -1 : Integer.parseInt(matcher.group(8)),
        matcher.group(9) == null ? ' ' : matcher.group(9).charAt(0));
  }

  String format(@Nullable Object value) {
    if (precision > MOST_DIGITS && !(value instanceof String)) {
      throw new TemplateError("more than " + MOST_DIGITS + " digits are not supported");
    }
    if (value instanceof Double number) {
      return padNumber(number < 0 || (1 / number < 0), magnitude(Math.abs(number)));
    }
    Long whole = value instanceof Boolean && type == ' ' ? null : Values.asWhole(value);
    if (whole == null) {
      return padText(PythonRepr.text(value));
    }
    if ("eEfFgG%".indexOf(type) >= 0) {
      return padNumber(whole < 0, magnitude(Math.abs((double) whole)));
    }
    return type == 's' ? padText(whole.toString()) : padNumber(whole < 0, magnitude(whole));
  }

  private String magnitude(long number) {
    BigDecimal all = BigDecimal.valueOf(number).abs();
    return switch (type) {
      case ' ', 'd', 'n', 'i', 'u' -> grouped(all.toBigInteger().toString());
      case 'x' -> (alternate ? "0x" : "") + all.toBigInteger().toString(16);
      case 'X' ->
          (alternate ? "0X" : "") + all.toBigInteger().toString(16).toUpperCase(Locale.ROOT);
      case 'o' -> (alternate ? "0o" : "") + all.toBigInteger().toString(8);
      case 'b' -> (alternate ? "0b" : "") + all.toBigInteger().toString(2);
      case 'c' -> character(number);
      default -> throw unknownType("int");
    };
  }

  private static String character(long number) {
    if (number < 0 || number > Character.MAX_CODE_POINT) {
      throw new TemplateError(number + " is the code of no character");
    }
    return new String(Character.toChars((int) number));
  }

  private String magnitude(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return Double.isNaN(number) ? "nan" : "inf";
    }
    int digits = precision < 0 ? 6 : precision;
    return switch (type) {
      case 'f', 'F' -> grouped(fixed(number, digits));
      case 'e', 'E' -> exponential(new BigDecimal(number), digits, type);
      case 'g', 'G' -> general(number, digits, (char) (type - 2));
      case '%' -> fixed(number * 100, digits) + "%";
      case ' ', 'n', 's' ->
          precision < 0 ? grouped(PythonRepr.number(number)) : general(number, digits, 'e');
      default -> throw unknownType("float");
    };
  }

  private TemplateError unknownType(String of) {
    return new TemplateError("the format '" + type + "' is not for a value of type " + of);
  }

  private static String fixed(double number, int digits) {
    return new BigDecimal(number).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String exponential(BigDecimal number, int digits, char letter) {
    if (number.signum() == 0) {
      return "0" + (digits > 0 ? "." + PythonText.repeat("0", digits) : "") + letter + "+00";
    }
    BigDecimal rounded = number.round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - rounded.scale() - 1;
    String all = rounded.unscaledValue().toString();
    all += PythonText.repeat("0", Math.max(0, digits + 1 - all.length()));
    return all.charAt(0)
        + (digits > 0 ? "." + all.substring(1, digits + 1) : "")
        + letter
        + (exponent < 0 ? '-' : '+')
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }

  private String general(double number, int digits, char letter) {
    int significant = Math.max(1, digits);
    BigDecimal rounded =
        new BigDecimal(number).round(new MathContext(significant, RoundingMode.HALF_EVEN));
    int exponent = number == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    if (exponent >= -4 && exponent < significant) {
      String plain =
          rounded.setScale(significant - 1 - exponent, RoundingMode.HALF_EVEN).toPlainString();
      return alternate ? plain : withoutZeros(plain);
    }
    String text = exponential(rounded, significant - 1, letter);
    int mantissa = text.indexOf(letter);
    return alternate ? text : withoutZeros(text.substring(0, mantissa)) + text.substring(mantissa);
  }

  private static String withoutZeros(String number) {
    if (number.indexOf('.') < 0) {
      return number;
    }
    int end = number.length();
    while (number.charAt(end - 1) == '0') {
      end--;
    }
    return number.substring(0, number.charAt(end - 1) == '.' ? end - 1 : end);
  }

  private String grouped(String number) {
    if (grouping.isEmpty()) {
      return number;
    }
    int point = number.indexOf('.');
    int end = point < 0 ? number.length() : point;
    StringBuilder out = new StringBuilder(number);
    for (int i = end - 3; i > 0; i -= 3) {
      out.insert(i, grouping);
    }
    return out.toString();
  }

  private String padNumber(boolean negative, String magnitude) {
    String prefix = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
    char side = align == null ? '>' : align;
    if (side != '=') {
      return pad(prefix + magnitude, side);
    }
    return prefix
        + PythonText.pad(magnitude, (long) width - prefix.length(), fill, PythonText.Side.RIGHT);
  }

  private String padText(String text) {
    String cut =
        precision >= 0 && PythonText.length(text) > precision
            ? text.substring(0, text.offsetByCodePoints(0, precision))
            : text;
    return pad(cut, align == null || align == '=' ? '<' : align);
  }

  private String pad(String text, char side) {
    if (side == '^') {
      int missing = Math.max(0, width - PythonText.length(text));
      String left = PythonText.pad("", missing / 2, fill, PythonText.Side.LEFT);
      return PythonText.pad(left + text, width, fill, PythonText.Side.LEFT);
    }
    return PythonText.pad(
        text, width, fill, side == '<' ? PythonText.Side.LEFT : PythonText.Side.RIGHT);
  }
}
