package io.loquent.decoding.constraint;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The named sets of characters of regular expressions. The short ones are those of RE2, ASCII only,
 * because dialects disagree about the rest.
 */
final class CharacterClasses {

  static final CodePoints DIGIT = CodePoints.range('0', '9');
  static final CodePoints SPACE = CodePoints.of(' ', '\t', '\n', 0x0B, '\f', '\r');
  static final CodePoints WORD =
      DIGIT.or(CodePoints.range('a', 'z')).or(CodePoints.range('A', 'Z')).or(CodePoints.of('_'));

  /** What the dot leaves out in any dialect. */
  static final CodePoints DOT = CodePoints.of('\n', '\r', 0x85, 0x2028, 0x2029).not();

  /** The two-letter names of Unicode's general categories, by {@link Character#getType(int)}. */
  private static final List<String> CATEGORIES =
      List.of(
          "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd", "Nl", "No", "", "Zs", "Zl",
          "Zp", "Cc", "Cf", "", "Co", "Cs", "Pd", "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So",
          "Pi", "Pf");

  private CharacterClasses() {}

  /**
   * The set of a property such as {@code L}, {@code Lu} or {@code Script=Greek}; null if unknown.
   */
  static @Nullable CodePoints property(String name) {
    int equals = name.indexOf('=');
    if (equals < 0) {
      return category(name);
    }
    String value = name.substring(equals + 1);
    return switch (name.substring(0, equals)) {
      case "Script", "sc" -> script(value);
      case "General_Category", "gc" -> category(value);
      default -> null;
    };
  }

  private static @Nullable CodePoints category(String name) {
    boolean known = !name.isEmpty() && CATEGORIES.stream().anyMatch(c -> c.startsWith(name));
    if (!known || name.length() > 2) {
      return null;
    }
    return where(character -> CATEGORIES.get(Character.getType(character)).startsWith(name));
  }

  private static @Nullable CodePoints script(String name) {
    Character.UnicodeScript script;
    try {
      script = Character.UnicodeScript.forName(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return null;
    }
    return where(character -> Character.UnicodeScript.of(character) == script);
  }

  private static CodePoints where(IntPredicate isIn) {
    List<int[]> ranges = new ArrayList<>();
    int first = -1;
    for (int character = 0; character <= 0x110000; character++) {
      boolean in = character <= 0x10FFFF && isIn.test(character);
      if (in && first < 0) {
        first = character;
      } else if (!in && first >= 0) {
        ranges.add(new int[] {first, character - 1});
        first = -1;
      }
    }
    return CodePoints.ofRanges(ranges).and(CodePoints.ALL);
  }
}
