package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a call as they are written.
 *
 * @param positional arguments without a name
 * @param named arguments with a name
 * @param morePositional {@code *sequence}, or null
 * @param moreNamed {@code **mapping}, or null
 */
record CallArguments(
    List<Expression> positional,
    Map<String, Expression> named,
    @Nullable Expression morePositional,
    @Nullable Expression moreNamed) {

  static final CallArguments NONE = new CallArguments(List.of(), Map.of(), null, null);

  Arguments evaluate(Frame frame) {
    if (positional.isEmpty() && named.isEmpty() && morePositional == null && moreNamed == null) {
      return Arguments.NONE;
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (Expression argument : positional) {
      values.add(frame.evaluate(argument));
    }
    if (morePositional != null) {
      values.addAll(Values.list(frame, frame.evaluate(morePositional)));
    }
    Map<String, @Nullable Object> byName = new LinkedHashMap<>();
    named.forEach((name, argument) -> byName.put(name, frame.evaluate(argument)));
    if (moreNamed != null) {
      addMembers(frame.evaluate(moreNamed), byName);
    }
    return new Arguments(values, byName);
  }

  private static void addMembers(@Nullable Object mapping, Map<String, @Nullable Object> byName) {
    if (!(mapping instanceof Map<?, ?> members)) {
      throw new TemplateError(
          "the argument behind ** must be a mapping, found " + Values.describe(mapping));
    }
    members.forEach((name, value) -> byName.put(String.valueOf(name), value));
  }
}
