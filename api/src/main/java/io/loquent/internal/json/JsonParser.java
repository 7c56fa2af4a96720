package io.loquent.internal.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A recursive-descent reader of RFC 8259 JSON, plus the NaN and Infinity that Python writes. */
final class JsonParser {

  private static final int MAX_DEPTH = 512;

  private final String text;
  private int position;
  private int depth;

  JsonParser(String text) {
    this.text = text;
  }

  @Nullable Object parse() {
    if (text.startsWith("\uFEFF")) {
      position = 1;
    }
    Object value = value();
    skipSpace();
    if (position < text.length()) {
      throw error("expected the end of the text, found '" + text.charAt(position) + "'");
    }
    return value;
  }

  private @Nullable Object value() {
    skipSpace();
    if (position >= text.length()) {
      throw error("expected a value, found the end of the text");
    }
    char c = text.charAt(position);
    return switch (c) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      case 'N' -> word("NaN", Double.NaN);
      case 'I' -> word("Infinity", Double.POSITIVE_INFINITY);
      default -> number();
    };
  }

  private Map<String, @Nullable Object> object() {
    enter();
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    position++;
    skipSpace();
    if (peek('}')) {
      position++;
    } else {
      do {
        skipSpace();
        if (!peek('"')) {
          throw error("expected a member name in double quotes");
        }
        String name = string();
        skipSpace();
        expect(':');
        if (members.containsKey(name)) {
          throw error("member \"" + name + "\" is there twice");
        }
        members.put(name, value());
      } while (another('}'));
    }
    depth--;
    return members;
  }

  private List<@Nullable Object> array() {
    enter();
    List<@Nullable Object> elements = new ArrayList<>();
    position++;
    skipSpace();
    if (peek(']')) {
      position++;
    } else {
      do {
        elements.add(value());
      } while (another(']'));
    }
    depth--;
    return elements;
  }

  private boolean another(char close) {
    skipSpace();
    if (peek(',')) {
      position++;
      return true;
    }
    expect(close);
    return false;
  }

  private String string() {
    position++;
    StringBuilder result = new StringBuilder();
    while (true) {
      if (position >= text.length()) {
        throw error("a string is not closed");
      }
      char c = text.charAt(position++);
      if (c == '"') {
        return result.toString();
      }
      if (c < ' ') {
        position--;
        throw error("a control character in a string must be escaped");
      }
      result.append(c == '\\' ? escape() : c);
    }
  }

  private char escape() {
    if (position >= text.length()) {
      throw error("a string is not closed");
    }
    char c = text.charAt(position++);
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw error("unknown escape \\" + c);
    };
  }

  private char unicode() {
    int code = 0;
    for (int i = 0; i < 4; i++, position++) {
      char c = position < text.length() ? text.charAt(position) : '"';
      // Character.digit also knows digits of other scripts.
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw error("\\u needs four hexadecimal digits");
      }
      code = code * 16 + digit;
    }
    return (char) code;
  }

  private Object number() {
    int start = position;
    if (text.startsWith("-Infinity", position)) {
      position += "-Infinity".length();
      return Double.NEGATIVE_INFINITY;
    }
    if (peek('-')) {
      position++;
    }
    int integerStart = position;
    int digits = digits();
    if (digits == 0) {
      throw error("expected a value, found '" + text.charAt(start) + "'");
    }
    if (digits > 1 && text.charAt(integerStart) == '0') {
      throw error("a number must not start with 0");
    }
    boolean integer = true;
    if (peek('.')) {
      position++;
      integer = false;
      requireDigits();
    }
    if (peek('e') || peek('E')) {
      position++;
      integer = false;
      if (peek('+') || peek('-')) {
        position++;
      }
      requireDigits();
    }
    String literal = text.substring(start, position);
    if (integer) {
      try {
        return Long.parseLong(literal);
      } catch (NumberFormatException e) {
        // Python writes integers of any size (model_max_length): what a long cannot hold is a
        // double.
        return Double.parseDouble(literal);
      }
    }
    return Double.parseDouble(literal);
  }

  private void requireDigits() {
    if (digits() == 0) {
      throw error("expected a digit");
    }
  }

  private int digits() {
    int start = position;
    while (position < text.length()
        && text.charAt(position) >= '0'
        && text.charAt(position) <= '9') {
      position++;
    }
    return position - start;
  }

  private @Nullable Object word(String word, @Nullable Object value) {
    if (!text.startsWith(word, position)) {
      throw error("expected " + word);
    }
    position += word.length();
    return value;
  }

  private void enter() {
    if (++depth > MAX_DEPTH) {
      throw error("nested more than " + MAX_DEPTH + " levels deep");
    }
  }

  private boolean peek(char c) {
    return position < text.length() && text.charAt(position) == c;
  }

  private void expect(char c) {
    if (!peek(c)) {
      throw error(
          "expected '"
              + c
              + "', found "
              + (position < text.length()
                  ? "'" + text.charAt(position) + "'"
                  : "the end of the text"));
    }
    position++;
  }

  private void skipSpace() {
    while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
      position++;
    }
  }

  private JsonException error(String problem) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < Math.min(position, text.length()); i++) {
      if (text.charAt(i) == '\n') {
        line++;
        column = 1;
      } else {
        column++;
      }
    }
    return new JsonException("not JSON at line " + line + ", column " + column + ": " + problem);
  }
}
