package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Python says of values. They are: {@code null} (None), {@code Boolean}, {@code Long}, {@code
 * Double}, {@code String}, {@code List} (also {@link Tuple} and {@link Range}), {@code Map}, {@link
 * DictView}, {@link Generator}, {@link Namespace}, {@link Callable}, {@link LoopState}, {@link
 * Undefined}. All but namespaces are never changed.
 */
final class Values {

  private Values() {}

  static boolean isTrue(@Nullable Object value) {
    if (value == null || value instanceof Undefined) {
      return false;
    }
    if (value instanceof Boolean truth) {
      return truth;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    if (value instanceof Number number) {
      return number.doubleValue() != 0;
    }
    if (value instanceof Collection<?> elements) {
      return !elements.isEmpty();
    }
    return !(value instanceof Map<?, ?> members) || !members.isEmpty();
  }

  /** The name of a value's type in Python. */
  static String typeName(@Nullable Object value) {
    if (value == null) {
      return "NoneType";
    }
    if (value instanceof String) {
      return "str";
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    if (value instanceof Long) {
      return "int";
    }
    if (value instanceof Double) {
      return "float";
    }
    if (value instanceof Tuple) {
      return "tuple";
    }
    if (value instanceof Range) {
      return "range";
    }
    if (value instanceof List) {
      return "list";
    }
    if (value instanceof Map) {
      return "dict";
    }
    if (value instanceof DictView view) {
      return view.kind;
    }
    return value instanceof Callable ? "function" : value.getClass().getSimpleName();
  }

  /** A value in an error message: its type, and as much of it as fits. */
  static String describe(@Nullable Object value) {
    if (value == null) {
      return "None";
    }
    if (value instanceof Undefined) {
      return "a value that is undefined";
    }
    if (value instanceof String text && text.length() > 40) {
      return "the text " + PythonRepr.of(text.substring(0, 40)) + "...";
    }
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return PythonRepr.of(value);
    }
    return "a value of type " + typeName(value);
  }

  /** Goes through the elements of a value, as {@code for} does. */
  static Iterator<@Nullable Object> iterate(@Nullable Object value) {
    if (value instanceof Collection<?> elements) {
      return iterator(elements);
    }
    if (value instanceof Map<?, ?> members) {
      return iterator(members.keySet());
    }
    if (value instanceof String text) {
      return PythonText.characters(text).iterator();
    }
    if (value instanceof Generator generator) {
      return generator.elements();
    }
    if (value instanceof Undefined) {
      return java.util.Collections.emptyIterator();
    }
    throw new TemplateError(describe(value) + " is no sequence");
  }

  @SuppressWarnings("unchecked")
  private static Iterator<@Nullable Object> iterator(Collection<?> elements) {
    return (Iterator<@Nullable Object>) elements.iterator();
  }

  static boolean isIterable(@Nullable Object value) {
    return value instanceof Collection
        || value instanceof Map
        || value instanceof String
        || value instanceof Generator
        || value instanceof Undefined;
  }

  /** The elements of a value as a new list. */
  static List<@Nullable Object> list(Frame frame, @Nullable Object value) {
    List<@Nullable Object> elements = new ArrayList<>();
    Iterator<@Nullable Object> all = iterate(value);
    while (all.hasNext()) {
      elements.add(all.next());
      frame.budget().charge(1);
      Limits.checkElements(elements.size());
    }
    return elements;
  }

  static long length(@Nullable Object value) {
    if (value instanceof String text) {
      return PythonText.length(text);
    }
    if (value instanceof Collection<?> elements) {
      return elements.size();
    }
    if (value instanceof Map<?, ?> members) {
      return members.size();
    }
    if (value instanceof Undefined) {
      return 0;
    }
    throw new TemplateError(describe(value) + " has no length");
  }

  static boolean isNumber(@Nullable Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  /** A whole number or truth value as a whole number; null for everything else. */
  static @Nullable Long asWhole(@Nullable Object value) {
    if (value instanceof Boolean truth) {
      return truth ? 1L : 0L;
    }
    return value instanceof Long number ? number : null;
  }

  static double asDouble(Object number) {
    if (number instanceof Boolean truth) {
      return truth ? 1 : 0;
    }
    return ((Number) number).doubleValue();
  }

  @SuppressWarnings("unchecked")
  static Map<Object, @Nullable Object> map(Map<?, ?> members) {
    return (Map<Object, @Nullable Object>) members;
  }

  @SuppressWarnings("unchecked")
  static List<@Nullable Object> list(List<?> elements) {
    return (List<@Nullable Object>) elements;
  }
}
