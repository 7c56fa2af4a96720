package io.loquent.tokenizers.chat;

/**
 * One piece of a template.
 *
 * @param type what it is
 * @param text the text outside of tags, a name, an operator, the digits of a number, or the content
 *     of a string with its escapes resolved
 * @param line the line it begins on, from 1
 */
record Token(Type type, String text, int line) {

  /** What a token is. */
  enum Type {
    /** Text outside of tags, with the white space that tags take already gone. */
    TEXT,
    /** The opening <code>{{</code>. */
    OUTPUT_BEGIN,
    /** The closing <code>}}</code>. */
    OUTPUT_END,
    /** The opening <code>{%</code>. */
    TAG_BEGIN,
    /** The closing <code>%}</code>. */
    TAG_END,
    /** A name or keyword. */
    NAME,
    /** A string literal. */
    STRING,
    /** A whole number. */
    INTEGER,
    /** A number with a fraction or an exponent. */
    FLOAT,
    /** An operator or a bracket. */
    OPERATOR,
    /** Behind the last token. */
    END
  }

  boolean isName(String name) {
    return type == Type.NAME && text.equals(name);
  }

  boolean isOperator(String operator) {
    return type == Type.OPERATOR && text.equals(operator);
  }

  /** How an error message calls it. */
  String describe() {
    return switch (type) {
      case TEXT -> "text";
      case OUTPUT_BEGIN -> "'{{'";
      case OUTPUT_END -> "'}}'";
      case TAG_BEGIN -> "'{%'";
      case TAG_END -> "'%}'";
      case STRING -> "the string " + PythonRepr.of(text);
      case END -> "the end of the template";
      case NAME, INTEGER, FLOAT, OPERATOR -> "'" + text + "'";
    };
  }
}
