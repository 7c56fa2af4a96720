package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A part of a template that has a value. Sub-expressions are evaluated through the frame. */
sealed interface Expression {

  @Nullable Object evaluate(Frame frame);

  /** A number, text, truth value or None. */
  record Literal(@Nullable Object value) implements Expression {
    @Override
    public @Nullable Object evaluate(Frame frame) {
      return value;
    }
  }

  /** A variable or built-in function. */
  record Name(String name) implements Expression {
    @Override
    public @Nullable Object evaluate(Frame frame) {
      return frame.get(name);
    }
  }

  /** {@code [a, b]}. */
  record ListLiteral(List<Expression> elements) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      return all(frame, elements);
    }
  }

  /** {@code (a, b)}. */
  record TupleLiteral(List<Expression> elements) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      return new Tuple(all(frame, elements));
    }
  }

  /** <code>{a: b}</code>. */
  record DictLiteral(List<Expression> keys, List<Expression> values) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      Map<Object, @Nullable Object> members = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        Object key = Keys.in(members, frame.evaluate(keys.get(i)));
        members.put(key, frame.evaluate(values.get(i)));
      }
      return members;
    }
  }

  /** {@code target.name}. */
  record Attribute(Expression target, String name) implements Expression {
    @Override
    public @Nullable Object evaluate(Frame frame) {
      return Attributes.attribute(frame.evaluate(target), name);
    }
  }

  /** {@code target[key]}. */
  record Item(Expression target, Expression key) implements Expression {
    @Override
    public @Nullable Object evaluate(Frame frame) {
      return Attributes.item(frame.evaluate(target), frame.evaluate(key));
    }
  }

  /** {@code target[start:stop:step]}; what is left out is null. */
  record Slice(
      Expression target,
      @Nullable Expression start,
      @Nullable Expression stop,
      @Nullable Expression step)
      implements Expression {
    @Override
    public @Nullable Object evaluate(Frame frame) {
      Object value = frame.evaluate(target);
      Object part =
          Slicing.slice(value, bound(frame, start), bound(frame, stop), bound(frame, step));
      frame.budget().chargeFor(part);
      return part;
    }

    private static @Nullable Object bound(Frame frame, @Nullable Expression bound) {
      return bound == null ? null : frame.evaluate(bound);
    }
  }

  /** {@code callee(arguments)}. */
  record Call(Expression callee, CallArguments arguments) implements Expression {
    @Override
    public @Nullable Object evaluate(Frame frame) {
      Object function = frame.evaluate(callee);
      return call(frame, function, arguments.evaluate(frame));
    }

    @Nullable Object call(Frame frame, @Nullable Object function, Arguments evaluated) {
      if (function instanceof Callable callable) {
        return callable.call(frame, evaluated);
      }
      if (function instanceof Undefined missing) {
        throw missing.error();
      }
      throw new TemplateError(Values.describe(function) + " cannot be called");
    }
  }

  /** {@code target|filter(arguments)}. */
  record Filtered(Expression target, FilterUse filter) implements Expression {
    @Override
    public @Nullable Object evaluate(Frame frame) {
      return filter.apply(frame, frame.evaluate(target));
    }
  }

  /** {@code value is test(arguments)}. */
  record Tested(Expression value, BuiltIn test, CallArguments arguments) implements Expression {
    @Override
    public @Nullable Object evaluate(Frame frame) {
      return test.apply(frame, frame.evaluate(value), arguments.evaluate(frame));
    }
  }

  /** {@code not value}. */
  record Not(Expression value) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      return !frame.isTrue(value);
    }
  }

  /** {@code -value} or {@code +value}. */
  record Signed(boolean negative, Expression value) implements Expression {
    @Override
    public @Nullable Object evaluate(Frame frame) {
      return Arithmetic.signed(negative, frame.evaluate(value));
    }
  }

  /** {@code left operator right}, for operators that compute. */
  record Binary(String operator, Expression left, Expression right) implements Expression {
    @Override
    public @Nullable Object evaluate(Frame frame) {
      return Arithmetic.apply(frame, operator, frame.evaluate(left), frame.evaluate(right));
    }
  }

  /** {@code a ~ b ~ c}. */
  record Concatenation(List<Expression> parts) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      StringBuilder text = new StringBuilder();
      for (Expression part : parts) {
        text.append(PythonRepr.text(frame.evaluate(part)));
        Limits.checkText(text.length());
      }
      frame.budget().charge(text.length() / 8);
      return text.toString();
    }
  }

  /** {@code a and b}: the first that is false, or the last. */
  record And(Expression left, Expression right) implements Expression {
    @Override
    public @Nullable Object evaluate(Frame frame) {
      Object value = frame.evaluate(left);
      return Values.isTrue(value) ? frame.evaluate(right) : value;
    }
  }

  /** {@code a or b}: the first that is true, or the last. */
  record Or(Expression left, Expression right) implements Expression {
    @Override
    public @Nullable Object evaluate(Frame frame) {
      Object value = frame.evaluate(left);
      return Values.isTrue(value) ? value : frame.evaluate(right);
    }
  }

  /** {@code a < b <= c}: true if all of them are. */
  record Compared(Expression first, List<String> operators, List<Expression> others)
      implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      Object left = frame.evaluate(first);
      for (int i = 0; i < operators.size(); i++) {
        Object right = frame.evaluate(others.get(i));
        if (!holds(new Comparison(frame.budget()), operators.get(i), left, right)) {
          return false;
        }
        left = right;
      }
      return true;
    }

    private static boolean holds(
        Comparison comparison, String operator, @Nullable Object left, @Nullable Object right) {
      return switch (operator) {
        case "==" -> comparison.equal(left, right);
        case "!=" -> !comparison.equal(left, right);
        case "in" -> comparison.contains(right, left);
        case "not in" -> !comparison.contains(right, left);
        default -> comparison.ordered(operator, left, right);
      };
    }
  }

  /** {@code a if condition else b}; without an else, what is not there is undefined. */
  record Conditional(Expression condition, Expression then, @Nullable Expression otherwise)
      implements Expression {
    @Override
    public @Nullable Object evaluate(Frame frame) {
      if (frame.isTrue(condition)) {
        return frame.evaluate(then);
      }
      return otherwise != null
          ? frame.evaluate(otherwise)
          : new Undefined("the inline if is false and has no else");
    }
  }

  private static List<@Nullable Object> all(Frame frame, List<Expression> expressions) {
    List<@Nullable Object> values = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      values.add(frame.evaluate(expression));
    }
    return values;
  }
}
