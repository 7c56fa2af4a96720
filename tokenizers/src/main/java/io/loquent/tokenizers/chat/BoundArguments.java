package io.loquent.tokenizers.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The arguments of one call, each in the place of its parameter. */
final class BoundArguments {

  private final String function;
  private final List<String> names;
  private final @Nullable Object[] values;
  private final boolean[] given;

  BoundArguments(String function, List<String> names, @Nullable Object[] values, boolean[] given) {
    this.function = function;
    this.names = names;
    this.values = values;
    this.given = given;
  }

  boolean has(int place) {
    return given[place];
  }

  /** Whether it was given and is not None. */
  boolean isSet(int place) {
    return values[place] != null;
  }

  @Nullable Object value(int place) {
    return values[place];
  }

  boolean flag(int place) {
    return given[place] && Values.isTrue(values[place]);
  }

  String text(int place) {
    if (values[place] instanceof String text) {
      return text;
    }
    throw wrongType(place, "a text");
  }

  @Nullable String textOrNone(int place) {
    return isSet(place) ? text(place) : null;
  }

  String text(int place, String otherwise) {
    return given[place] ? text(place) : otherwise;
  }

  long whole(int place) {
    if (values[place] instanceof Long number) {
      return number;
    }
    if (values[place] instanceof Boolean truth) {
      return truth ? 1 : 0;
    }
    throw wrongType(place, "a whole number");
  }

  long whole(int place, long otherwise) {
    return given[place] ? whole(place) : otherwise;
  }

  long wholeUnlessNone(int place, long otherwise) {
    return isSet(place) ? whole(place) : otherwise;
  }

  private TemplateError wrongType(int place, String wanted) {
    return new TemplateError(
        function
            + "() needs "
            + wanted
            + " as "
            + names.get(place)
            + ", found "
            + Values.describe(values[place]));
  }
}
