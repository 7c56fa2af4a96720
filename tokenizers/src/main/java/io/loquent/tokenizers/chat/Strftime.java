package io.loquent.tokenizers.chat;

import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** Writes dates as C's {@code strftime} does, in English. */
final class Strftime {

  private final ZonedDateTime time;

  private Strftime(ZonedDateTime time) {
    this.time = time;
  }

  static String format(ZonedDateTime time, String format) {
    Strftime writer = new Strftime(time);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      char directive = format.charAt(++i);
      boolean bare = directive == '-' && i + 1 < format.length();
      if (bare) {
        directive = format.charAt(++i);
      }
      String field = writer.field(directive);
      out.append(bare ? withoutPadding(field) : field);
      Limits.checkText(out.length());
    }
    return out.toString();
  }

  private static String withoutPadding(String field) {
    int start = 0;
    while (start < field.length() - 1 && "0 ".indexOf(field.charAt(start)) >= 0) {
      start++;
    }
    return field.substring(start);
  }

  private String field(char directive) {
    return switch (directive) {
      case 'Y' -> Integer.toString(time.getYear());
      case 'C' -> padded(time.getYear() / 100, 2);
      case 'y' -> padded(time.getYear() % 100, 2);
      case 'm' -> padded(time.getMonthValue(), 2);
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'd' -> padded(time.getDayOfMonth(), 2);
      case 'e' -> String.format(Locale.ROOT, "%2d", time.getDayOfMonth());
      case 'j' -> padded(time.getDayOfYear(), 3);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
      case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
      case 'H' -> padded(time.getHour(), 2);
      case 'I' -> padded(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2);
      case 'M' -> padded(time.getMinute(), 2);
      case 'S' -> padded(time.getSecond(), 2);
      case 'f' -> padded(time.getNano() / 1000, 6);
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'F' -> fields("Y-m-d");
      case 'T', 'X' -> fields("H:M:S");
      case 'R' -> fields("H:M");
      case 'D', 'x' -> fields("m/d/y");
      case 'c' -> fields("a b e ") + fields("H:M:S ") + fields("Y");
      // Python's datetime.now() has no time zone.
      case 'z', 'Z' -> "";
      case 'n' -> "\n";
      case 't' -> "\t";
      case '%' -> "%";
      default -> throw new TemplateError("strftime_now does not know the directive %" + directive);
    };
  }

  private String fields(String letters) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < letters.length(); i++) {
      char c = letters.charAt(i);
      out.append(Character.isLetter(c) ? field(c) : String.valueOf(c));
    }
    return out.toString();
  }

  private static String padded(int number, int width) {
    String digits = Integer.toString(number);
    return PythonText.repeat("0", Math.max(0, width - digits.length())) + digits;
  }
}
