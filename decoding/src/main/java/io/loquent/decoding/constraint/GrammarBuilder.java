package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import io.loquent.decoding.constraint.Expr.Call;
import io.loquent.decoding.constraint.Expr.Repetition;
import io.loquent.decoding.constraint.Expr.Sequence;
import io.loquent.decoding.constraint.Expr.Union;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Collects rules and checks that texts can be written by them. Not thread-safe. */
final class GrammarBuilder {

  final ExprPool pool = new ExprPool();
  final Derivatives derivatives = new Derivatives(pool);
  private final List<String> names = new ArrayList<>();
  private final List<@Nullable Expr> bodies = new ArrayList<>();
  private final Map<Expr, Integer> ruleOf = new HashMap<>();

  /** Declares a rule that is defined later. */
  int declare(String name) {
    names.add(name);
    bodies.add(null);
    return names.size() - 1;
  }

  void define(int rule, Expr body) {
    bodies.set(rule, body);
  }

  /** The rule that was declared with a name first; -1 if there is none. */
  int find(String name) {
    return names.indexOf(name);
  }

  boolean isDefined(int rule) {
    return bodies.get(rule) != null;
  }

  /**
   * Makes an expression a rule of its own and returns the call of it: what is written in many
   * places then has the same states everywhere.
   */
  Expr shared(String name, Expr body) {
    if (body == pool.nothing || body == pool.empty) {
      return body;
    }
    Integer rule = ruleOf.get(body);
    if (rule == null) {
      rule = declare(name);
      define(rule, body);
      ruleOf.put(body, rule);
    }
    return pool.call(rule);
  }

  /**
   * Builds the grammar.
   *
   * @param root the rule of the whole text
   * @param what names the constraint in errors
   * @throws InvalidRequestException if no text can be written, or a rule calls itself first
   */
  Grammar build(int root, String what) {
    Expr[] rules = new Expr[names.size()];
    for (int rule = 0; rule < rules.length; rule++) {
      Expr body = bodies.get(rule);
      if (body == null) {
        throw new IllegalStateException("the rule " + names.get(rule) + " is not defined");
      }
      rules[rule] = body;
    }
    boolean[] productive = productive(rules);
    if (!productive[root]) {
      throw new InvalidRequestException(
          what
              + " matches no text that ends: what it asks for contradicts itself or goes on for"
              + " ever; relax it");
    }
    Map<Expr, Expr> cut = new HashMap<>();
    for (int rule = 0; rule < rules.length; rule++) {
      rules[rule] = productive[rule] ? withoutCalls(rules[rule], productive, cut) : pool.nothing;
    }
    refuseLeftRecursion(rules, what);
    return new Grammar(pool, rules, root);
  }

  /** Which rules match a text that ends, by going round until nothing is added. */
  private boolean[] productive(Expr[] rules) {
    boolean[] productive = new boolean[rules.length];
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int rule = 0; rule < rules.length; rule++) {
        if (!productive[rule] && canEnd(rules[rule], productive, new HashMap<>())) {
          productive[rule] = true;
          changed = true;
        }
      }
    }
    return productive;
  }

  private boolean canEnd(Expr expr, boolean[] productive, Map<Expr, Boolean> known) {
    Boolean result = known.get(expr);
    if (result == null) {
      result = computeCanEnd(expr, productive, known);
      known.put(expr, result);
    }
    return result;
  }

  private boolean computeCanEnd(Expr expr, boolean[] productive, Map<Expr, Boolean> known) {
    if (expr.regular) {
      return derivatives.matchesSomething(expr);
    }
    if (expr instanceof Call call) {
      return productive[call.rule];
    }
    if (expr instanceof Sequence sequence) {
      return canEnd(sequence.head, productive, known) && canEnd(sequence.tail, productive, known);
    }
    if (expr instanceof Union union) {
      return union.parts.stream().anyMatch(part -> canEnd(part, productive, known));
    }
    return expr instanceof Repetition repetition
        && (repetition.least == 0 || canEnd(repetition.part, productive, known));
  }

  /** The expression without calls of rules that match nothing, and without what is void. */
  private Expr withoutCalls(Expr expr, boolean[] productive, Map<Expr, Expr> cut) {
    Expr result = cut.get(expr);
    if (result == null) {
      result = computeWithoutCalls(expr, productive, cut);
      cut.put(expr, result);
    }
    return result;
  }

  private Expr computeWithoutCalls(Expr expr, boolean[] productive, Map<Expr, Expr> cut) {
    if (expr instanceof Call call) {
      return productive[call.rule] ? call : pool.nothing;
    }
    if (expr instanceof Sequence sequence) {
      return pool.sequence(
          withoutCalls(sequence.head, productive, cut),
          withoutCalls(sequence.tail, productive, cut));
    }
    if (expr instanceof Union union) {
      List<Expr> parts = new ArrayList<>();
      union.parts.forEach(part -> parts.add(withoutCalls(part, productive, cut)));
      return pool.union(parts);
    }
    if (expr instanceof Repetition repetition) {
      return pool.repeat(
          withoutCalls(repetition.part, productive, cut), repetition.least, repetition.most);
    }
    return derivatives.matchesSomething(expr) ? expr : pool.nothing;
  }

  private void refuseLeftRecursion(Expr[] rules, String what) {
    Set<Integer> nullable = nullableRules(rules);
    List<Set<Integer>> first = new ArrayList<>();
    for (Expr body : rules) {
      Set<Integer> calls = new TreeSet<>();
      firstCalls(body, nullable, calls);
      first.add(calls);
    }
    for (int rule = 0; rule < rules.length; rule++) {
      Deque<Integer> open = new ArrayDeque<>(first.get(rule));
      Set<Integer> seen = new HashSet<>(open);
      while (!open.isEmpty()) {
        int called = open.remove();
        if (called == rule) {
          throw new InvalidRequestException(
              what
                  + ": the rule \""
                  + names.get(rule)
                  + "\" calls itself before it has written anything (left recursion), so it could"
                  + " go on for ever; write the repetition with * or +, or put the recursive call"
                  + " last");
        }
        for (int next : first.get(called)) {
          if (seen.add(next)) {
            open.add(next);
          }
        }
      }
    }
  }

  private static Set<Integer> nullableRules(Expr[] rules) {
    Set<Integer> nullable = new HashSet<>();
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int rule = 0; rule < rules.length; rule++) {
        if (!nullable.contains(rule) && isNullable(rules[rule], nullable)) {
          changed |= nullable.add(rule);
        }
      }
    }
    return nullable;
  }

  private static boolean isNullable(Expr expr, Set<Integer> nullable) {
    if (expr.nullable) {
      return true;
    }
    if (expr instanceof Call call) {
      return nullable.contains(call.rule);
    }
    if (expr instanceof Sequence sequence) {
      return isNullable(sequence.head, nullable) && isNullable(sequence.tail, nullable);
    }
    if (expr instanceof Union union) {
      return union.parts.stream().anyMatch(part -> isNullable(part, nullable));
    }
    return expr instanceof Repetition repetition && isNullable(repetition.part, nullable);
  }

  private static void firstCalls(Expr expr, Set<Integer> nullable, Set<Integer> calls) {
    if (expr instanceof Call call) {
      calls.add(call.rule);
    } else if (expr instanceof Sequence sequence) {
      firstCalls(sequence.head, nullable, calls);
      if (isNullable(sequence.head, nullable)) {
        firstCalls(sequence.tail, nullable, calls);
      }
    } else if (expr instanceof Union union) {
      union.parts.forEach(part -> firstCalls(part, nullable, calls));
    } else if (expr instanceof Repetition repetition) {
      firstCalls(repetition.part, nullable, calls);
    }
  }
}
