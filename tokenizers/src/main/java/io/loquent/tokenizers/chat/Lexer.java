package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a template into tokens, with Jinja's white space rules as Hugging Face sets them: {@code
 * trim_blocks} (the line break behind a tag goes), {@code lstrip_blocks} (the indentation before a
 * tag goes), and no line break at the end of the template.
 */
final class Lexer {

  /** Longest first, so that the first that fits is the right one. */
  private static final List<String> OPERATORS =
      List.of(
          "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "(", ")", "[", "]", "{",
          "}", "<", ">", "=", ".", ":", ",", "|", ";");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private final StringBuilder brackets = new StringBuilder();
  private int position;
  private int line = 1;
  private int countedTo;

  /** Whether what was last read ended with a line break, or nothing was read yet. */
  private boolean lineStart = true;

  private Lexer(String template) {
    String normalized = template.replace("\r\n", "\n").replace('\r', '\n');
    source =
        normalized.endsWith("\n") ? normalized.substring(0, normalized.length() - 1) : normalized;
  }

  static List<Token> tokens(String template) {
    Lexer lexer = new Lexer(template);
    while (lexer.position < lexer.source.length()) {
      lexer.textAndTag();
    }
    lexer.add(Token.Type.END, "");
    return lexer.tokens;
  }

  private void textAndTag() {
    int tag = nextTag();
    if (tag < 0) {
      addText(source.substring(position));
      position = source.length();
      return;
    }
    String text = source.substring(position, tag);
    char kind = source.charAt(tag + 1);
    char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
    if (sign == '-') {
      text = PythonText.stripEnd(text);
    } else if (sign != '+' && kind != '{') {
      text = withoutIndentation(text);
    }
    addText(text);
    position = tag + (sign == '-' || sign == '+' ? 3 : 2);
    switch (kind) {
      case '#' -> comment(tag);
      case '{' -> output(tag);
      default -> {
        if (!raw()) {
          block(tag);
        }
      }
    }
  }

  private int nextTag() {
    for (int i = source.indexOf('{', position); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private String withoutIndentation(String text) {
    int start = text.lastIndexOf('\n') + 1;
    boolean beginsLine = start > 0 || lineStart;
    return beginsLine && PythonText.isBlank(text.substring(start))
        ? text.substring(0, start)
        : text;
  }

  private void comment(int start) {
    int end = source.indexOf("#}", position);
    if (end < 0) {
      throw error("a comment {# is not closed by #}", start);
    }
    closeTag(end);
  }

  private void output(int start) {
    add(Token.Type.OUTPUT_BEGIN, "{{", start);
    code(start, '}', Token.Type.OUTPUT_END);
  }

  private void block(int start) {
    add(Token.Type.TAG_BEGIN, "{%", start);
    code(start, '%', Token.Type.TAG_END);
  }

  /** Reads {@code raw}, whose content is text whatever it looks like. */
  private boolean raw() {
    int afterName = skipWord(position, "raw");
    int end = afterName < 0 ? -1 : tagEnd(skipSpace(afterName));
    if (end < 0) {
      return false;
    }
    int begin = position;
    // Unlike other tags, this one keeps the line break behind it.
    position = end;
    lineStart = false;
    if (source.charAt(end - 3) == '-') {
      skipSpaceAfterTag();
    }
    for (int tag = source.indexOf("{%", position); tag >= 0; tag = source.indexOf("{%", tag + 1)) {
      char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
      int name = skipWord(tag + (sign == '-' || sign == '+' ? 3 : 2), "endraw");
      int close = name < 0 ? -1 : tagEnd(skipSpace(name));
      if (close >= 0) {
        String text = source.substring(position, tag);
        addText(
            sign == '-'
                ? PythonText.stripEnd(text)
                : sign == '+' ? text : withoutIndentation(text));
        position = close - 3;
        closeTag(close - 2);
        return true;
      }
    }
    throw error("{% raw %} is not closed by {% endraw %}", begin);
  }

  private int skipWord(int from, String word) {
    int start = skipSpace(from);
    return source.startsWith(word, start) ? start + word.length() : -1;
  }

  private int skipSpace(int from) {
    int i = from;
    while (i < source.length() && PythonText.isSpace(source.charAt(i))) {
      i++;
    }
    return i;
  }

  /** The place behind {@code %}}, with a sign or without, or -1. */
  private int tagEnd(int from) {
    boolean signed =
        from < source.length() && (source.charAt(from) == '-' || source.charAt(from) == '+');
    int end = signed ? from + 1 : from;
    return source.startsWith("%}", end) ? end + 2 : -1;
  }

  /** Steps over the closing delimiter at {@code end}, and over the white space that it takes. */
  private void closeTag(int end) {
    char sign = end > position ? source.charAt(end - 1) : ' ';
    position = end + 2;
    if (sign == '-') {
      skipSpaceAfterTag();
    } else if (sign != '+' && position < source.length() && source.charAt(position) == '\n') {
      position++;
    }
    lineStart = source.charAt(position - 1) == '\n';
  }

  private void skipSpaceAfterTag() {
    position = skipSpace(position);
    lineStart = source.charAt(position - 1) == '\n';
  }

  /** Reads the tokens of a tag until it closes; a brace inside brackets closes nothing. */
  private void code(int start, char close, Token.Type end) {
    brackets.setLength(0);
    while (position < source.length()) {
      char c = source.charAt(position);
      if (PythonText.isSpace(c)) {
        position++;
        continue;
      }
      int sign = brackets.length() == 0 && (c == '-' || (c == '+' && close == '%')) ? 1 : 0;
      if (brackets.length() == 0
          && source.startsWith(close == '%' ? "%}" : "}}", position + sign)) {
        add(end, source.substring(position + sign, position + sign + 2));
        endOfCode(position + sign, close);
        return;
      }
      token(c);
    }
    throw error(
        close == '%' ? "a tag {% is not closed by %}" : "an expression {{ is not closed by }}",
        start);
  }

  private void endOfCode(int end, char close) {
    if (close == '%') {
      closeTag(end);
      return;
    }
    position = end + 2;
    lineStart = false;
    if (source.charAt(end - 1) == '-') {
      skipSpaceAfterTag();
    }
  }

  private void token(char c) {
    if (Character.isUnicodeIdentifierStart(c) || c == '_') {
      int start = position;
      while (position < source.length()
          && Character.isUnicodeIdentifierPart(source.charAt(position))) {
        position++;
      }
      add(Token.Type.NAME, source.substring(start, position), start);
    } else if (c >= '0' && c <= '9') {
      number();
    } else if (c == '"' || c == '\'') {
      string(c);
    } else {
      operator();
    }
  }

  private void number() {
    int start = position;
    if (source.charAt(position) == '0' && position + 1 < source.length()) {
      int radix =
          switch (source.charAt(position + 1)) {
            case 'x', 'X' -> 16;
            case 'o', 'O' -> 8;
            case 'b', 'B' -> 2;
            default -> 0;
          };
      if (radix != 0) {
        position += 2;
        int digits = position;
        skipDigits(radix);
        addInteger(source.substring(digits, position), radix, start);
        return;
      }
    }
    skipDigits(10);
    boolean whole = true;
    // In a path such as x.0.1 the numbers are places, not a fraction.
    boolean inPath = start > 0 && source.charAt(start - 1) == '.';
    if (!inPath && isDigit(position + 1) && source.charAt(position) == '.') {
      whole = false;
      position++;
      skipDigits(10);
    }
    int exponent = position;
    if (exponent < source.length() && (source.charAt(exponent) | 32) == 'e') {
      exponent++;
      if (exponent < source.length() && "+-".indexOf(source.charAt(exponent)) >= 0) {
        exponent++;
      }
      if (isDigit(exponent)) {
        whole = false;
        position = exponent;
        skipDigits(10);
      }
    }
    String digits = source.substring(start, position);
    if (whole) {
      addInteger(digits, 10, start);
    } else {
      add(Token.Type.FLOAT, digits.replace("_", ""), start);
    }
  }

  private void addInteger(String digits, int radix, int start) {
    try {
      long value = Long.parseLong(digits.replace("_", ""), radix);
      add(Token.Type.INTEGER, Long.toString(value), start);
    } catch (NumberFormatException e) {
      throw error(
          "the number " + source.substring(start, position) + " is no 64-bit integer", start);
    }
  }

  private boolean isDigit(int at) {
    return at < source.length() && source.charAt(at) >= '0' && source.charAt(at) <= '9';
  }

  private void skipDigits(int radix) {
    while (position < source.length()
        && (source.charAt(position) == '_'
            || (source.charAt(position) < 128
                && Character.digit(source.charAt(position), radix) >= 0))) {
      position++;
    }
  }

  private void string(char quote) {
    int start = position++;
    boolean escaped = false;
    while (position < source.length() && source.charAt(position) != quote) {
      if (source.charAt(position) == '\\') {
        escaped = true;
        position++;
      }
      position++;
    }
    if (position >= source.length()) {
      throw error("a string is not closed by " + quote, start);
    }
    String raw = source.substring(start + 1, position);
    position++;
    try {
      add(Token.Type.STRING, escaped ? StringEscapes.resolve(raw) : raw, start);
    } catch (TemplateError e) {
      throw error(e.text(), start);
    }
  }

  private void operator() {
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, position)) {
        balance(operator.charAt(0));
        add(Token.Type.OPERATOR, operator);
        position += operator.length();
        return;
      }
    }
    throw error("'" + source.substring(position, position + 1) + "' is no operator", position);
  }

  private void balance(char operator) {
    switch (operator) {
      case '(' -> brackets.append(')');
      case '[' -> brackets.append(']');
      case '{' -> brackets.append('}');
      case ')', ']', '}' -> {
        int last = brackets.length() - 1;
        if (last < 0 || brackets.charAt(last) != operator) {
          throw error(
              last < 0
                  ? "'" + operator + "' closes nothing"
                  : "expected '" + brackets.charAt(last) + "', found '" + operator + "'",
              position);
        }
        brackets.setLength(last);
      }
      default -> {}
    }
  }

  private void addText(String text) {
    if (!text.isEmpty()) {
      add(Token.Type.TEXT, text, position);
    }
  }

  private void add(Token.Type type, String text) {
    add(type, text, position);
  }

  private void add(Token.Type type, String text, int at) {
    tokens.add(new Token(type, text, lineOf(at)));
  }

  private int lineOf(int at) {
    if (at < countedTo) {
      line = 1;
      countedTo = 0;
    }
    for (; countedTo < at; countedTo++) {
      if (source.charAt(countedTo) == '\n') {
        line++;
      }
    }
    return line;
  }

  private TemplateError error(String problem, int at) {
    return new TemplateError(problem, lineOf(Math.min(at, source.length())));
  }
}
