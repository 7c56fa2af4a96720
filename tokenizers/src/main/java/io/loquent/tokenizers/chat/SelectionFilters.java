package io.loquent.tokenizers.chat;

import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Filters that apply another filter or a test to every element. */
final class SelectionFilters {

  private SelectionFilters() {}

  static BuiltIn.Table table() {
    return new BuiltIn.Table()
        .addVariadic("map", SelectionFilters::map)
        .addVariadic("select", (frame, value, a) -> select(frame, value, a, false, true))
        .addVariadic("reject", (frame, value, a) -> select(frame, value, a, false, false))
        .addVariadic("selectattr", (frame, value, a) -> select(frame, value, a, true, true))
        .addVariadic("rejectattr", (frame, value, a) -> select(frame, value, a, true, false));
  }

  private static Object map(Frame frame, @Nullable Object value, Arguments a) {
    Function<@Nullable Object, @Nullable Object> change = change(frame, a);
    Iterator<@Nullable Object> elements =
        Values.isTrue(value) ? Values.iterate(value) : Collections.emptyIterator();
    return new Generator(
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return elements.hasNext();
          }

          @Override
          public @Nullable Object next() {
            frame.budget().charge(1);
            return change.apply(elements.next());
          }
        });
  }

  private static Function<@Nullable Object, @Nullable Object> change(Frame frame, Arguments a) {
    if (a.positional().isEmpty() && a.named().containsKey("attribute")) {
      Map<String, @Nullable Object> others = new LinkedHashMap<>(a.named());
      Object attribute = others.remove("attribute");
      Object otherwise = others.remove("default");
      if (!others.isEmpty()) {
        throw new TemplateError("map() has no parameter " + others.keySet().iterator().next());
      }
      return AttributePath.of(attribute, otherwise);
    }
    BuiltIn filter = named(Filters.TABLE, "filter", a, 0);
    Arguments rest = a.from(1);
    return element -> filter.apply(frame, element, rest);
  }

  private static Object select(
      Frame frame, @Nullable Object value, Arguments a, boolean byAttribute, boolean wanted) {
    if (!Values.isTrue(value)) {
      return new Generator(Collections.emptyIterator());
    }
    if (byAttribute && a.positional().isEmpty()) {
      throw new TemplateError("selectattr and rejectattr need the name of an attribute");
    }
    Function<@Nullable Object, @Nullable Object> attribute =
        AttributePath.of(byAttribute ? a.positional().get(0) : null);
    Predicate<@Nullable Object> test = test(frame, a, byAttribute ? 1 : 0);
    return new Generator(
        new Selection(
            Values.iterate(value),
            element -> {
              frame.budget().charge(1);
              return test.test(attribute.apply(element)) == wanted;
            }));
  }

  private static Predicate<@Nullable Object> test(Frame frame, Arguments a, int place) {
    if (a.positional().size() == place) {
      return Values::isTrue;
    }
    BuiltIn test = named(Tests.TABLE, "test", a, place);
    Arguments rest = a.from(place + 1);
    return element -> Values.isTrue(test.apply(frame, element, rest));
  }

  private static BuiltIn named(BuiltIn.Table table, String kind, Arguments a, int place) {
    if (a.positional().size() > place && a.positional().get(place) instanceof String name) {
      BuiltIn found = table.get(name);
      if (found == null) {
        throw new TemplateError("there is no " + kind + " '" + name + "'");
      }
      return found;
    }
    throw new TemplateError("the name of a " + kind + " is needed here");
  }
}
