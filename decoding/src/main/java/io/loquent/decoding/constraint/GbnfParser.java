package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import io.loquent.decoding.constraint.Expr.Repetition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads context-free grammars in llama.cpp's notation (GBNF): rules {@code name ::= ...} of
 * literals, character classes, groups, alternatives, quantifiers and names of rules; {@code root}
 * is the whole text.
 */
final class GbnfParser {

  private static final String ROOT = "root";
  private static final int MOST_REPEATED = 100_000;
  private static final int DEEPEST = 200;

  private final String text;
  private final GrammarBuilder builder = new GrammarBuilder();
  private final ExprPool pool = builder.pool;
  private final Map<String, Integer> rules = new HashMap<>();
  private final Map<String, Integer> firstUse = new HashMap<>();
  private int position;
  private int depth;

  private GbnfParser(String text) {
    this.text = text;
  }

  static Grammar parse(String text) {
    return new GbnfParser(text).parse();
  }

  private Grammar parse() {
    int root = rule(ROOT);
    skipSpace();
    while (position < text.length()) {
      definition();
      skipSpace();
    }
    rules.forEach(
        (name, rule) -> {
          if (!builder.isDefined(rule)) {
            position = firstUse.getOrDefault(name, 0);
            throw error("the rule \"" + name + "\" is not defined", "add " + name + " ::= ...");
          }
        });
    return builder.build(root, "the grammar");
  }

  private int rule(String name) {
    return rules.computeIfAbsent(name, builder::declare);
  }

  private void definition() {
    String name = name();
    if (name.isEmpty()) {
      throw error("expected the name of a rule, found '" + text.charAt(position) + "'", "fix it");
    }
    skipSpace();
    if (!text.startsWith("::=", position)) {
      throw error("expected ::= behind the rule's name \"" + name + "\"", "add it");
    }
    position += 3;
    int rule = rule(name);
    if (builder.isDefined(rule)) {
      throw error("the rule \"" + name + "\" is defined twice", "join both with |");
    }
    builder.define(rule, alternatives(false));
    if (position < text.length() && text.charAt(position) == ')') {
      throw error("a ) without a (", "remove it");
    }
  }

  private String name() {
    int start = position;
    while (position < text.length() && isNamePart(text.charAt(position))) {
      position++;
    }
    return text.substring(start, position);
  }

  private static boolean isNamePart(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  private Expr alternatives(boolean nested) {
    if (++depth > DEEPEST) {
      throw error("more than " + DEEPEST + " groups within each other", "make rules of them");
    }
    List<Expr> ways = new ArrayList<>();
    do {
      ways.add(sequence(nested));
    } while (take('|'));
    depth--;
    return pool.union(ways);
  }

  private Expr sequence(boolean nested) {
    List<Expr> parts = new ArrayList<>();
    skipSpace();
    while (position < text.length() && !endsRule(nested)) {
      char c = text.charAt(position);
      if (c == '|' || c == ')') {
        break;
      }
      parts.add(quantified(atom(c)));
    }
    return pool.sequence(parts.toArray(new Expr[0]));
  }

  /** Skips space, and says whether a new rule begins behind it. */
  private boolean endsRule(boolean nested) {
    skipSpace();
    if (nested || position >= text.length()) {
      return position >= text.length();
    }
    int start = position;
    boolean isNext = !name().isEmpty();
    skipSpace();
    isNext &= text.startsWith("::=", position);
    position = start;
    return isNext;
  }

  private Expr atom(char c) {
    if (isNamePart(c)) {
      int start = position;
      String name = name();
      firstUse.putIfAbsent(name, start);
      return pool.call(rule(name));
    }
    position++;
    return switch (c) {
      case '"' -> literal();
      case '[' -> CharacterWriting.PLAIN.of(pool, characterClass());
      case '.' -> CharacterWriting.PLAIN.of(pool, CodePoints.ALL);
      case '(' -> {
        Expr group = alternatives(true);
        if (!take(')')) {
          throw error("a ( without a )", "close it");
        }
        yield group;
      }
      case '<' -> throw error("a token (<...>)", "write its text as a literal");
      case '*', '+', '?', '{' -> throw error("a quantifier with nothing before it", "remove it");
      default -> throw error("'" + c + "'", "put literals into double quotes");
    };
  }

  private Expr quantified(Expr atom) {
    Expr result = atom;
    while (position < text.length()) {
      if (take('*')) {
        result = pool.repeat(result, 0, Repetition.ANY);
      } else if (take('+')) {
        result = pool.repeat(result, 1, Repetition.ANY);
      } else if (take('?')) {
        result = pool.optional(result);
      } else if (text.charAt(position) == '{') {
        int[] counts = counts();
        result = pool.repeat(result, counts[0], counts[1]);
      } else {
        break;
      }
    }
    return result;
  }

  private int[] counts() {
    int end = text.indexOf('}', position);
    String inside = end < 0 ? "" : text.substring(position + 1, end).trim();
    if (!inside.matches("[0-9]{1,6}( *, *[0-9]{0,6})?")) {
      throw error("a quantifier that is none", "write {2}, {2,} or {2,5}");
    }
    String[] numbers = inside.split(" *, *", -1);
    int least = Integer.parseInt(numbers[0]);
    int most =
        numbers.length == 1
            ? least
            : numbers[1].isEmpty() ? Repetition.ANY : Integer.parseInt(numbers[1]);
    if (least > most || least > MOST_REPEATED || (most > MOST_REPEATED && most < Repetition.ANY)) {
      throw error(
          "the quantifier {" + inside + "}",
          "the first number must not be above the second, and none above " + MOST_REPEATED);
    }
    position = end + 1;
    return new int[] {least, most};
  }

  private Expr literal() {
    List<Expr> characters = new ArrayList<>();
    while (!take('"')) {
      characters.add(CharacterWriting.PLAIN.of(pool, CodePoints.of(character("a literal"))));
    }
    return pool.sequence(characters.toArray(new Expr[0]));
  }

  private CodePoints characterClass() {
    boolean negated = take('^');
    CodePoints set = CodePoints.NONE;
    while (!take(']')) {
      int first = character("a character class");
      int last = first;
      boolean isRange =
          position + 1 < text.length()
              && text.charAt(position) == '-'
              && text.charAt(position + 1) != ']';
      if (isRange) {
        position++;
        last = character("a character class");
        if (last < first) {
          throw error("a range in a class whose ends are in the wrong order", "write it as a-z");
        }
      }
      set = set.or(CodePoints.range(first, last));
    }
    return negated ? set.not() : set;
  }

  private int character(String within) {
    if (position >= text.length()) {
      throw error(within + " that is not closed", "close it");
    }
    int character = text.codePointAt(position);
    position += Character.charCount(character);
    if (character != '\\') {
      return character;
    }
    if (position >= text.length()) {
      throw error(within + " that is not closed", "close it");
    }
    char escaped = text.charAt(position++);
    return switch (escaped) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'x' -> hexadecimal(2);
      case 'u' -> hexadecimal(4);
      case 'U' -> hexadecimal(8);
      case '"', '\\', '[', ']', '-', '^' -> escaped;
      default -> throw error("the escape \\" + escaped, "write the character itself");
    };
  }

  private int hexadecimal(int digits) {
    int end = Math.min(text.length(), position + digits);
    String code = text.substring(position, end);
    if (!code.matches("[0-9a-fA-F]{" + digits + "}") || Long.parseLong(code, 16) > 0x10FFFF) {
      throw error("an escape that names no character", "write " + digits + " digits");
    }
    position = end;
    return Integer.parseInt(code, 16);
  }

  private boolean take(char expected) {
    boolean there = position < text.length() && text.charAt(position) == expected;
    if (there) {
      position++;
    }
    return there;
  }

  private void skipSpace() {
    while (position < text.length()) {
      char c = text.charAt(position);
      if (c == '#') {
        int end = text.indexOf('\n', position);
        position = end < 0 ? text.length() : end;
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        position++;
      } else {
        break;
      }
    }
  }

  private InvalidRequestException error(String found, String remedy) {
    int line = 1;
    for (int i = 0; i < Math.min(position, text.length()); i++) {
      line += text.charAt(i) == '\n' ? 1 : 0;
    }
    return new InvalidRequestException(
        "the grammar is not understood at line " + line + ": " + found + "; " + remedy);
  }
}
