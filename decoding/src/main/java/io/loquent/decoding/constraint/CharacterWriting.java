package io.loquent.decoding.constraint;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How characters are written as bytes. Each character is written in one way only. */
enum CharacterWriting {

  /** As UTF-8. */
  PLAIN {
    @Override
    Expr of(ExprPool pool, CodePoints characters) {
      return utf8(pool, characters);
    }
  },

  /**
   * As within a JSON string: UTF-8, and with a backslash only what needs one; the short form where
   * there is one, otherwise lower-case hexadecimal digits.
   */
  JSON_STRING {
    @Override
    Expr of(ExprPool pool, CodePoints characters) {
      CodePoints escaped = characters.and(ESCAPED);
      List<Expr> ways = new ArrayList<>();
      ways.add(utf8(pool, characters.without(ESCAPED)));
      for (int i = 0; i < escaped.rangeCount(); i++) {
        for (int character = escaped.first(i); character <= escaped.last(i); character++) {
          ways.add(pool.literal(escape(character)));
        }
      }
      return pool.union(ways);
    }
  };

  private static final CodePoints ESCAPED = CodePoints.range(0, 0x1F).or(CodePoints.of('"', '\\'));

  /** Matches one character of a set. */
  abstract Expr of(ExprPool pool, CodePoints characters);

  /** Matches one text. */
  Expr text(ExprPool pool, String text) {
    Expr result = pool.empty;
    for (int i = text.length(); i > 0; i -= Character.charCount(text.codePointBefore(i))) {
      result = pool.sequence(of(pool, CodePoints.of(text.codePointBefore(i))), result);
    }
    return result;
  }

  private static String escape(int character) {
    return switch (character) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\b' -> "\\b";
      case '\f' -> "\\f";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> String.format(Locale.ROOT, "\\u%04x", character);
    };
  }

  private static Expr utf8(ExprPool pool, CodePoints characters) {
    List<Expr> ways = new ArrayList<>();
    for (int i = 0; i < characters.rangeCount(); i++) {
      addRange(pool, characters.first(i), characters.last(i), ways);
    }
    return pool.union(ways);
  }

  /** Cuts a range into parts in which every byte has a range of its own. */
  private static void addRange(ExprPool pool, int first, int last, List<Expr> ways) {
    for (int longest : new int[] {0x7F, 0x7FF, 0xFFFF}) {
      if (first <= longest && longest < last) {
        addRange(pool, first, longest, ways);
        addRange(pool, longest + 1, last, ways);
        return;
      }
    }
    for (int bits = 6; last > 0x7F && bits <= 18; bits += 6) {
      int low = (1 << bits) - 1;
      if ((first & ~low) != (last & ~low)) {
        if ((first & low) != 0) {
          addRange(pool, first, first | low, ways);
          addRange(pool, (first | low) + 1, last, ways);
          return;
        }
        if ((last & low) != low) {
          addRange(pool, first, (last & ~low) - 1, ways);
          addRange(pool, last & ~low, last, ways);
          return;
        }
      }
    }
    int[] low = encode(first);
    int[] high = encode(last);
    Expr way = pool.empty;
    for (int i = low.length - 1; i >= 0; i--) {
      way = pool.sequence(pool.bytes(low[i], high[i]), way);
    }
    ways.add(way);
  }

  private static int[] encode(int character) {
    if (character <= 0x7F) {
      return new int[] {character};
    }
    if (character <= 0x7FF) {
      return new int[] {0xC0 | character >> 6, continuation(character, 0)};
    }
    if (character <= 0xFFFF) {
      return new int[] {
        0xE0 | character >> 12, continuation(character, 6), continuation(character, 0)
      };
    }
    return new int[] {
      0xF0 | character >> 18,
      continuation(character, 12),
      continuation(character, 6),
      continuation(character, 0)
    };
  }

  private static int continuation(int character, int shift) {
    return 0x80 | (character >> shift & 0x3F);
  }
}
