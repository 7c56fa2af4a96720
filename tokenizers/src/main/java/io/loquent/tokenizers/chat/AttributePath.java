package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The member of each element that a filter works on: a name, a place, or a path of both such as
 * {@code function.name} or {@code parts.0}.
 */
final class AttributePath {

  private AttributePath() {}

  /** What gives the member; the element itself where the path is None. */
  static Function<@Nullable Object, @Nullable Object> of(@Nullable Object path) {
    return of(path, null);
  }

  /** As above, with a value for members that do not exist. */
  static Function<@Nullable Object, @Nullable Object> of(
      @Nullable Object path, @Nullable Object otherwise) {
    if (path == null) {
      return element -> element;
    }
    List<@Nullable Object> steps = steps(path);
    return element -> {
      Object value = element;
      for (Object step : steps) {
        value = Attributes.item(value, step);
        if (value instanceof Undefined && otherwise != null) {
          value = otherwise;
        }
      }
      return value;
    };
  }

  private static List<@Nullable Object> steps(Object path) {
    List<@Nullable Object> steps = new ArrayList<>();
    if (!(path instanceof String text)) {
      steps.add(path);
      return steps;
    }
    for (Object step : PythonText.split(text, ".", -1)) {
      String name = PythonRepr.text(step);
      boolean place = name.length() < 10 && name.matches("[0-9]+");
      steps.add(place ? (Object) Long.valueOf(name) : name);
    }
    return steps;
  }
}
