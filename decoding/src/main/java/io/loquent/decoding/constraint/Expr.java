package io.loquent.decoding.constraint;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression over bytes and calls of rules. Each expression exists once in its {@link
 * ExprPool}, so that equal ones are the same object. Immutable but for what is remembered about it,
 * which the lock of the {@link PushdownAutomaton} guards.
 *
 * <p>An expression is its own automaton: what may follow a byte is again an expression, its
 * derivative (Brzozowski 1964; Owens, Reppy, Turon 2009). Intersections, complements and counted
 * repetitions need no construction of their own that way.
 */
abstract sealed class Expr {

  /** From 0, in the order in which the pool made them. */
  final int id;

  /** Whether it matches the empty text; a call never does by itself. */
  final boolean nullable;

  /** Whether it may match nothing at all although it does not look so. */
  final boolean mayBeVoid;

  /** Whether it calls no rule. */
  final boolean regular;

  /** What may follow; null until it is first asked for. */
  @Nullable Transitions transitions;

  /** Whether it matches any text; null until that is known. */
  @Nullable Boolean matchesSomething;

  private Expr(int id, boolean nullable, boolean mayBeVoid, boolean regular) {
    this.id = id;
    this.nullable = nullable;
    this.mayBeVoid = mayBeVoid;
    this.regular = regular;
  }

  /** Matches no text. */
  static final class Nothing extends Expr {
    Nothing(int id) {
      super(id, false, false, true);
    }
  }

  /** Matches the empty text. */
  static final class Empty extends Expr {
    Empty(int id) {
      super(id, true, false, true);
    }
  }

  /** Matches one byte of a set that is not empty. */
  static final class OneByte extends Expr {
    final ByteSet set;

    OneByte(int id, ByteSet set) {
      super(id, false, false, true);
      this.set = set;
    }
  }

  /** Matches one text behind another; the first of them is no sequence. */
  static final class Sequence extends Expr {
    final Expr head;
    final Expr tail;

    Sequence(int id, Expr head, Expr tail) {
      super(
          id,
          head.nullable && tail.nullable,
          head.mayBeVoid || tail.mayBeVoid,
          head.regular && tail.regular);
      this.head = head;
      this.tail = tail;
    }
  }

  /** Matches what one of several expressions matches. */
  static final class Union extends Expr {
    final List<Expr> parts;

    Union(int id, List<Expr> parts) {
      super(
          id,
          parts.stream().anyMatch(part -> part.nullable),
          parts.stream().anyMatch(part -> part.mayBeVoid),
          parts.stream().allMatch(part -> part.regular));
      this.parts = parts;
    }
  }

  /** Matches what all of several regular expressions match. */
  static final class Intersection extends Expr {
    final List<Expr> parts;

    Intersection(int id, List<Expr> parts) {
      super(id, parts.stream().allMatch(part -> part.nullable), true, true);
      this.parts = parts;
    }
  }

  /** Matches all sequences of bytes that a regular expression does not match. */
  static final class Complement extends Expr {
    final Expr part;

    Complement(int id, Expr part) {
      super(id, !part.nullable, true, true);
      this.part = part;
    }
  }

  /** Matches several texts of one kind behind each other. */
  static final class Repetition extends Expr {
    /** Without an upper bound. */
    static final int ANY = Integer.MAX_VALUE;

    final Expr part;
    final int least;
    final int most;

    Repetition(int id, Expr part, int least, int most) {
      super(id, least == 0 || part.nullable, part.mayBeVoid, part.regular);
      this.part = part;
      this.least = least;
      this.most = most;
    }
  }

  /** Matches what a rule matches. */
  static final class Call extends Expr {
    final int rule;

    Call(int id, int rule) {
      super(id, false, false, false);
      this.rule = rule;
    }
  }

  /** Matches what an automaton accepts from one of its states on. */
  static final class Counted extends Expr {
    final ByteTable table;
    final int state;

    Counted(int id, ByteTable table, int state) {
      super(id, table.accepts(state), true, true);
      this.table = table;
      this.state = state;
    }
  }
}
