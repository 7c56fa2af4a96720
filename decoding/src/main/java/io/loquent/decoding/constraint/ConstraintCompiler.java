package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import io.loquent.OutputConstraint;
import io.loquent.internal.json.Json;
import java.util.ArrayList;
import java.util.List;

/** Makes grammars of constraints. */
final class ConstraintCompiler {

  private ConstraintCompiler() {}

  /**
   * Compiles a constraint.
   *
   * @throws InvalidRequestException if it is malformed, asks for something that is not supported,
   *     or matches no text
   */
  static Grammar compile(OutputConstraint constraint) {
    if (constraint instanceof OutputConstraint.Choice choice) {
      return choice(choice.texts());
    }
    if (constraint instanceof OutputConstraint.Regex regex) {
      return regex(regex.pattern());
    }
    if (constraint instanceof OutputConstraint.JsonSchema schema) {
      return SchemaCompiler.compile(Json.parse(schema.schema()), schema.compact());
    }
    if (constraint instanceof OutputConstraint.AnyJson json) {
      return SchemaCompiler.anyJson(json.compact());
    }
    if (constraint instanceof OutputConstraint.Grammar grammar) {
      return GbnfParser.parse(grammar.gbnf());
    }
    throw new IllegalArgumentException("unknown constraint " + constraint);
  }

  private static Grammar choice(List<String> texts) {
    GrammarBuilder builder = new GrammarBuilder();
    List<Expr> ways = new ArrayList<>();
    texts.forEach(text -> ways.add(builder.pool.literal(text)));
    return build(builder, builder.pool.union(ways), "the choice");
  }

  private static Grammar regex(String pattern) {
    GrammarBuilder builder = new GrammarBuilder();
    Expr whole =
        RegexParser.whole(pattern, builder.pool, CharacterWriting.PLAIN, "the output constraint");
    return build(builder, whole, "the regular expression " + pattern);
  }

  private static Grammar build(GrammarBuilder builder, Expr whole, String what) {
    int rule = builder.declare(what);
    builder.define(rule, whole);
    if (whole == builder.pool.empty) {
      throw new InvalidRequestException(what + " matches only the empty text; allow some text");
    }
    return builder.build(rule, what);
  }
}
