package io.loquent.decoding.constraint;

/**
 * Rules that call each other. Every rule matches something, and none can call itself before it has
 * read a byte. Used under the lock of its {@link PushdownAutomaton}.
 *
 * @param pool makes the expressions
 * @param rules by number, what the rule matches
 * @param rootRule the number of the rule that matches the whole text
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Grammar(ExprPool pool, Expr[] rules, int rootRule) {

  Expr root() {
    return rules[rootRule];
  }
}
