package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import io.loquent.decoding.constraint.Expr.Call;
import io.loquent.decoding.constraint.Expr.Complement;
import io.loquent.decoding.constraint.Expr.Counted;
import io.loquent.decoding.constraint.Expr.Intersection;
import io.loquent.decoding.constraint.Expr.OneByte;
import io.loquent.decoding.constraint.Expr.Repetition;
import io.loquent.decoding.constraint.Expr.Sequence;
import io.loquent.decoding.constraint.Expr.Union;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Computes what may follow within expressions of one pool. Not thread-safe. */
final class Derivatives {

  /** Far above what schemas and patterns of people need. */
  private static final int MOST_SEARCHED = 200_000;

  private final ExprPool pool;

  Derivatives(ExprPool pool) {
    this.pool = pool;
  }

  /** What follows a byte; {@code nothing} if it cannot come, or if nothing could end the text. */
  Expr next(Expr expr, int value) {
    Transitions transitions = transitions(expr);
    int byteClass = transitions.classOf(value);
    return target(transitions, byteClass);
  }

  /** What follows the bytes of a class. */
  Expr target(Transitions transitions, int byteClass) {
    Expr target = transitions.targets[byteClass];
    if (target.mayBeVoid && !matchesSomething(target)) {
      target = pool.nothing;
      transitions.targets[byteClass] = target;
    }
    return target;
  }

  Transitions transitions(Expr expr) {
    Transitions transitions = expr.transitions;
    if (transitions == null) {
      transitions = compute(expr);
      expr.transitions = transitions;
    }
    return transitions;
  }

  private Transitions compute(Expr expr) {
    Set<ByteSet> sets = new LinkedHashSet<>();
    collectSets(expr, sets);
    byte[] classes = classes(sets);
    List<Expr> targets = new ArrayList<>();
    for (int value = 0; value < 256; value++) {
      if ((classes[value] & 0xFF) == targets.size()) {
        targets.add(afterByte(expr, value));
      }
    }
    Set<Integer> called = new TreeSet<>();
    collectCalls(expr, called);
    int[] calls = called.stream().mapToInt(Integer::intValue).toArray();
    Expr[] returns = new Expr[calls.length];
    Arrays.setAll(returns, i -> afterCall(expr, calls[i]));
    return new Transitions(classes, targets.toArray(new Expr[0]), calls, returns);
  }

  /** Numbers the classes of bytes that no set separates, in the order of their first bytes. */
  private static byte[] classes(Collection<ByteSet> sets) {
    int[] classOf = new int[256];
    int count = 1;
    for (ByteSet set : sets) {
      Map<Integer, Integer> renumbered = new HashMap<>();
      for (int value = 0; value < 256; value++) {
        int key = 2 * classOf[value] + (set.contains(value) ? 1 : 0);
        Integer number = renumbered.get(key);
        if (number == null) {
          number = renumbered.size();
          renumbered.put(key, number);
        }
        classOf[value] = number;
      }
      count = renumbered.size();
    }
    byte[] classes = new byte[256];
    for (int value = 0; value < 256 && count > 0; value++) {
      classes[value] = (byte) classOf[value];
    }
    return classes;
  }

  private void collectSets(Expr expr, Set<ByteSet> sets) {
    if (expr instanceof OneByte one) {
      sets.add(one.set);
    } else if (expr instanceof Sequence sequence) {
      collectSets(sequence.head, sets);
      if (sequence.head.nullable) {
        collectSets(sequence.tail, sets);
      }
    } else if (expr instanceof Union union) {
      union.parts.forEach(part -> collectSets(part, sets));
    } else if (expr instanceof Intersection intersection) {
      intersection.parts.forEach(part -> collectSets(part, sets));
    } else if (expr instanceof Complement complement) {
      collectSets(complement.part, sets);
    } else if (expr instanceof Repetition repetition) {
      collectSets(repetition.part, sets);
    } else if (expr instanceof Counted counted) {
      collectSets(counted, sets);
    }
  }

  private static void collectSets(Counted counted, Set<ByteSet> sets) {
    Map<Integer, ByteSet> byTarget = new HashMap<>();
    for (int value = 0; value < 256; value++) {
      int target = counted.table.next(counted.state, value);
      byTarget.merge(target, ByteSet.of(value), ByteSet::or);
    }
    sets.addAll(byTarget.values());
  }

  private void collectCalls(Expr expr, Set<Integer> calls) {
    if (expr instanceof Call call) {
      calls.add(call.rule);
    } else if (expr instanceof Sequence sequence) {
      collectCalls(sequence.head, calls);
      if (sequence.head.nullable) {
        collectCalls(sequence.tail, calls);
      }
    } else if (expr instanceof Union union) {
      union.parts.forEach(part -> collectCalls(part, calls));
    } else if (expr instanceof Repetition repetition) {
      collectCalls(repetition.part, calls);
    }
  }

  private Expr afterByte(Expr expr, int value) {
    if (expr instanceof OneByte one) {
      return one.set.contains(value) ? pool.empty : pool.nothing;
    }
    if (expr instanceof Counted counted) {
      int next = counted.table.next(counted.state, value);
      return next == ByteTable.NOWHERE ? pool.nothing : pool.counted(counted.table, next);
    }
    return derive(expr, part -> afterByte(part, value));
  }

  private Expr afterCall(Expr expr, int rule) {
    if (expr instanceof Call call) {
      return call.rule == rule ? pool.empty : pool.nothing;
    }
    if (expr.regular) {
      return pool.nothing;
    }
    return derive(expr, part -> afterCall(part, rule));
  }

  /** Derives a composed expression, given how its parts are derived. */
  private Expr derive(Expr expr, UnaryOperator<Expr> derivative) {
    if (expr instanceof Sequence sequence) {
      Expr continued = pool.sequence(derivative.apply(sequence.head), sequence.tail);
      return sequence.head.nullable
          ? pool.union(continued, derivative.apply(sequence.tail))
          : continued;
    }
    if (expr instanceof Union union) {
      return pool.union(derived(union.parts, derivative));
    }
    if (expr instanceof Intersection intersection) {
      return pool.intersection(derived(intersection.parts, derivative));
    }
    if (expr instanceof Complement complement) {
      return pool.complement(derivative.apply(complement.part));
    }
    if (expr instanceof Repetition repetition) {
      int most =
          repetition.most == Repetition.ANY ? Repetition.ANY : Math.max(0, repetition.most - 1);
      return pool.sequence(
          derivative.apply(repetition.part),
          pool.repeat(repetition.part, Math.max(0, repetition.least - 1), most));
    }
    return pool.nothing;
  }

  private static List<Expr> derived(List<Expr> parts, UnaryOperator<Expr> derivative) {
    List<Expr> result = new ArrayList<>(parts.size());
    for (Expr part : parts) {
      result.add(derivative.apply(part));
    }
    return result;
  }

  /** Says whether an expression matches any text, given that every rule does. */
  boolean matchesSomething(Expr expr) {
    if (!expr.mayBeVoid) {
      return expr != pool.nothing;
    }
    if (expr.matchesSomething == null) {
      if (expr instanceof Sequence sequence) {
        expr.matchesSomething = matchesSomething(sequence.head) && matchesSomething(sequence.tail);
      } else if (expr instanceof Union union) {
        expr.matchesSomething = union.parts.stream().anyMatch(this::matchesSomething);
      } else if (expr instanceof Repetition repetition) {
        expr.matchesSomething = repetition.least == 0 || matchesSomething(repetition.part);
      } else {
        search(expr);
      }
    }
    return Boolean.TRUE.equals(expr.matchesSomething);
  }

  /** Looks for the end of a text that an intersection, complement or automaton matches. */
  private void search(Expr start) {
    Map<Expr, Expr> foundFrom = new HashMap<>();
    Deque<Expr> open = new ArrayDeque<>();
    foundFrom.put(start, start);
    open.add(start);
    while (!open.isEmpty()) {
      Expr expr = open.remove();
      boolean known = expr != start && (!expr.mayBeVoid || expr.matchesSomething != null);
      if (expr.nullable || (known && matchesSomething(expr))) {
        markPath(expr, foundFrom);
        return;
      }
      if (known) {
        continue;
      }
      for (Expr target : transitions(expr).targets) {
        if (target != pool.nothing && foundFrom.putIfAbsent(target, expr) == null) {
          open.add(target);
        }
      }
      if (foundFrom.size() > MOST_SEARCHED) {
        throw new InvalidRequestException(
            "the constraint combines patterns, lengths or number ranges in a way that takes more"
                + " than "
                + MOST_SEARCHED
                + " states to decide; simplify its patterns or lower its length limits");
      }
    }
    for (Expr expr : foundFrom.keySet()) {
      expr.matchesSomething = false;
    }
  }

  private static void markPath(Expr end, Map<Expr, Expr> foundFrom) {
    Expr expr = end;
    Expr before = foundFrom.get(expr);
    expr.matchesSomething = true;
    while (before != null && before != expr) {
      expr = before;
      expr.matchesSomething = true;
      before = foundFrom.get(expr);
    }
  }
}
