package io.loquent.tokenizers.chat;

import java.util.List;

/** Tokens, read one after the other. */
final class TokenStream {

  private final List<Token> tokens;
  private int position;
  private int nesting;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(position);
  }

  Token ahead() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = current();
    if (token.type() != Token.Type.END) {
      position++;
    }
    return token;
  }

  boolean isAt(Token.Type type) {
    return current().type() == type;
  }

  boolean isAtName(String name) {
    return current().isName(name);
  }

  boolean isAtOperator(String operator) {
    return current().isOperator(operator);
  }

  boolean skipName(String name) {
    boolean found = isAtName(name);
    position += found ? 1 : 0;
    return found;
  }

  boolean skipOperator(String operator) {
    boolean found = isAtOperator(operator);
    position += found ? 1 : 0;
    return found;
  }

  Token expect(Token.Type type, String what) {
    if (!isAt(type)) {
      throw unexpected(what);
    }
    return next();
  }

  String expectName(String what) {
    return expect(Token.Type.NAME, what).text();
  }

  void expectName(String name, String within) {
    if (!skipName(name)) {
      throw unexpected("'" + name + "' in " + within);
    }
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  TemplateError unexpected(String wanted) {
    return error("expected " + wanted + ", found " + current().describe());
  }

  TemplateError error(String problem) {
    return new TemplateError(problem, current().line());
  }

  /** Goes into something that can contain its own kind; its end must be told. */
  void enter() {
    if (++nesting > Limits.NESTING) {
      throw error("tags or brackets are nested more than " + Limits.NESTING + " levels deep");
    }
  }

  void leave() {
    nesting--;
  }
}
