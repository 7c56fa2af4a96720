package io.loquent.tokenizers.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code cycler(a, b)} gives: the values in turn, as often as they are asked for. */
final class Cycler {

  private static final BuiltIn NEXT =
      new BuiltIn("next", (frame, cycler, a) -> cycler instanceof Cycler one ? one.next() : null);
  private static final BuiltIn RESET =
      new BuiltIn("reset", (frame, cycler, a) -> cycler instanceof Cycler one ? one.reset() : null);

  private final List<@Nullable Object> values;
  private int place;

  Cycler(List<@Nullable Object> values) {
    if (values.isEmpty()) {
      throw new TemplateError("cycler() needs the values to choose from");
    }
    this.values = values;
  }

  @Nullable Object attribute(String name) {
    return switch (name) {
      case "next" -> NEXT.of(this);
      case "reset" -> RESET.of(this);
      case "current" -> values.get(place);
      default -> new Undefined("cycler has no attribute '" + name + "'");
    };
  }

  private @Nullable Object next() {
    Object value = values.get(place);
    place = (place + 1) % values.size();
    return value;
  }

  private @Nullable Object reset() {
    place = 0;
    return null;
  }
}
