package io.loquent.tokenizers.chat;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code "%s is %d" % (name, age)}. */
final class PercentFormat {

  private static final Pattern PLACE =
      Pattern.compile(
          "%(?:\\(([^)]{0,100})\\))?([-#0 +]*)(\\d{1,8}|\\*)?(?:\\.(\\d{0,8}|\\*))?(.)?",
          Pattern.DOTALL);

  private final @Nullable Object source;
  private final List<?> values;
  private int used;

  private PercentFormat(@Nullable Object source) {
    this.source = source;
    values = source instanceof Tuple tuple ? tuple : java.util.Collections.singletonList(source);
  }

  static String format(String format, @Nullable Object values) {
    return new PercentFormat(values).fill(format);
  }

  private String fill(String format) {
    StringBuilder out = new StringBuilder();
    Matcher place = PLACE.matcher(format);
    int copied = 0;
    while (place.find()) {
      out.append(format, copied, place.start()).append(filled(place));
      Limits.checkText(out.length());
      copied = place.end();
    }
    if (used < values.size() && !(source instanceof Map)) {
      throw new TemplateError("not all values were used by the format " + PythonRepr.of(format));
    }
    return out.append(format, copied, format.length()).toString();
  }

  private String filled(Matcher place) {
    String type = place.group(5);
    if (type == null) {
      throw new TemplateError("a format ends within a place that begins with %");
    }
    if (type.equals("%")) {
      return "%";
    }
    String width = number(place.group(3));
    String precision = number(place.group(4));
    Object value = place.group(1) != null ? member(place.group(1)) : next();
    return layOut(value, type.charAt(0), place.group(2), width, precision);
  }

  private @Nullable String number(@Nullable String spelled) {
    return "*".equals(spelled) ? String.valueOf(next()) : spelled;
  }

  private static String layOut(
      @Nullable Object value,
      char type,
      String flags,
      @Nullable String width,
      @Nullable String precision) {
    boolean text = type == 's' || type == 'r' || type == 'a';
    boolean left = flags.indexOf('-') >= 0;
    boolean zero = flags.indexOf('0') >= 0 && !left && !text;
    String sign = text ? "" : flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "";
    String spec =
        (left ? "<" : zero ? "" : ">")
            + sign
            + (flags.indexOf('#') >= 0 && !text ? "#" : "")
            + (zero ? "0" : "")
            + (width == null ? "" : width)
            + (precision == null ? "" : "." + (precision.isEmpty() ? "0" : precision));
    return switch (type) {
      case 's' -> FormatSpec.parse(spec + "s").format(PythonRepr.text(value));
      case 'r', 'a' -> FormatSpec.parse(spec + "s").format(PythonRepr.of(value));
      case 'd', 'i', 'u' -> FormatSpec.parse(spec + "d").format(truncated(value, type));
      case 'x', 'X', 'o' -> FormatSpec.parse(spec + type).format(wholeOrError(value, type));
      case 'e', 'E', 'f', 'F', 'g', 'G' ->
          FormatSpec.parse(spec + type).format(numberOrError(value, type));
      case 'c' -> FormatSpec.parse(spec + (value instanceof String ? "s" : "c")).format(value);
      default -> throw new TemplateError("the format %" + type + " is not known");
    };
  }

  private static Object truncated(@Nullable Object value, char type) {
    if (value instanceof Double number && Math.abs(number) < Long.MAX_VALUE) {
      return number.longValue();
    }
    return wholeOrError(value, type);
  }

  private static Object wholeOrError(@Nullable Object value, char type) {
    Long whole = Values.asWhole(value);
    if (whole == null) {
      throw new TemplateError(
          "the format %" + type + " needs a whole number, found " + Values.describe(value));
    }
    return whole;
  }

  private static Object numberOrError(@Nullable Object value, char type) {
    if (value == null || !Values.isNumber(value)) {
      throw new TemplateError(
          "the format %" + type + " needs a number, found " + Values.describe(value));
    }
    return Values.asDouble(value);
  }

  private @Nullable Object next() {
    if (used == values.size()) {
      throw new TemplateError("a format has more places than there are values");
    }
    return values.get(used++);
  }

  private @Nullable Object member(String name) {
    if (source instanceof Map<?, ?> members && members.containsKey(name)) {
      return members.get(name);
    }
    throw new TemplateError("a format names '" + name + "', and the values have no such member");
  }
}
