package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a template into statements. */
final class TemplateParser {

  private static final Set<String> NOT_SUPPORTED =
      Set.of("extends", "include", "import", "from", "block", "autoescape", "trans", "do", "debug");

  private final TokenStream tokens;
  private final MacroScope macros = new MacroScope();
  private final ExpressionParser expressions;
  private int loops;

  private TemplateParser(String template) {
    tokens = new TokenStream(Lexer.tokens(template));
    expressions = new ExpressionParser(tokens, macros);
  }

  static List<Statement> parse(String template) {
    if (template.length() > Limits.TEMPLATE) {
      throw new TemplateError(
          "it has " + template.length() + " characters, more than " + Limits.TEMPLATE);
    }
    return new TemplateParser(template).body("");
  }

  /** Statements up to a tag that begins with one of the given words, or up to the end. */
  private List<Statement> body(String ends) {
    Set<String> words = Set.of(ends.split(" ", -1));
    List<Statement> statements = new ArrayList<>();
    tokens.enter();
    while (!tokens.isAt(Token.Type.END)) {
      Token token = tokens.current();
      if (token.type() == Token.Type.TEXT) {
        statements.add(new Statement.Text(tokens.next().text(), token.line()));
      } else if (token.type() == Token.Type.OUTPUT_BEGIN) {
        tokens.next();
        Expression value = expressions.tuple(true);
        tokens.expect(Token.Type.OUTPUT_END, "'}}' behind the expression");
        statements.add(new Statement.Output(value, token.line()));
      } else {
        tokens.expect(Token.Type.TAG_BEGIN, "text or a tag");
        if (words.contains(tokens.current().text())) {
          tokens.leave();
          return statements;
        }
        statements.add(tag());
      }
    }
    if (!ends.isEmpty()) {
      throw tokens.unexpected("one of the tags [" + ends + "]");
    }
    return statements;
  }

  /** A body up to its end tag. */
  private List<Statement> bodyTo(String end) {
    List<Statement> statements = body(end);
    tokens.next();
    endTag();
    return statements;
  }

  private void endTag() {
    tokens.expect(Token.Type.TAG_END, "'%}' at the end of the tag");
  }

  private Statement tag() {
    int line = tokens.current().line();
    String name = tokens.expectName("the name of a tag");
    return switch (name) {
      case "if" -> conditional(line);
      case "for" -> loop(line);
      case "set" -> assignment(line);
      case "macro" -> macro(line);
      case "call" -> callBlock(line);
      case "filter" -> filterBlock(line);
      case "with" -> with(line);
      case "generation" -> generation(line);
      case "break" -> jump(Flow.BREAK, line);
      case "continue" -> jump(Flow.CONTINUE, line);
      case "print" -> print(line);
      default ->
          throw new TemplateError(
              NOT_SUPPORTED.contains(name)
                  ? "the tag '" + name + "' is not supported in chat templates"
                  : "the tag '" + name + "' is not known, or closes nothing here",
              line);
    };
  }

  private Statement conditional(int line) {
    Expression condition = expressions.tuple(false);
    endTag();
    List<Statement> then = body("elif else endif");
    int nextLine = tokens.current().line();
    String next = tokens.next().text();
    if (next.equals("elif")) {
      // Recursion for every elif: no deeper than tags may be nested.
      tokens.enter();
      Statement otherwise = conditional(nextLine);
      tokens.leave();
      return new Statement.If(condition, then, List.of(otherwise), line);
    }
    endTag();
    return new Statement.If(
        condition, then, next.equals("else") ? bodyTo("endif") : List.of(), line);
  }

  private Statement loop(int line) {
    Target target = target(false);
    tokens.expectName("in", "a for loop");
    Expression elements = expressions.tuple(false);
    Expression condition = tokens.skipName("if") ? expressions.expression() : null;
    boolean recursive = tokens.skipName("recursive");
    endTag();
    loops++;
    List<Statement> body = body("else endfor");
    loops--;
    String next = tokens.next().text();
    endTag();
    List<Statement> otherwise = next.equals("else") ? bodyTo("endfor") : List.of();
    return new Statement.For(target, elements, condition, recursive, body, otherwise, line);
  }

  private Statement jump(Flow flow, int line) {
    if (loops == 0) {
      throw new TemplateError("break and continue need a loop around them", line);
    }
    endTag();
    return new Statement.Jump(flow, line);
  }

  private Statement print(int line) {
    Expression value = expressions.tuple(true);
    endTag();
    return new Statement.Output(value, line);
  }

  private Statement assignment(int line) {
    Target target = target(true);
    if (tokens.skipOperator("=")) {
      Expression value = expressions.tuple(true);
      endTag();
      return new Statement.Assignment(target, value, line);
    }
    List<FilterUse> filters = filters();
    endTag();
    return new Statement.BlockAssignment(target, filters, bodyTo("endset"), line);
  }

  private List<FilterUse> filters() {
    List<FilterUse> filters = new ArrayList<>();
    while (tokens.skipOperator("|")) {
      filters.add(expressions.filter());
    }
    return filters;
  }

  /** One target, or several with commas between them. */
  private Target target(boolean withMembers) {
    Target first = singleTarget(withMembers);
    if (!tokens.isAtOperator(",")) {
      return first;
    }
    List<Target> targets = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      if (tokens.isAtOperator(")") || tokens.isAtOperator("=") || tokens.isAtName("in")) {
        break;
      }
      targets.add(singleTarget(withMembers));
    }
    return new Target.Unpacked(targets);
  }

  private Target singleTarget(boolean withMembers) {
    if (tokens.skipOperator("(")) {
      tokens.enter();
      Target target = target(withMembers);
      tokens.leave();
      tokens.expectOperator(")");
      return target;
    }
    String name = assignable(tokens.expectName("the name of a variable"));
    if (withMembers && tokens.skipOperator(".")) {
      return new Target.Member(name, tokens.expectName("the name of a member"));
    }
    return new Target.Variable(name);
  }

  private String assignable(String name) {
    if (Set.of("true", "false", "none", "True", "False", "None").contains(name)) {
      throw tokens.error("nothing can be assigned to '" + name + "'");
    }
    return name;
  }

  private Statement macro(int line) {
    String name = assignable(tokens.expectName("the name of a macro"));
    return new Statement.MacroDefinition(macroBody(name, "endmacro"), line);
  }

  private Statement callBlock(int line) {
    macros.enter();
    Signature signature = tokens.isAtOperator("(") ? signature() : Signature.NONE;
    // The call itself belongs to what is around the block.
    Set<String> inSignature = macros.leave();
    inSignature.forEach(macros::sawName);
    Expression call = expressions.expression();
    if (!(call instanceof Expression.Call called)) {
      throw new TemplateError("a call block needs a call such as {% call name() %}", line);
    }
    endTag();
    return new Statement.CallBlock(called, macroBody("caller", signature, "endcall"), line);
  }

  private MacroBody macroBody(String name, String end) {
    Signature signature = signature();
    endTag();
    return macroBody(name, signature, end);
  }

  private MacroBody macroBody(String name, Signature signature, String end) {
    macros.enter();
    int outerLoops = loops;
    loops = 0;
    List<Statement> body = bodyTo(end);
    loops = outerLoops;
    Set<String> used = macros.leave();
    used.forEach(macros::sawName);
    return new MacroBody(
        name,
        signature.parameters(),
        signature.defaults(),
        body,
        used.contains("caller"),
        used.contains("varargs"),
        used.contains("kwargs"));
  }

  /** The parameters of a macro. */
  private record Signature(List<String> parameters, List<@Nullable Expression> defaults) {
    static final Signature NONE = new Signature(List.of(), List.of());
  }

  private Signature signature() {
    tokens.expectOperator("(");
    List<String> parameters = new ArrayList<>();
    List<@Nullable Expression> defaults = new ArrayList<>();
    boolean optional = false;
    while (!tokens.skipOperator(")")) {
      parameters.add(assignable(tokens.expectName("the name of a parameter")));
      if (tokens.skipOperator("=")) {
        defaults.add(expressions.expression());
        optional = true;
      } else if (optional) {
        throw tokens.error("a parameter without a default stands behind one with a default");
      } else {
        defaults.add(null);
      }
      if (!tokens.isAtOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    return new Signature(parameters, defaults);
  }

  private Statement filterBlock(int line) {
    List<FilterUse> filters = new ArrayList<>(List.of(expressions.filter()));
    filters.addAll(filters());
    endTag();
    return new Statement.FilterBlock(filters, bodyTo("endfilter"), line);
  }

  private Statement with(int line) {
    List<Target> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.isAt(Token.Type.TAG_END)) {
      if (!targets.isEmpty()) {
        tokens.expectOperator(",");
      }
      targets.add(singleTarget(false));
      tokens.expectOperator("=");
      values.add(expressions.expression());
    }
    endTag();
    return new Statement.With(targets, values, bodyTo("endwith"), line);
  }

  private Statement generation(int line) {
    endTag();
    return new Statement.Generation(bodyTo("endgeneration"), line);
  }
}
