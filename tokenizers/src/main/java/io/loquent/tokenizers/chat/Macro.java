package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A macro with the variables around its definition, which it sees as they are when it is called.
 */
final class Macro implements Callable {

  private final MacroBody macro;
  private final Frame definition;

  Macro(MacroBody macro, Frame definition) {
    this.macro = macro;
    this.definition = definition;
  }

  @Override
  public String name() {
    return macro.name();
  }

  @Override
  public Object call(Frame frame, Arguments arguments) {
    Frame own = definition.capturing();
    Map<String, @Nullable Object> named = new LinkedHashMap<>(arguments.named());
    if (macro.takesCaller()) {
      own.set(
          "caller",
          named.containsKey("caller")
              ? named.remove("caller")
              : new Undefined("no call block gave a caller to " + name() + "()"));
    }
    bind(own, arguments.positional(), named);
    own.execute(macro.body());
    return own.written();
  }

  private void bind(
      Frame own, List<@Nullable Object> positional, Map<String, @Nullable Object> named) {
    List<String> parameters = macro.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.get(i);
      if (i < positional.size()) {
        own.set(parameter, positional.get(i));
      } else if (named.containsKey(parameter)) {
        own.set(parameter, named.remove(parameter));
      } else {
        Expression otherwise = macro.defaults().get(i);
        own.set(
            parameter,
            otherwise == null
                ? new Undefined("parameter '" + parameter + "' of " + name() + "() was not given")
                : own.evaluate(otherwise));
      }
    }
    if (positional.size() > parameters.size() && !macro.takesMore()) {
      throw new TemplateError(
          name()
              + "() takes at most "
              + parameters.size()
              + " arguments, found "
              + positional.size());
    }
    if (!named.isEmpty() && !macro.takesMoreNamed()) {
      throw new TemplateError(
          name() + "() cannot take the argument " + named.keySet().iterator().next());
    }
    bindRest(own, positional, named);
  }

  private void bindRest(
      Frame own, List<@Nullable Object> positional, Map<String, @Nullable Object> named) {
    if (macro.takesMore()) {
      int taken = Math.min(macro.parameters().size(), positional.size());
      own.set("varargs", new Tuple(new ArrayList<>(positional.subList(taken, positional.size()))));
    }
    if (macro.takesMoreNamed()) {
      own.set("kwargs", named);
    }
  }
}
