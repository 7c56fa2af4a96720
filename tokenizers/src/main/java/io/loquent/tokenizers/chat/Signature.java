package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a built-in function, filter, test or method.
 *
 * @param names in order
 * @param required how many of them must be given
 */
record Signature(List<String> names, int required) {

  /**
   * Reads a signature such as {@code "old new [count]"}, with those that may be left out in
   * brackets.
   */
  static Signature of(String spelled) {
    List<String> names = new ArrayList<>();
    int required = 0;
    for (String name : com.google.common.base.Splitter.on(' ').omitEmptyStrings().split(spelled)) {
      boolean optional = name.startsWith("[");
      names.add(optional ? name.substring(1, name.length() - 1) : name);
      required += optional ? 0 : 1;
    }
    return new Signature(List.copyOf(names), required);
  }

  /** Puts every argument in the place of its parameter. */
  BoundArguments bind(String function, Arguments arguments) {
    List<@Nullable Object> positional = arguments.positional();
    if (positional.size() > names.size()) {
      throw new TemplateError(
          function + "() takes at most " + names.size() + " arguments, found " + positional.size());
    }
    Object[] values = new Object[names.size()];
    boolean[] given = new boolean[names.size()];
    for (int i = 0; i < positional.size(); i++) {
      values[i] = positional.get(i);
      given[i] = true;
    }
    for (Map.Entry<String, @Nullable Object> argument : arguments.named().entrySet()) {
      int place = names.indexOf(argument.getKey());
      if (place < 0 || given[place]) {
        throw new TemplateError(
            place < 0
                ? function + "() has no parameter " + argument.getKey() + "; it has " + names
                : function + "() was given " + argument.getKey() + " twice");
      }
      values[place] = argument.getValue();
      given[place] = true;
    }
    for (int i = 0; i < required; i++) {
      if (!given[i]) {
        throw new TemplateError(function + "() needs the argument " + names.get(i));
      }
    }
    return new BoundArguments(function, names, values, given);
  }
}
