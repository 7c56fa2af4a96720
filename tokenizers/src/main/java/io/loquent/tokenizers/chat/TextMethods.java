package io.loquent.tokenizers.chat;

import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of {@code str}. */
final class TextMethods {

  static final BuiltIn.Table TABLE =
      new BuiltIn.Table()
          .addAll(letters())
          .addAll(ends())
          .addAll(places())
          .addAll(parts())
          .addAll(questions());

  private TextMethods() {}

  private static BuiltIn.Table letters() {
    return new BuiltIn.Table()
        .add("upper", "", (frame, text, a) -> PythonText.upper(of(text)))
        .add("lower", "", (frame, text, a) -> PythonText.lower(of(text)))
        .add("casefold", "", (frame, text, a) -> caseFolded(of(text)))
        .add("title", "", (frame, text, a) -> PythonText.title(of(text)))
        .add("capitalize", "", (frame, text, a) -> PythonText.capitalize(of(text)))
        .add("swapcase", "", (frame, text, a) -> PythonText.swapCase(of(text)))
        .add(
            "replace",
            "old new [count]",
            (frame, text, a) -> PythonText.replace(of(text), a.text(0), a.text(1), a.whole(2, -1)))
        .addVariadic("format", (frame, text, a) -> BraceFormat.format(of(text), a));
  }

  /** Upper and back, which also takes apart letters such as the German sharp s. */
  private static String caseFolded(String text) {
    return PythonText.lower(PythonText.upper(text));
  }

  private static BuiltIn.Table ends() {
    return new BuiltIn.Table()
        .add(
            "strip",
            "[chars]",
            (frame, text, a) -> PythonText.strip(of(text), a.textOrNone(0), true, true))
        .add(
            "lstrip",
            "[chars]",
            (frame, text, a) -> PythonText.strip(of(text), a.textOrNone(0), true, false))
        .add(
            "rstrip",
            "[chars]",
            (frame, text, a) -> PythonText.strip(of(text), a.textOrNone(0), false, true))
        .add(
            "removeprefix",
            "prefix",
            (frame, text, a) ->
                of(text).startsWith(a.text(0)) ? of(text).substring(a.text(0).length()) : of(text))
        .add(
            "removesuffix",
            "suffix",
            (frame, text, a) ->
                of(text).endsWith(a.text(0))
                    ? of(text).substring(0, of(text).length() - a.text(0).length())
                    : of(text))
        .add(
            "startswith",
            "prefix [start] [end]",
            (frame, text, a) -> affix(of(text), a, String::startsWith))
        .add(
            "endswith",
            "suffix [start] [end]",
            (frame, text, a) -> affix(of(text), a, String::endsWith));
  }

  /** Whether a text begins or ends with another. */
  private interface AffixCheck {
    boolean holds(String text, String affix);
  }

  private static boolean affix(String text, BoundArguments a, AffixCheck check) {
    Window window = Window.of(text, a);
    if (!(a.value(0) instanceof Tuple affixes)) {
      String affix = a.text(0);
      return window.exists() && check.holds(window.content(), affix);
    }
    for (Object affix : affixes) {
      if (!(affix instanceof String one)) {
        throw new TemplateError("a text begins or ends with texts only");
      }
      if (window.exists() && check.holds(window.content(), one)) {
        return true;
      }
    }
    return false;
  }

  private static BuiltIn.Table places() {
    return new BuiltIn.Table()
        .add("find", "part [start] [end]", (frame, text, a) -> find(of(text), a, false))
        .add("rfind", "part [start] [end]", (frame, text, a) -> find(of(text), a, true))
        .add("index", "part [start] [end]", (frame, text, a) -> index(of(text), a, false))
        .add("rindex", "part [start] [end]", (frame, text, a) -> index(of(text), a, true))
        .add(
            "count",
            "part [start] [end]",
            (frame, text, a) -> {
              Window window = Window.of(of(text), a);
              return window.exists() ? PythonText.count(window.content(), a.text(0)) : 0L;
            })
        .add(
            "ljust", "width [fillchar]", (frame, text, a) -> pad(of(text), a, PythonText.Side.LEFT))
        .add(
            "rjust",
            "width [fillchar]",
            (frame, text, a) -> pad(of(text), a, PythonText.Side.RIGHT))
        .add(
            "center",
            "width [fillchar]",
            (frame, text, a) -> pad(of(text), a, PythonText.Side.CENTER))
        .add("zfill", "width", (frame, text, a) -> zeroFilled(of(text), a.whole(0)));
  }

  private static String pad(String text, BoundArguments a, PythonText.Side side) {
    return PythonText.pad(text, a.whole(0), a.text(1, " "), side);
  }

  private static String zeroFilled(String text, long width) {
    boolean signed = text.startsWith("-") || text.startsWith("+");
    String sign = signed ? text.substring(0, 1) : "";
    return sign
        + PythonText.pad(
            text.substring(sign.length()), width - sign.length(), "0", PythonText.Side.RIGHT);
  }

  private static long find(String text, BoundArguments a, boolean last) {
    Window window = Window.of(text, a);
    String part = a.text(0);
    if (!window.exists()) {
      return -1;
    }
    String content = window.content();
    int found =
        last
            ? TextSearch.lastIndexOf(content, part, content.length())
            : TextSearch.indexOf(content, part, 0);
    return found < 0 ? -1 : window.start() + content.codePointCount(0, found);
  }

  private static long index(String text, BoundArguments a, boolean last) {
    long found = find(text, a, last);
    if (found < 0) {
      throw new TemplateError(Values.describe(a.value(0)) + " is not in the text");
    }
    return found;
  }

  /** The part of a text that the parameters {@code start} and {@code end} choose. */
  private record Window(boolean exists, long start, String content) {
    static Window of(String text, BoundArguments a) {
      if (!a.isSet(1) && !a.isSet(2)) {
        return new Window(true, 0, text);
      }
      long length = PythonText.length(text);
      long start = a.wholeUnlessNone(1, 0);
      start = start < 0 ? Math.max(0, start + length) : start;
      long end = a.wholeUnlessNone(2, length);
      end = end < 0 ? Math.max(0, end + length) : Math.min(end, length);
      if (start > end) {
        return new Window(false, 0, "");
      }
      int from = text.offsetByCodePoints(0, (int) start);
      return new Window(
          true, start, text.substring(from, text.offsetByCodePoints(from, (int) (end - start))));
    }
  }

  private static BuiltIn.Table parts() {
    return new BuiltIn.Table()
        .add(
            "split",
            "[sep] [maxsplit]",
            (frame, text, a) ->
                a.isSet(0)
                    ? PythonText.split(of(text), a.text(0), a.whole(1, -1))
                    : PythonText.splitAtSpace(of(text), a.whole(1, -1)))
        .add(
            "rsplit",
            "[sep] [maxsplit]",
            (frame, text, a) ->
                a.isSet(0)
                    ? PythonText.splitFromEnd(of(text), a.text(0), a.whole(1, -1))
                    : PythonText.splitAtSpaceFromEnd(of(text), a.whole(1, -1)))
        .add("splitlines", "[keepends]", (frame, text, a) -> PythonText.lines(of(text), a.flag(0)))
        .add("partition", "sep", (frame, text, a) -> partition(of(text), a.text(0), false))
        .add("rpartition", "sep", (frame, text, a) -> partition(of(text), a.text(0), true))
        .add("join", "iterable", (frame, text, a) -> join(frame, of(text), a.value(0)));
  }

  private static Tuple partition(String text, String separator, boolean last) {
    PythonText.requireSeparator(separator);
    int at =
        last
            ? TextSearch.lastIndexOf(text, separator, text.length())
            : TextSearch.indexOf(text, separator, 0);
    if (at < 0) {
      return new Tuple(last ? List.of("", "", text) : List.of(text, "", ""));
    }
    return new Tuple(
        List.of(text.substring(0, at), separator, text.substring(at + separator.length())));
  }

  private static String join(Frame frame, String separator, @Nullable Object parts) {
    StringBuilder joined = new StringBuilder();
    String between = "";
    for (Object part : Values.list(frame, parts)) {
      if (!(part instanceof String text)) {
        throw new TemplateError("str.join() joins texts only, found " + Values.describe(part));
      }
      joined.append(between).append(text);
      Limits.checkText(joined.length());
      between = separator;
    }
    return joined.toString();
  }

  private static BuiltIn.Table questions() {
    return new BuiltIn.Table()
        .add("isspace", "", (frame, text, a) -> all(of(text), PythonText::isSpace))
        .add("isalpha", "", (frame, text, a) -> all(of(text), Character::isLetter))
        .add("isdigit", "", (frame, text, a) -> all(of(text), TextMethods::isDigit))
        .add("isdecimal", "", (frame, text, a) -> all(of(text), Character::isDigit))
        .add("isnumeric", "", (frame, text, a) -> all(of(text), TextMethods::isNumeric))
        .add("isalnum", "", (frame, text, a) -> all(of(text), TextMethods::isAlphanumeric))
        .add("isascii", "", (frame, text, a) -> of(text).chars().allMatch(c -> c < 128))
        .add("isupper", "", (frame, text, a) -> isCased(of(text), Character::isUpperCase))
        .add("islower", "", (frame, text, a) -> isCased(of(text), Character::isLowerCase));
  }

  /** A decimal digit, or one that is raised, lowered or in a circle. */
  private static boolean isDigit(int c) {
    return Character.isDigit(c)
        || c == 0xb2
        || c == 0xb3
        || c == 0xb9
        || (c >= 0x2070 && c <= 0x2089 && Character.getType(c) == Character.OTHER_NUMBER)
        || (c >= 0x2460 && c <= 0x2468);
  }

  static boolean isAlphanumeric(int c) {
    return Character.isLetter(c) || isNumeric(c);
  }

  private static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  private static boolean all(String text, IntPredicate condition) {
    return !text.isEmpty() && text.codePoints().allMatch(condition);
  }

  /** Whether all letters that have a case have the given one, and there is such a letter. */
  static boolean isCased(String text, IntPredicate wanted) {
    int[] cased =
        text.codePoints()
            .filter(
                c ->
                    Character.isUpperCase(c)
                        || Character.isLowerCase(c)
                        || Character.isTitleCase(c))
            .toArray();
    return cased.length > 0 && java.util.Arrays.stream(cased).allMatch(wanted);
  }

  private static String of(@Nullable Object text) {
    return (String) java.util.Objects.requireNonNull(text);
  }
}
