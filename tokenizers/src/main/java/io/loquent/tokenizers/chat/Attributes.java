package io.loquent.tokenizers.chat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code value.name} and {@code value[key]}. The first looks for a method and then for a member,
 * the second the other way around. There is no reflection: methods are those of three tables, none
 * of which changes anything.
 */
final class Attributes {

  /** Methods that Python has and Jinja's sandbox forbids, for they change their value. */
  private static final Set<String> CHANGES_DICT =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private static final Set<String> CHANGES_LIST =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

  private Attributes() {}

  static @Nullable Object attribute(@Nullable Object target, String name) {
    if (target instanceof Undefined missing) {
      throw missing.error();
    }
    Object method = method(target, name);
    if (method != null) {
      return method;
    }
    return target instanceof Map<?, ?> members && members.containsKey(name)
        ? members.get(name)
        : missing(target, name);
  }

  static @Nullable Object item(@Nullable Object target, @Nullable Object key) {
    if (target instanceof Undefined missing) {
      throw missing.error();
    }
    if (target instanceof Map<?, ?> members
        && (key == null || key instanceof String || Values.isNumber(key))
        && members.containsKey(Keys.in(members, key))) {
      return members.get(Keys.in(members, key));
    }
    if (key instanceof String name) {
      Object method = method(target, name);
      return method != null ? method : missing(target, name);
    }
    Long index = Values.asWhole(key);
    if (index != null && target instanceof List<?> elements) {
      return Slicing.at(elements, index);
    }
    if (index != null && target instanceof String text) {
      return Slicing.at(text, index);
    }
    return missing(target, PythonRepr.of(key));
  }

  /** A method or a built-in attribute; null if there is none of that name. */
  private static @Nullable Object method(@Nullable Object target, String name) {
    if (target instanceof String text) {
      return bound(TextMethods.TABLE.get(name), text);
    }
    if (target instanceof Map<?, ?> members) {
      return CHANGES_DICT.contains(name)
          ? unsafe("dict", name)
          : bound(CollectionMethods.DICT.get(name), members);
    }
    if (target instanceof Tuple tuple && tuple.named(name) != null) {
      return tuple.named(name);
    }
    if (target instanceof List<?> elements && !(target instanceof Range)) {
      return !(target instanceof Tuple) && CHANGES_LIST.contains(name)
          ? unsafe("list", name)
          : bound(CollectionMethods.LIST.get(name), elements);
    }
    if (target instanceof Namespace namespace) {
      return namespace.members().get(name);
    }
    if (target instanceof LoopState loop) {
      return loop.attribute(name);
    }
    if (target instanceof Cycler cycler) {
      return cycler.attribute(name);
    }
    return target instanceof Macro macro && name.equals("name") ? macro.name() : null;
  }

  private static @Nullable Object bound(@Nullable BuiltIn method, Object target) {
    return method == null ? null : method.of(target);
  }

  private static Undefined unsafe(String type, String name) {
    return new Undefined(
        type + "." + name + " would change a value, which templates may not do; use a namespace()");
  }

  private static @Nullable Object missing(@Nullable Object target, String name) {
    if (target instanceof Namespace namespace && namespace.members().containsKey(name)) {
      return null;
    }
    return new Undefined(
        (target instanceof Map ? "the mapping" : Values.describe(target))
            + " has no member "
            + name);
  }
}
