package io.loquent.tokenizers.chat;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a template that does something: writes, branches, repeats, or sets variables. */
sealed interface Statement {

  Flow execute(Frame frame);

  /** The line it begins on, from 1. */
  int line();

  /** Text that is written as it is. */
  record Text(String text, int line) implements Statement {
    @Override
    public Flow execute(Frame frame) {
      frame.write(text);
      return Flow.NEXT;
    }
  }

  /** <code>{{ value }}</code>. */
  record Output(Expression value, int line) implements Statement {
    @Override
    public Flow execute(Frame frame) {
      frame.write(PythonRepr.text(frame.evaluate(value)));
      return Flow.NEXT;
    }
  }

  /** {@code {% if %}}; an {@code elif} is an if in the else of the one before it. */
  record If(Expression condition, List<Statement> then, List<Statement> otherwise, int line)
      implements Statement {
    @Override
    public Flow execute(Frame frame) {
      return frame.execute(frame.isTrue(condition) ? then : otherwise);
    }
  }

  /** {@code {% for target in elements if condition %}}. */
  record For(
      Target target,
      Expression elements,
      @Nullable Expression condition,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {
    @Override
    public Flow execute(Frame frame) {
      return run(frame, frame.evaluate(elements), 0);
    }

    /** Goes through given elements; {@code depth} counts the calls of a recursive loop. */
    Flow run(Frame frame, @Nullable Object sequence, int depth) {
      Iterator<@Nullable Object> chosen = Values.iterate(sequence);
      if (condition != null) {
        Expression test = condition;
        chosen =
            new Selection(
                chosen,
                element -> {
                  Frame own = frame.inner();
                  target.assign(own, element);
                  return own.isTrue(test);
                });
      }
      LoopState loop = new LoopState(this, frame, chosen, depth);
      // As in Jinja, the else is for loops of which no round got to its end.
      boolean finished = false;
      while (loop.advance()) {
        frame.budget().charge(1);
        Frame own = frame.inner();
        own.set("loop", loop);
        target.assign(own, loop.element());
        Flow flow = own.execute(body);
        finished |= flow == Flow.NEXT;
        if (flow == Flow.BREAK) {
          break;
        }
      }
      return finished ? Flow.NEXT : frame.inner().execute(otherwise);
    }
  }

  /** {@code {% set target = value %}}. */
  record Assignment(Target target, Expression value, int line) implements Statement {
    @Override
    public Flow execute(Frame frame) {
      target.assign(frame, frame.evaluate(value));
      return Flow.NEXT;
    }
  }

  /** {@code {% set target | filters %}...{% endset %}}. */
  record BlockAssignment(Target target, List<FilterUse> filters, List<Statement> body, int line)
      implements Statement {
    @Override
    public Flow execute(Frame frame) {
      target.assign(frame, captured(frame, body, filters));
      return Flow.NEXT;
    }
  }

  /** {@code {% filter filters %}...{% endfilter %}}. */
  record FilterBlock(List<FilterUse> filters, List<Statement> body, int line) implements Statement {
    @Override
    public Flow execute(Frame frame) {
      frame.write(PythonRepr.text(captured(frame, body, filters)));
      return Flow.NEXT;
    }
  }

  /** {@code {% macro name(parameters) %}...{% endmacro %}}. */
  record MacroDefinition(MacroBody macro, int line) implements Statement {
    @Override
    public Flow execute(Frame frame) {
      frame.set(macro.name(), new Macro(macro, frame));
      return Flow.NEXT;
    }
  }

  /** {@code {% call(parameters) macro(arguments) %}...{% endcall %}}. */
  record CallBlock(Expression.Call call, MacroBody caller, int line) implements Statement {
    @Override
    public Flow execute(Frame frame) {
      Object function = frame.evaluate(call.callee());
      Arguments arguments = call.arguments().evaluate(frame);
      java.util.Map<String, @Nullable Object> named =
          new java.util.LinkedHashMap<>(arguments.named());
      named.put("caller", new Macro(caller, frame));
      frame.write(
          PythonRepr.text(
              call.call(frame, function, new Arguments(arguments.positional(), named))));
      return Flow.NEXT;
    }
  }

  /** {@code {% with name = value %}...{% endwith %}}. */
  record With(List<Target> targets, List<Expression> values, List<Statement> body, int line)
      implements Statement {
    @Override
    public Flow execute(Frame frame) {
      Frame own = frame.inner();
      for (int i = 0; i < targets.size(); i++) {
        // The values see what is around the block, not each other.
        targets.get(i).assign(own, frame.evaluate(values.get(i)));
      }
      return own.execute(body);
    }
  }

  /**
   * {@code {% generation %}...{% endgeneration %}}, which marks what the assistant wrote, for
   * training.
   */
  record Generation(List<Statement> body, int line) implements Statement {
    @Override
    public Flow execute(Frame frame) {
      return frame.inner().execute(body);
    }
  }

  /** {@code {% break %}} or {@code {% continue %}}. */
  record Jump(Flow flow, int line) implements Statement {
    @Override
    public Flow execute(Frame frame) {
      return flow;
    }
  }

  private static @Nullable Object captured(
      Frame frame, List<Statement> body, List<FilterUse> filters) {
    Frame own = frame.capturing();
    own.execute(body);
    Object value = own.written();
    for (FilterUse filter : filters) {
      value = filter.apply(frame, value);
    }
    return value;
  }
}
