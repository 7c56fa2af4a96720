package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import io.loquent.decoding.constraint.Expr.Repetition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads regular expressions in the syntax that ECMA-262, RE2 and Java share: classes, {@code \d \w
 * \s} and Unicode properties, groups, alternatives and quantifiers. What looks around or back is
 * refused, as no automaton can do it.
 */
final class RegexParser {

  private static final int MOST_REPEATED = 100_000;
  private static final int DEEPEST = 200;

  private final String pattern;
  private final ExprPool pool;
  private final CharacterWriting writing;
  private final String where;
  private int position;
  private int depth;

  private RegexParser(String pattern, ExprPool pool, CharacterWriting writing, String where) {
    this.pattern = pattern;
    this.pool = pool;
    this.writing = writing;
    this.where = where;
  }

  /**
   * An alternative.
   *
   * @param begins whether it matches only where the text begins
   * @param ends whether it matches only where the text ends
   */
  private record Branch(boolean begins, Expr expr, boolean ends) {}

  /**
   * Reads an expression that a whole text must match.
   *
   * @param where names the place in errors
   */
  static Expr whole(String pattern, ExprPool pool, CharacterWriting writing, String where) {
    List<Expr> ways = new ArrayList<>();
    for (Branch branch : new RegexParser(pattern, pool, writing, where).parse()) {
      ways.add(branch.expr);
    }
    return pool.union(ways);
  }

  /** Reads an expression that must match somewhere in a text. */
  static Expr somewhere(String pattern, ExprPool pool, CharacterWriting writing, String where) {
    Expr any = pool.repeat(writing.of(pool, CodePoints.ALL), 0, Repetition.ANY);
    List<Expr> ways = new ArrayList<>();
    for (Branch branch : new RegexParser(pattern, pool, writing, where).parse()) {
      ways.add(
          pool.sequence(
              branch.begins ? pool.empty : any, branch.expr, branch.ends ? pool.empty : any));
    }
    return pool.union(ways);
  }

  private List<Branch> parse() {
    List<Branch> branches = alternatives();
    if (position < pattern.length()) {
      throw error("a ) without a (", "remove it or write \\)");
    }
    return branches;
  }

  private List<Branch> alternatives() {
    if (++depth > DEEPEST) {
      throw error("more than " + DEEPEST + " groups within each other", "simplify it");
    }
    List<Branch> branches = new ArrayList<>(alternative());
    while (take('|')) {
      branches.addAll(alternative());
    }
    depth--;
    return branches;
  }

  private List<Branch> alternative() {
    boolean begins = false;
    boolean ends = false;
    List<Expr> parts = new ArrayList<>();
    List<Branch> anchoredGroup = List.of();
    while (position < pattern.length() && peek() != '|' && peek() != ')') {
      if (!anchoredGroup.isEmpty()) {
        throw misplacedAnchor();
      }
      if (take('^')) {
        if (!parts.isEmpty() || ends) {
          throw misplacedAnchor();
        }
        begins = true;
      } else if (take('$')) {
        ends = true;
      } else if (ends) {
        throw misplacedAnchor();
      } else {
        List<Branch> atom = atom();
        boolean anchored = atom.stream().anyMatch(branch -> branch.begins || branch.ends);
        if (anchored && (begins || !parts.isEmpty())) {
          throw misplacedAnchor();
        }
        Expr quantified = quantified(union(atom), anchored);
        parts.add(quantified);
        anchoredGroup = anchored ? atom : List.of();
      }
    }
    if (!anchoredGroup.isEmpty() && !ends) {
      return anchoredGroup;
    }
    if (!anchoredGroup.isEmpty()) {
      throw misplacedAnchor();
    }
    return List.of(new Branch(begins, pool.sequence(parts.toArray(new Expr[0])), ends));
  }

  private Expr union(List<Branch> branches) {
    List<Expr> ways = new ArrayList<>();
    branches.forEach(branch -> ways.add(branch.expr));
    return pool.union(ways);
  }

  private List<Branch> atom() {
    int start = position;
    int character = next();
    Expr expr =
        switch (character) {
          case '(' -> null;
          case '[' -> characters(characterClass());
          case '.' -> characters(CharacterClasses.DOT);
          case '\\' -> characters(escape(false));
          case '*', '+', '?' ->
              throw error(
                  "a quantifier " + (char) character + " with nothing before it",
                  "write \\" + (char) character + " for the character itself");
          default -> characters(CodePoints.of(character));
        };
    if (expr != null) {
      return List.of(new Branch(false, expr, false));
    }
    beginGroup(start);
    List<Branch> branches = alternatives();
    if (!take(')')) {
      position = start;
      throw error("a ( without a )", "close it or write \\(");
    }
    return branches;
  }

  private void beginGroup(int start) {
    if (!take('?')) {
      return;
    }
    if (take(':')) {
      return;
    }
    if (take('<') && position < pattern.length() && peek() != '=' && peek() != '!') {
      int end = pattern.indexOf('>', position);
      if (end > 0) {
        position = end + 1;
        return;
      }
    }
    position = start;
    throw error(
        "a group that begins with "
            + pattern.substring(start, Math.min(pattern.length(), start + 4))
            + " (look-ahead, look-behind, flags)",
        "write what may come as alternatives");
  }

  private Expr quantified(Expr atom, boolean anchored) {
    Expr result = atom;
    while (position < pattern.length()) {
      int least;
      int most;
      if (take('*')) {
        least = 0;
        most = Repetition.ANY;
      } else if (take('+')) {
        least = 1;
        most = Repetition.ANY;
      } else if (take('?')) {
        least = 0;
        most = 1;
      } else {
        int[] counts = peek() == '{' ? counts() : null;
        if (counts == null) {
          return result;
        }
        least = counts[0];
        most = counts[1];
      }
      if (anchored) {
        throw misplacedAnchor();
      }
      if (!take('?') && position < pattern.length() && peek() == '+') {
        throw error("a possessive quantifier", "remove the second +");
      }
      result = pool.repeat(result, least, most);
    }
    return result;
  }

  /** Reads {@code {2}}, {@code {2,}} or {@code {2,5}}; null where the brace is a character. */
  private int @Nullable [] counts() {
    int end = pattern.indexOf('}', position);
    String inside = end < 0 ? "" : pattern.substring(position + 1, end);
    if (!inside.matches("[0-9]{1,9}(,[0-9]{0,9})?")) {
      return null;
    }
    int comma = inside.indexOf(',');
    int least = Integer.parseInt(comma < 0 ? inside : inside.substring(0, comma));
    int most =
        comma < 0
            ? least
            : comma == inside.length() - 1
                ? Repetition.ANY
                : Integer.parseInt(inside.substring(comma + 1));
    if (least > most || least > MOST_REPEATED || (most > MOST_REPEATED && most < Repetition.ANY)) {
      throw error(
          "the quantifier {" + inside + "}",
          "the first number must not be above the second, and none above " + MOST_REPEATED);
    }
    position = end + 1;
    return new int[] {least, most};
  }

  private Expr characters(CodePoints set) {
    return writing.of(pool, set);
  }

  private CodePoints characterClass() {
    int start = position - 1;
    boolean negated = take('^');
    CodePoints set = CodePoints.NONE;
    while (!take(']')) {
      if (position >= pattern.length()) {
        position = start;
        throw error("a [ without a ]", "close it or write \\[");
      }
      CodePoints first = classAtom();
      boolean isRange =
          position + 1 < pattern.length() && peek() == '-' && pattern.charAt(position + 1) != ']';
      if (isRange) {
        position++;
        set = set.or(range(first, classAtom()));
      } else {
        set = set.or(first);
      }
    }
    return negated ? set.not() : set;
  }

  private CodePoints range(CodePoints first, CodePoints last) {
    boolean single = isSingle(first) && isSingle(last);
    if (!single || first.first(0) > last.first(0)) {
      throw error("a range in a class whose ends are in the wrong order", "write it as a-z");
    }
    return CodePoints.range(first.first(0), last.first(0));
  }

  private static boolean isSingle(CodePoints set) {
    return set.rangeCount() == 1 && set.first(0) == set.last(0);
  }

  private CodePoints classAtom() {
    int character = next();
    return character == '\\' ? escape(true) : CodePoints.of(character);
  }

  private CodePoints escape(boolean inClass) {
    if (position >= pattern.length()) {
      throw error("a \\ at the end", "write \\\\ for the character itself");
    }
    int character = next();
    return switch (character) {
      case 'd' -> CharacterClasses.DIGIT;
      case 'D' -> CharacterClasses.DIGIT.not();
      case 'w' -> CharacterClasses.WORD;
      case 'W' -> CharacterClasses.WORD.not();
      case 's' -> CharacterClasses.SPACE;
      case 'S' -> CharacterClasses.SPACE.not();
      case 'p' -> property();
      case 'P' -> property().not();
      case 'n' -> CodePoints.of('\n');
      case 't' -> CodePoints.of('\t');
      case 'r' -> CodePoints.of('\r');
      case 'f' -> CodePoints.of('\f');
      case 'v' -> CodePoints.of(0x0B);
      case 'x' -> CodePoints.of(hexadecimal(2));
      case 'u' -> CodePoints.of(unicode());
      case '0' -> CodePoints.of(0);
      case 'b' -> {
        if (!inClass) {
          throw error("the word boundary \\b", "say which characters come before and behind");
        }
        yield CodePoints.of('\b');
      }
      default -> {
        if (character >= '1' && character <= '9') {
          throw error("a reference back (\\" + (char) character + ")", "repeat the group itself");
        }
        if (character < 128 && Character.isLetter(character)) {
          throw error(
              "the escape \\" + (char) character, "write the characters that it stands for");
        }
        yield CodePoints.of(character);
      }
    };
  }

  private CodePoints property() {
    int end = pattern.indexOf('}', position);
    CodePoints set =
        (take('{') && end > 0) ? CharacterClasses.property(pattern.substring(position, end)) : null;
    if (set == null) {
      throw error(
          "an unknown character property \\p",
          "use a general category such as \\p{L} or \\p{Lu}, or \\p{Script=Greek}");
    }
    position = end + 1;
    return set;
  }

  private int unicode() {
    if (!take('{')) {
      int unit = hexadecimal(4);
      boolean pairs = Character.isHighSurrogate((char) unit) && pattern.startsWith("\\u", position);
      if (!pairs) {
        return unit;
      }
      position += 2;
      return Character.toCodePoint((char) unit, (char) hexadecimal(4));
    }
    int end = pattern.indexOf('}', position);
    int code = end < 0 ? -1 : hexadecimal(Math.min(6, end - position));
    if (end < 0 || code > 0x10FFFF || !take('}')) {
      throw error("a \\u{ that names no character", "write up to six hexadecimal digits");
    }
    return code;
  }

  private int hexadecimal(int digits) {
    int end = position + digits;
    String text = (end <= pattern.length() && digits > 0) ? pattern.substring(position, end) : "";
    if (!text.matches("[0-9a-fA-F]+")) {
      throw error("an escape without its " + digits + " hexadecimal digits", "complete it");
    }
    position = end;
    return Integer.parseInt(text, 16);
  }

  private char peek() {
    return pattern.charAt(position);
  }

  private int next() {
    int character = pattern.codePointAt(position);
    position += Character.charCount(character);
    return character;
  }

  private boolean take(char expected) {
    boolean there = position < pattern.length() && peek() == expected;
    if (there) {
      position++;
    }
    return there;
  }

  private InvalidRequestException misplacedAnchor() {
    return error(
        "an anchor (^ or $) in the middle",
        "anchors are understood where an alternative of the whole pattern begins or ends");
  }

  private InvalidRequestException error(String found, String remedy) {
    return new InvalidRequestException(
        where
            + ": the pattern \""
            + pattern
            + "\" has, at character "
            + position
            + ", "
            + found
            + ", which is not supported; "
            + remedy);
  }
}
