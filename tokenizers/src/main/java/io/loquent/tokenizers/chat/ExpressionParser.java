package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads expressions by recursive descent: one method for each precedence, loosest first. */
final class ExpressionParser {

  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  /** Words that follow a test without being its argument. */
  private static final Set<String> AFTER_TEST = Set.of("else", "or", "and");

  private final TokenStream tokens;
  private final MacroScope macros;

  ExpressionParser(TokenStream tokens, MacroScope macros) {
    this.tokens = tokens;
    this.macros = macros;
  }

  /** An expression, or several with commas between them, which make a tuple. */
  Expression tuple(boolean withConditional) {
    Expression first = withConditional ? expression() : or();
    if (!tokens.isAtOperator(",")) {
      return first;
    }
    List<Expression> elements = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      if (endsTuple()) {
        break;
      }
      elements.add(withConditional ? expression() : or());
    }
    return new Expression.TupleLiteral(elements);
  }

  private boolean endsTuple() {
    return tokens.isAt(Token.Type.TAG_END)
        || tokens.isAt(Token.Type.OUTPUT_END)
        || tokens.isAtOperator(")")
        || tokens.isAtName("recursive")
        || tokens.isAtName("if");
  }

  Expression expression() {
    tokens.enter();
    Expression value = or();
    while (tokens.skipName("if")) {
      Expression condition = or();
      Expression otherwise = tokens.skipName("else") ? expression() : null;
      value = new Expression.Conditional(condition, value, otherwise);
    }
    tokens.leave();
    return value;
  }

  private Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      left = new Expression.Or(left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      left = new Expression.And(left, not());
    }
    return left;
  }

  private Expression not() {
    if (!tokens.skipName("not")) {
      return comparison();
    }
    tokens.enter();
    Expression value = not();
    tokens.leave();
    return new Expression.Not(value);
  }

  private Expression comparison() {
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    for (String operator = comparisonOperator();
        operator != null;
        operator = comparisonOperator()) {
      operators.add(operator);
      others.add(sum());
    }
    return operators.isEmpty() ? first : new Expression.Compared(first, operators, others);
  }

  private @Nullable String comparisonOperator() {
    Token token = tokens.current();
    if (token.type() == Token.Type.OPERATOR && COMPARISONS.contains(token.text())) {
      return tokens.next().text();
    }
    if (tokens.skipName("in")) {
      return "in";
    }
    if (token.isName("not") && tokens.ahead().isName("in")) {
      tokens.next();
      tokens.next();
      return "not in";
    }
    return null;
  }

  private Expression sum() {
    Expression left = concatenation();
    while (tokens.isAtOperator("+") || tokens.isAtOperator("-")) {
      left = new Expression.Binary(tokens.next().text(), left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    Expression first = product();
    if (!tokens.isAtOperator("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return new Expression.Concatenation(parts);
  }

  private Expression product() {
    Expression left = power();
    while (tokens.isAtOperator("*")
        || tokens.isAtOperator("/")
        || tokens.isAtOperator("//")
        || tokens.isAtOperator("%")) {
      left = new Expression.Binary(tokens.next().text(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (tokens.skipOperator("**")) {
      left = new Expression.Binary("**", left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean withFilters) {
    Expression value;
    if (tokens.isAtOperator("-") || tokens.isAtOperator("+")) {
      boolean negative = tokens.next().text().equals("-");
      tokens.enter();
      value = new Expression.Signed(negative, unary(false));
      tokens.leave();
    } else {
      value = primary();
    }
    value = postfix(value);
    return withFilters ? filtersAndTests(value) : value;
  }

  Expression primary() {
    Token token = tokens.current();
    return switch (token.type()) {
      case NAME -> name(tokens.next().text());
      case STRING -> string();
      case INTEGER -> new Expression.Literal(Long.valueOf(tokens.next().text()));
      case FLOAT -> new Expression.Literal(Double.valueOf(tokens.next().text()));
      case OPERATOR -> bracketed();
      default -> throw tokens.unexpected("a value");
    };
  }

  private Expression name(String name) {
    return switch (name) {
      case "true", "True" -> new Expression.Literal(true);
      case "false", "False" -> new Expression.Literal(false);
      case "none", "None" -> new Expression.Literal(null);
      default -> {
        macros.sawName(name);
        yield new Expression.Name(name);
      }
    };
  }

  private Expression string() {
    StringBuilder text = new StringBuilder();
    while (tokens.isAt(Token.Type.STRING)) {
      text.append(tokens.next().text());
    }
    return new Expression.Literal(text.toString());
  }

  private Expression bracketed() {
    tokens.enter();
    Expression value =
        switch (tokens.current().text()) {
          case "(" -> parenthesised();
          case "[" -> list();
          case "{" -> dict();
          default -> throw tokens.unexpected("a value");
        };
    tokens.leave();
    return value;
  }

  private Expression parenthesised() {
    tokens.next();
    if (tokens.skipOperator(")")) {
      return new Expression.TupleLiteral(List.of());
    }
    Expression value = tuple(true);
    tokens.expectOperator(")");
    return value;
  }

  private Expression list() {
    tokens.next();
    List<Expression> elements = new ArrayList<>();
    while (!tokens.skipOperator("]")) {
      elements.add(expression());
      if (!tokens.isAtOperator("]")) {
        tokens.expectOperator(",");
      }
    }
    return new Expression.ListLiteral(elements);
  }

  private Expression dict() {
    tokens.next();
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.skipOperator("}")) {
      keys.add(expression());
      tokens.expectOperator(":");
      values.add(expression());
      if (!tokens.isAtOperator("}")) {
        tokens.expectOperator(",");
      }
    }
    return new Expression.DictLiteral(keys, values);
  }

  private Expression postfix(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.skipOperator(".")) {
        value = member(value);
      } else if (tokens.skipOperator("[")) {
        tokens.enter();
        value = subscript(value);
        tokens.leave();
      } else if (tokens.isAtOperator("(")) {
        value = new Expression.Call(value, callArguments());
      } else {
        return value;
      }
    }
  }

  private Expression member(Expression target) {
    if (tokens.isAt(Token.Type.INTEGER)) {
      return new Expression.Item(
          target, new Expression.Literal(Long.valueOf(tokens.next().text())));
    }
    return new Expression.Attribute(target, tokens.expectName("a name behind the dot"));
  }

  private Expression subscript(Expression target) {
    Expression start = tokens.isAtOperator(":") ? null : expression();
    if (start != null && tokens.isAtOperator(",")) {
      List<Expression> keys = new ArrayList<>(List.of(start));
      while (tokens.skipOperator(",") && !tokens.isAtOperator("]")) {
        keys.add(expression());
      }
      start = new Expression.TupleLiteral(keys);
    }
    if (start != null && tokens.skipOperator("]")) {
      return new Expression.Item(target, start);
    }
    tokens.expectOperator(":");
    Expression stop = atEndOfBound() ? null : expression();
    Expression step = null;
    if (tokens.skipOperator(":") && !atEndOfBound()) {
      step = expression();
    }
    tokens.expectOperator("]");
    return new Expression.Slice(target, start, stop, step);
  }

  private boolean atEndOfBound() {
    return tokens.isAtOperator(":") || tokens.isAtOperator("]");
  }

  private Expression filtersAndTests(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.skipOperator("|")) {
        value = new Expression.Filtered(value, filter());
      } else if (tokens.skipName("is")) {
        value = test(value);
      } else if (tokens.isAtOperator("(")) {
        value = new Expression.Call(value, callArguments());
      } else {
        return value;
      }
    }
  }

  /** The filter behind a bar. */
  FilterUse filter() {
    String name = dottedName("the name of a filter");
    BuiltIn filter = Filters.TABLE.get(name);
    if (filter == null) {
      throw tokens.error("there is no filter '" + name + "'; there are " + Filters.TABLE.names());
    }
    return new FilterUse(filter, tokens.isAtOperator("(") ? callArguments() : CallArguments.NONE);
  }

  private Expression test(Expression value) {
    boolean negated = tokens.skipName("not");
    String name = dottedName("the name of a test");
    BuiltIn test = Tests.TABLE.get(name);
    if (test == null) {
      throw tokens.error("there is no test '" + name + "'; there are " + Tests.TABLE.names());
    }
    Expression tested = new Expression.Tested(value, test, testArguments());
    return negated ? new Expression.Not(tested) : tested;
  }

  /** Arguments in parentheses, or one that follows without. */
  private CallArguments testArguments() {
    if (tokens.isAtOperator("(")) {
      return callArguments();
    }
    Token token = tokens.current();
    boolean argument =
        switch (token.type()) {
          case STRING, INTEGER, FLOAT -> true;
          case NAME -> !AFTER_TEST.contains(token.text()) && !isNotIn();
          case OPERATOR -> token.text().equals("[") || token.text().equals("{");
          default -> false;
        };
    if (!argument) {
      return CallArguments.NONE;
    }
    if (tokens.isAtName("is")) {
      throw tokens.error("a test cannot follow a test; put the first one in parentheses");
    }
    return new CallArguments(List.of(postfix(primary())), Map.of(), null, null);
  }

  private boolean isNotIn() {
    return tokens.isAtName("in") || (tokens.isAtName("not") && tokens.ahead().isName("in"));
  }

  private String dottedName(String what) {
    StringBuilder name = new StringBuilder(tokens.expectName(what));
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expectName(what));
    }
    return name.toString();
  }

  CallArguments callArguments() {
    tokens.expectOperator("(");
    tokens.enter();
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    Expression morePositional = null;
    Expression moreNamed = null;
    while (!tokens.skipOperator(")")) {
      if (tokens.skipOperator("*")) {
        morePositional = expression();
      } else if (tokens.skipOperator("**")) {
        moreNamed = expression();
      } else if (tokens.isAt(Token.Type.NAME) && tokens.ahead().isOperator("=")) {
        String name = tokens.next().text();
        tokens.next();
        named.put(name, expression());
      } else if (named.isEmpty() && moreNamed == null) {
        positional.add(expression());
      } else {
        throw tokens.error("an argument without a name stands behind one with a name");
      }
      if (!tokens.isAtOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    tokens.leave();
    return new CallArguments(positional, named, morePositional, moreNamed);
  }
}
