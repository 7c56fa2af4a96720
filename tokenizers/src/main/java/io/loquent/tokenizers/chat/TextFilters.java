package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Filters that work on texts. What is no text is printed first, as Jinja does. */
final class TextFilters {

  private static final int TRUNCATION_LEEWAY = 5;

  private TextFilters() {}

  static BuiltIn.Table table() {
    return new BuiltIn.Table().addAll(letters()).addAll(layout()).addAll(spelling());
  }

  private static BuiltIn.Table letters() {
    return new BuiltIn.Table()
        .add("upper", "", (frame, value, a) -> PythonText.upper(text(value)))
        .add("lower", "", (frame, value, a) -> PythonText.lower(text(value)))
        .add("capitalize", "", (frame, value, a) -> PythonText.capitalize(text(value)))
        .add("title", "", (frame, value, a) -> title(text(value)))
        .add("string", "", (frame, value, a) -> text(value))
        .alias("string", "safe")
        .add(
            "trim",
            "[chars]",
            (frame, value, a) -> PythonText.strip(text(value), a.textOrNone(0), true, true))
        .add(
            "replace",
            "old new [count]",
            (frame, value, a) ->
                PythonText.replace(
                    text(value), text(a.value(0)), text(a.value(1)), a.wholeUnlessNone(2, -1)))
        .addVariadic("format", TextFilters::format);
  }

  private static Object format(Frame frame, @Nullable Object value, Arguments a) {
    if (!a.named().isEmpty() && !a.positional().isEmpty()) {
      throw new TemplateError("format() takes values either with names or without");
    }
    return PercentFormat.format(
        text(value), a.named().isEmpty() ? new Tuple(a.positional()) : a.named());
  }

  private static BuiltIn.Table layout() {
    return new BuiltIn.Table()
        .add("indent", "[width] [first] [blank]", (frame, value, a) -> indent(text(value), a))
        .add(
            "center",
            "[width]",
            (frame, value, a) ->
                PythonText.pad(text(value), a.whole(0, 80), " ", PythonText.Side.CENTER))
        .add(
            "truncate",
            "[length] [killwords] [end] [leeway]",
            (frame, value, a) -> truncate(text(value), a))
        .add("wordcount", "", (frame, value, a) -> wordCount(text(value)));
  }

  private static long wordCount(String text) {
    long count = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      boolean ofWord = c == '_' || TextMethods.isAlphanumeric(c);
      count += ofWord && !inWord ? 1 : 0;
      inWord = ofWord;
    }
    return count;
  }

  private static String indent(String text, BoundArguments a) {
    String indention =
        a.value(0) instanceof String given ? given : PythonText.repeat(" ", spaces(a.whole(0, 4)));
    boolean blank = a.flag(2);
    StringBuilder out = new StringBuilder(a.flag(1) ? indention : "");
    // With a line break behind it, so that the empty last line of a text counts as one.
    List<@Nullable Object> lines = PythonText.lines(text + "\n", false);
    for (int i = 0; i < lines.size(); i++) {
      String line = text(lines.get(i));
      if (i > 0) {
        out.append('\n').append(blank || !line.isEmpty() ? indention : "");
      }
      out.append(line);
      Limits.checkText(out.length());
    }
    return out.toString();
  }

  private static int spaces(long width) {
    Limits.checkText(width);
    return (int) Math.max(0, width);
  }

  private static String truncate(String text, BoundArguments a) {
    long length = a.whole(0, 255);
    String end = a.text(2, "...");
    long leeway = a.wholeUnlessNone(3, TRUNCATION_LEEWAY);
    int kept = PythonText.length(end);
    if (length < kept || leeway < 0) {
      throw new TemplateError(
          "truncate() needs room for its end and a leeway of at least 0, found length "
              + length
              + " and leeway "
              + leeway);
    }
    if (PythonText.length(text) <= length + leeway) {
      return text;
    }
    String cut = text.substring(0, text.offsetByCodePoints(0, (int) length - kept));
    int space = a.flag(1) ? -1 : cut.lastIndexOf(' ');
    return (space < 0 ? cut : cut.substring(0, space)) + end;
  }

  /** Unlike {@code str.title}, only white space, hyphens and opening brackets begin a word. */
  private static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int start = 0; start < text.length(); ) {
      int end = start;
      while (end < text.length() && !beginsWord(text.charAt(end))) {
        end++;
      }
      if (end > start) {
        int next = text.offsetByCodePoints(start, 1);
        out.append(PythonText.upper(text.substring(start, next)));
        out.append(PythonText.lower(text.substring(next, end)));
      }
      for (start = end; start < text.length() && beginsWord(text.charAt(start)); start++) {
        out.append(text.charAt(start));
      }
    }
    return out.toString();
  }

  private static boolean beginsWord(char before) {
    return PythonText.isSpace(before) || "-({[<".indexOf(before) >= 0;
  }

  private static BuiltIn.Table spelling() {
    return new BuiltIn.Table()
        .add("escape", "", (frame, value, a) -> escape(text(value)))
        .alias("escape", "e", "forceescape")
        .add("urlencode", "", (frame, value, a) -> UrlEncoding.encode(frame, value))
        .add(
            "tojson",
            "[ensure_ascii] [indent] [separators] [sort_keys]",
            (frame, value, a) -> json(value, a));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&#34;")
        .replace("'", "&#39;");
  }

  private static String json(@Nullable Object value, BoundArguments a) {
    String indent =
        !a.isSet(1)
            ? null
            : a.value(1) instanceof String given
                ? given
                : PythonText.repeat(" ", spaces(a.whole(1)));
    List<String> separators = null;
    if (a.isSet(2)) {
      separators = new ArrayList<>();
      for (java.util.Iterator<@Nullable Object> all = Values.iterate(a.value(2)); all.hasNext(); ) {
        separators.add(text(all.next()));
      }
      if (separators.size() != 2) {
        throw new TemplateError("tojson() needs two separators, found " + separators.size());
      }
    }
    return new PythonJson(a.flag(0), indent, separators, a.flag(3)).write(value);
  }

  static String text(@Nullable Object value) {
    return PythonRepr.text(value);
  }
}
