package io.loquent.tokenizers.chat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The variables that a part of a template sees, its own and those around it, and where it writes
 * to. A loop, a macro and a captured block have a frame of their own, so that what they set stays
 * in them; {@code if} has not.
 */
final class Frame {

  /** Tells a variable that does not exist from one that is None. */
  private static final Object MISSING = new Object();

  private final Execution execution;
  private final @Nullable Frame outer;
  private final StringBuilder out;
  private @Nullable Map<String, @Nullable Object> variables;

  private Frame(Execution execution, @Nullable Frame outer, StringBuilder out) {
    this.execution = execution;
    this.outer = outer;
    this.out = out;
  }

  static Frame root(Execution execution, Map<String, @Nullable Object> variables) {
    Frame frame = new Frame(execution, null, new StringBuilder());
    variables.forEach(frame::set);
    return frame;
  }

  /** A frame inside this one that writes to the same place. */
  Frame inner() {
    return new Frame(execution, this, out);
  }

  /** A frame inside this one whose output is kept apart, see {@link #written}. */
  Frame capturing() {
    return new Frame(execution, this, new StringBuilder());
  }

  Budget budget() {
    return execution.budget;
  }

  Execution execution() {
    return execution;
  }

  /** What was written so far. */
  String written() {
    return out.toString();
  }

  void write(String text) {
    execution.budget.charge(text.length() / 8);
    out.append(text);
    Limits.checkText(out.length());
  }

  void set(String name, @Nullable Object value) {
    if (variables == null) {
      variables = new HashMap<>();
    }
    variables.put(name, value);
  }

  /** The value of a variable, or of a built-in function. */
  @Nullable Object get(String name) {
    for (Frame frame = this; frame != null; frame = frame.outer) {
      if (frame.variables != null) {
        Object value = frame.variables.getOrDefault(name, MISSING);
        if (value != MISSING) {
          return value;
        }
      }
    }
    Callable function = Globals.find(name);
    return function != null ? function : new Undefined("'" + name + "' is undefined");
  }

  @Nullable Object evaluate(Expression expression) {
    enter();
    Object value = expression.evaluate(this);
    execution.depth--;
    return value;
  }

  boolean isTrue(Expression condition) {
    return Values.isTrue(evaluate(condition));
  }

  /** Runs statements until one of them leaves the loop around them. */
  Flow execute(List<Statement> statements) {
    for (Statement statement : statements) {
      enter();
      execution.line = statement.line();
      Flow flow = statement.execute(this);
      execution.depth--;
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  // An error ends the whole rendering, so that nothing has to bring the depth back then.
  private void enter() {
    execution.budget.charge(1);
    if (++execution.depth > Limits.DEPTH) {
      throw new TemplateError(
          "evaluation is nested more than "
              + Limits.DEPTH
              + " levels deep; a macro may be calling itself without an end");
    }
  }
}
