package io.loquent.decoding.constraint;

/**
 * What may follow within one expression. Bytes that lead to the same expression are of one class.
 */
final class Transitions {

  /** By byte, the number of its class. */
  private final byte[] classes;

  /** By class, what follows; {@code nothing} where no byte of it can come. */
  final Expr[] targets;

  /** The rules that can be called now. */
  final int[] calls;

  /** What follows each of these calls. */
  final Expr[] returns;

  Transitions(byte[] classes, Expr[] targets, int[] calls, Expr[] returns) {
    this.classes = classes;
    this.targets = targets;
    this.calls = calls;
    this.returns = returns;
  }

  int classOf(int value) {
    return classes[value] & 0xFF;
  }
}
