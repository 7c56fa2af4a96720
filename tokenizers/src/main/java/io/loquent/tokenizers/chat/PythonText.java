package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Operations on text as Python's {@code str} has them: lengths and places count code points. */
final class PythonText {

  private PythonText() {}

  /** What {@code str.isspace} calls white space, and {@code str.strip} removes. */
  static boolean isSpace(int c) {
    return c == ' '
        || (c >= 0x09 && c <= 0x0d)
        || (c >= 0x1c && c <= 0x1f)
        || (c >= 0x85
            && (c == 0x85
                || c == 0xa0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200a)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202f
                || c == 0x205f
                || c == 0x3000));
  }

  static boolean isBlank(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!isSpace(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static String strip(String text) {
    return stripEnd(stripStart(text));
  }

  static String stripStart(String text) {
    int start = 0;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return text.substring(start);
  }

  static String stripEnd(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  /** Removes given characters from either end, or white space where none are given. */
  static String strip(String text, @Nullable String characters, boolean start, boolean end) {
    IntPredicate stripped = characters == null ? PythonText::isSpace : oneOf(characters);
    int from = 0;
    int to = text.length();
    while (start && from < to && stripped.test(text.codePointAt(from))) {
      from += Character.charCount(text.codePointAt(from));
    }
    while (end && to > from && stripped.test(text.codePointBefore(to))) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return text.substring(from, to);
  }

  private static IntPredicate oneOf(String characters) {
    BitSet set = new BitSet();
    characters.codePoints().forEach(set::set);
    return set::get;
  }

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** The characters of a text, each as a text of its own. */
  static List<@Nullable Object> characters(String text) {
    Limits.checkElements(text.length());
    List<@Nullable Object> characters = new ArrayList<>();
    for (int i = 0; i < text.length(); ) {
      int next = text.offsetByCodePoints(i, 1);
      characters.add(text.substring(i, next));
      i = next;
    }
    return characters;
  }

  private static void add(List<@Nullable Object> parts, String part) {
    parts.add(part);
    Limits.checkElements(parts.size());
  }

  static String reversed(String text) {
    return new StringBuilder(text).reverse().toString();
  }

  /**
   * Splits at runs of white space; at most {@code limit} times, without limit if it is negative.
   */
  static List<@Nullable Object> splitAtSpace(String text, long limit) {
    List<@Nullable Object> parts = new ArrayList<>();
    int i = skipSpace(text, 0);
    while (i < text.length()) {
      if (limit >= 0 && parts.size() == limit) {
        add(parts, text.substring(i));
        return parts;
      }
      int start = i;
      while (i < text.length() && !isSpace(text.charAt(i))) {
        i++;
      }
      add(parts, text.substring(start, i));
      i = skipSpace(text, i);
    }
    return parts;
  }

  private static int skipSpace(String text, int from) {
    int i = from;
    while (i < text.length() && isSpace(text.charAt(i))) {
      i++;
    }
    return i;
  }

  /** Splits at runs of white space, from the end. */
  static List<@Nullable Object> splitAtSpaceFromEnd(String text, long limit) {
    List<@Nullable Object> parts = new ArrayList<>();
    int end = skipSpaceBack(text, text.length());
    while (end > 0) {
      if (limit >= 0 && parts.size() == limit) {
        add(parts, text.substring(0, end));
        break;
      }
      int start = end;
      while (start > 0 && !isSpace(text.charAt(start - 1))) {
        start--;
      }
      add(parts, text.substring(start, end));
      end = skipSpaceBack(text, start);
    }
    Collections.reverse(parts);
    return parts;
  }

  private static int skipSpaceBack(String text, int from) {
    int i = from;
    while (i > 0 && isSpace(text.charAt(i - 1))) {
      i--;
    }
    return i;
  }

  static List<@Nullable Object> split(String text, String separator, long limit) {
    requireSeparator(separator);
    List<@Nullable Object> parts = new ArrayList<>();
    int start = 0;
    int at = TextSearch.indexOf(text, separator, 0);
    while (at >= 0 && (limit < 0 || parts.size() < limit)) {
      add(parts, text.substring(start, at));
      start = at + separator.length();
      at = TextSearch.indexOf(text, separator, start);
    }
    add(parts, text.substring(start));
    return parts;
  }

  static List<@Nullable Object> splitFromEnd(String text, String separator, long limit) {
    requireSeparator(separator);
    List<@Nullable Object> parts = new ArrayList<>();
    int end = text.length();
    int at = TextSearch.lastIndexOf(text, separator, text.length());
    while (at >= 0 && (limit < 0 || parts.size() < limit)) {
      add(parts, text.substring(at + separator.length(), end));
      end = at;
      at = TextSearch.lastIndexOf(text, separator, end);
    }
    add(parts, text.substring(0, end));
    Collections.reverse(parts);
    return parts;
  }

  static void requireSeparator(String separator) {
    if (separator.isEmpty()) {
      throw new TemplateError("a text cannot be split at an empty separator");
    }
  }

  static List<@Nullable Object> lines(String text, boolean keepEnds) {
    List<@Nullable Object> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); ) {
      char c = text.charAt(i++);
      if (!endsLine(c)) {
        continue;
      }
      int end = i - 1;
      if (c == '\r' && i < text.length() && text.charAt(i) == '\n') {
        i++;
      }
      add(lines, text.substring(start, keepEnds ? i : end));
      start = i;
    }
    if (start < text.length()) {
      add(lines, text.substring(start));
    }
    return lines;
  }

  private static boolean endsLine(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1c && c <= 0x1e)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  /** Replaces at most {@code count} times, without limit if it is negative. */
  static String replace(String text, String old, String replacement, long count) {
    StringBuilder out = new StringBuilder();
    int start = 0;
    int at = TextSearch.indexOf(text, old, 0);
    for (long done = 0; at >= 0 && done != count; done++) {
      out.append(text, start, at).append(replacement);
      Limits.checkText(out.length());
      start = at + old.length();
      if (!old.isEmpty()) {
        at = TextSearch.indexOf(text, old, start);
      } else {
        // An empty text is found once before every character and once at the end.
        at = start < text.length() ? text.offsetByCodePoints(start, 1) : -1;
      }
    }
    return out.append(text, start, text.length()).toString();
  }

  static long count(String text, String part) {
    if (part.isEmpty()) {
      return length(text) + 1L;
    }
    long count = 0;
    for (int at = TextSearch.indexOf(text, part, 0);
        at >= 0;
        at = TextSearch.indexOf(text, part, at + part.length())) {
      count++;
    }
    return count;
  }

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int next = text.offsetByCodePoints(0, 1);
    return titleCase(text.codePointAt(0)) + lower(text.substring(next));
  }

  /** {@code str.title}: upper case behind everything that is no letter. */
  static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (inWord) {
        out.appendCodePoint(Character.toLowerCase(c));
      } else {
        out.append(titleCase(c));
      }
      inWord = Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
      i += Character.charCount(c);
    }
    return out.toString();
  }

  private static String titleCase(int c) {
    int title = Character.toTitleCase(c);
    // Some letters become two in upper case, and only String knows of them.
    return title != c
        ? new String(Character.toChars(title))
        : capitalizedPair(upper(new String(Character.toChars(c))));
  }

  private static String capitalizedPair(String upper) {
    int first = upper.offsetByCodePoints(0, 1);
    return upper.substring(0, first) + lower(upper.substring(first));
  }

  static String swapCase(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              String one = new String(Character.toChars(c));
              out.append(Character.isUpperCase(c) ? lower(one) : upper(one));
            });
    return out.toString();
  }

  /** Fills a text up to {@code width} characters: a share of the filling before it. */
  static String pad(String text, long width, String fill, Side side) {
    if (length(fill) != 1) {
      throw new TemplateError("the fill character must be exactly one character long");
    }
    long missing = width - length(text);
    if (missing <= 0) {
      return text;
    }
    Limits.checkText(width);
    long before =
        switch (side) {
          case LEFT -> 0;
          case RIGHT -> missing;
          // As CPython rounds: an odd rest goes to the left where the width is odd.
          case CENTER -> missing / 2 + (missing & width & 1);
        };
    return repeat(fill, (int) before) + text + repeat(fill, (int) (missing - before));
  }

  static String repeat(String text, int count) {
    StringBuilder repeated = new StringBuilder(text.length() * count);
    for (int i = 0; i < count; i++) {
      repeated.append(text);
    }
    return repeated.toString();
  }

  /** Where a padded text stands. */
  enum Side {
    LEFT,
    CENTER,
    RIGHT
  }

  /** Compares by code points; Java compares UTF-16, which sorts surrogates before U+E000. */
  static int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean surrogates = Character.isSurrogate(x) || Character.isSurrogate(y);
        return surrogates && Character.isSurrogate(x) != Character.isSurrogate(y)
            ? (Character.isSurrogate(x) ? 1 : -1)
            : Character.compare(x, y);
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
