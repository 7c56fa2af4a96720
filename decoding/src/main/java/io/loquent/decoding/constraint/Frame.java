package io.loquent.decoding.constraint;

import org.jspecify.annotations.Nullable;

/**
 * A stack of expressions: what is read now, and below it what is read when that has ended. Stacks
 * share what they have in common, and each exists once in its automaton. Immutable.
 */
final class Frame {

  /** From 0, in the order in which the automaton made them. */
  final int id;

  final Expr expr;

  /** The rest of the stack; null at its bottom. */
  final @Nullable Frame parent;

  Frame(int id, Expr expr, @Nullable Frame parent) {
    this.id = id;
    this.expr = expr;
    this.parent = parent;
  }
}
