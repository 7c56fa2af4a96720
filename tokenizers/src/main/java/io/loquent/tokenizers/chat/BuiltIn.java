package io.loquent.tokenizers.chat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A filter, a test, or a method of a value: something built in that works on one value.
 *
 * @param name its name
 * @param body what it does
 */
record BuiltIn(String name, Body body) {

  /** What it does, given arguments as they were passed. */
  interface Body {
    @Nullable Object apply(Frame frame, @Nullable Object value, Arguments arguments);
  }

  /** What it does, given one argument for each parameter. */
  interface Bound {
    @Nullable Object apply(Frame frame, @Nullable Object value, BoundArguments arguments);
  }

  @Nullable Object apply(Frame frame, @Nullable Object value, Arguments arguments) {
    Budget budget = frame.budget();
    budget.charge(1);
    if (value != null) {
      budget.chargeFor(value);
    }
    Object result = body.apply(frame, value, arguments);
    if (result != null) {
      budget.chargeFor(result);
    }
    return result;
  }

  /** The same as a method of {@code value}. */
  Callable of(Object value) {
    String function = Values.typeName(value) + "." + name;
    return new Callable() {
      @Override
      public String name() {
        return function;
      }

      @Override
      public @Nullable Object call(Frame frame, Arguments arguments) {
        return apply(frame, value, arguments);
      }
    };
  }

  /** A set of them, found by name. */
  static final class Table {

    private final Map<String, BuiltIn> byName = new TreeMap<>();

    /** Adds one with parameters as {@link Signature#of} reads them. */
    Table add(String name, String parameters, Bound body) {
      Signature signature = Signature.of(parameters);
      return addVariadic(
          name,
          (frame, value, arguments) -> body.apply(frame, value, signature.bind(name, arguments)));
    }

    /** Adds one that takes any number of arguments. */
    Table addVariadic(String name, Body body) {
      byName.put(name, new BuiltIn(name, body));
      return this;
    }

    /** Gives one that was added further names. */
    Table alias(String name, String... others) {
      for (String other : others) {
        byName.put(other, find(name));
      }
      return this;
    }

    Table addAll(Table other) {
      byName.putAll(other.byName);
      return this;
    }

    @Nullable BuiltIn get(String name) {
      return byName.get(name);
    }

    BuiltIn find(String name) {
      BuiltIn found = byName.get(name);
      if (found == null) {
        throw new TemplateError("there is no '" + name + "' here; there are " + names());
      }
      return found;
    }

    List<String> names() {
      return List.copyOf(byName.keySet());
    }
  }
}
