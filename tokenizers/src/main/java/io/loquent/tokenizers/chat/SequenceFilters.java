package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Filters that take, order or sum up the elements of a sequence. */
final class SequenceFilters {

  private SequenceFilters() {}

  static BuiltIn.Table table() {
    return new BuiltIn.Table().addAll(elements()).addAll(order()).addAll(parts());
  }

  private static BuiltIn.Table elements() {
    return new BuiltIn.Table()
        .add("length", "", (frame, value, a) -> Values.length(value))
        .alias("length", "count")
        .add("list", "", (frame, value, a) -> Values.list(frame, value))
        .add("first", "", (frame, value, a) -> first(value))
        .add("last", "", (frame, value, a) -> last(value))
        .add(
            "default",
            "[default_value] [boolean]",
            (frame, value, a) ->
                value instanceof Undefined || (a.flag(1) && !Values.isTrue(value))
                    ? (a.has(0) ? a.value(0) : "")
                    : value)
        .alias("default", "d")
        .add("items", "", (frame, value, a) -> items(value))
        .add(
            "attr",
            "name",
            (frame, value, a) ->
                value instanceof Map
                    ? new Undefined("a mapping has no attribute " + a.text(0))
                    : Attributes.attribute(value, a.text(0)))
        .add("join", "[d] [attribute]", SequenceFilters::join)
        .add("sum", "[attribute] [start]", SequenceFilters::sum);
  }

  private static @Nullable Object first(@Nullable Object value) {
    Iterator<@Nullable Object> elements = Values.iterate(value);
    return elements.hasNext() ? elements.next() : new Undefined("the first of no elements");
  }

  private static @Nullable Object last(@Nullable Object value) {
    List<@Nullable Object> elements = sequence(value);
    return elements.isEmpty()
        ? new Undefined("the last of no elements")
        : elements.get(elements.size() - 1);
  }

  /** What can be read backwards: everything but generators. */
  private static List<@Nullable Object> sequence(@Nullable Object value) {
    if (value instanceof String text) {
      return PythonText.characters(text);
    }
    if (value instanceof Collection<?> elements) {
      return new ArrayList<>(elements);
    }
    if (value instanceof Map<?, ?> members) {
      return new ArrayList<>(members.keySet());
    }
    if (value instanceof Undefined) {
      return List.of();
    }
    throw new TemplateError(Values.describe(value) + " has no last element to begin with");
  }

  private static Object items(@Nullable Object value) {
    if (value instanceof Undefined) {
      return new Generator(Collections.emptyIterator());
    }
    if (!(value instanceof Map<?, ?> members)) {
      throw new TemplateError("items needs a mapping, found " + Values.describe(value));
    }
    return new Generator(CollectionMethods.items(Values.map(members)).iterator());
  }

  private static Object join(Frame frame, @Nullable Object value, BoundArguments a) {
    String separator = a.has(0) ? PythonRepr.text(a.value(0)) : "";
    Function<@Nullable Object, @Nullable Object> attribute = AttributePath.of(a.value(1));
    StringBuilder joined = new StringBuilder();
    boolean first = true;
    for (Iterator<@Nullable Object> elements = Values.iterate(value); elements.hasNext(); ) {
      joined.append(first ? "" : separator);
      joined.append(PythonRepr.text(attribute.apply(elements.next())));
      Limits.checkText(joined.length());
      frame.budget().charge(1);
      first = false;
    }
    return joined.toString();
  }

  private static Object sum(Frame frame, @Nullable Object value, BoundArguments a) {
    Function<@Nullable Object, @Nullable Object> attribute = AttributePath.of(a.value(0));
    Object sum = a.has(1) ? a.value(1) : (Object) 0L;
    if (sum instanceof String) {
      throw new TemplateError("sum adds no texts; use join");
    }
    for (Object element : Values.list(frame, value)) {
      sum = Arithmetic.apply(frame, "+", sum, attribute.apply(element));
    }
    return sum == null ? 0L : sum;
  }

  private static BuiltIn.Table order() {
    return new BuiltIn.Table()
        .add("sort", "[reverse] [case_sensitive] [attribute]", SequenceFilters::sort)
        .add("dictsort", "[case_sensitive] [by] [reverse]", SequenceFilters::dictSort)
        .add("min", "[case_sensitive] [attribute]", (f, value, a) -> extreme(f, value, a, -1))
        .add("max", "[case_sensitive] [attribute]", (f, value, a) -> extreme(f, value, a, 1))
        .add("unique", "[case_sensitive] [attribute]", SequenceFilters::unique)
        .add("groupby", "attribute [default] [case_sensitive]", SequenceFilters::group)
        .add(
            "reverse",
            "",
            (frame, value, a) -> {
              if (value instanceof String text) {
                return PythonText.reversed(text);
              }
              List<@Nullable Object> elements = sequence(value);
              Collections.reverse(elements);
              return new Generator(elements.iterator());
            });
  }

  private static Object sort(Frame frame, @Nullable Object value, BoundArguments a) {
    List<Function<@Nullable Object, @Nullable Object>> keys = new ArrayList<>();
    if (a.value(2) instanceof String paths) {
      for (String path : com.google.common.base.Splitter.on(',').split(paths)) {
        keys.add(key(path, a.flag(1)));
      }
    } else {
      keys.add(key(a.value(2), a.flag(1)));
    }
    List<@Nullable Object> sorted = Values.list(frame, value);
    sortBy(
        frame,
        sorted,
        element -> {
          List<@Nullable Object> values = new ArrayList<>(keys.size());
          keys.forEach(key -> values.add(key.apply(element)));
          return values;
        },
        a.flag(0));
    return sorted;
  }

  private static Object dictSort(Frame frame, @Nullable Object value, BoundArguments a) {
    if (!(value instanceof Map<?, ?> members)) {
      throw new TemplateError("dictsort needs a mapping, found " + Values.describe(value));
    }
    String by = a.text(1, "key");
    if (!by.equals("key") && !by.equals("value")) {
      throw new TemplateError("dictsort sorts by key or by value, found " + by);
    }
    Function<@Nullable Object, @Nullable Object> key = key(by.equals("key") ? 0L : 1L, a.flag(0));
    List<@Nullable Object> items = CollectionMethods.items(Values.map(members));
    sortBy(frame, items, key, a.flag(2));
    return items;
  }

  private static void sortBy(
      Frame frame,
      List<@Nullable Object> elements,
      Function<@Nullable Object, @Nullable Object> key,
      boolean reverse) {
    Comparison comparison = new Comparison(frame.budget());
    List<Keyed> keyed = new ArrayList<>(elements.size());
    elements.forEach(element -> keyed.add(new Keyed(key.apply(element), element)));
    Comparator<Keyed> order = (x, y) -> comparison.order(x.key(), y.key());
    try {
      // Equal elements keep their order, backwards too.
      keyed.sort(reverse ? (x, y) -> order.compare(y, x) : order);
    } catch (IllegalArgumentException e) {
      throw new TemplateError("the elements have no consistent order");
    }
    elements.clear();
    keyed.forEach(one -> elements.add(one.element()));
  }

  /** An element with what it is ordered by, which is computed once. */
  private record Keyed(@Nullable Object key, @Nullable Object element) {}

  /** What an element is ordered by: an attribute of it, in lower case unless case counts. */
  private static Function<@Nullable Object, @Nullable Object> key(
      @Nullable Object attribute, boolean caseSensitive) {
    Function<@Nullable Object, @Nullable Object> path = AttributePath.of(attribute);
    return caseSensitive
        ? path
        : element ->
            path.apply(element) instanceof String text
                ? PythonText.lower(text)
                : path.apply(element);
  }

  private static @Nullable Object extreme(
      Frame frame, @Nullable Object value, BoundArguments a, int sign) {
    Function<@Nullable Object, @Nullable Object> key = key(a.value(1), a.flag(0));
    Comparison comparison = new Comparison(frame.budget());
    Iterator<@Nullable Object> elements = Values.iterate(value);
    if (!elements.hasNext()) {
      return new Undefined("the smallest or largest of no elements");
    }
    Object best = elements.next();
    Object bestKey = key.apply(best);
    while (elements.hasNext()) {
      Object element = elements.next();
      Object elementKey = key.apply(element);
      if (comparison.order(elementKey, bestKey) * sign > 0) {
        best = element;
        bestKey = elementKey;
      }
    }
    return best;
  }

  private static Object unique(Frame frame, @Nullable Object value, BoundArguments a) {
    Function<@Nullable Object, @Nullable Object> key = key(a.value(1), a.flag(0));
    Set<@Nullable Object> seen = new HashSet<>();
    List<@Nullable Object> kept = new ArrayList<>();
    for (Object element : Values.list(frame, value)) {
      if (seen.add(Keys.checked(key.apply(element)))) {
        kept.add(element);
      }
    }
    return new Generator(kept.iterator());
  }

  private static Object group(Frame frame, @Nullable Object value, BoundArguments a) {
    Function<@Nullable Object, @Nullable Object> plain = AttributePath.of(a.value(0), a.value(1));
    Function<@Nullable Object, @Nullable Object> key =
        a.flag(2)
            ? plain
            : element ->
                plain.apply(element) instanceof String text
                    ? PythonText.lower(text)
                    : plain.apply(element);
    List<@Nullable Object> sorted = Values.list(frame, value);
    sortBy(frame, sorted, key, false);
    Map<@Nullable Object, List<@Nullable Object>> groups = new LinkedHashMap<>();
    for (Object element : sorted) {
      groups.computeIfAbsent(Keys.checked(key.apply(element)), k -> new ArrayList<>()).add(element);
    }
    List<@Nullable Object> pairs = new ArrayList<>();
    for (List<@Nullable Object> group : groups.values()) {
      pairs.add(
          new Tuple(
              java.util.Arrays.asList(plain.apply(group.get(0)), group),
              List.of("grouper", "list")));
    }
    return pairs;
  }

  private static BuiltIn.Table parts() {
    return new BuiltIn.Table()
        .add("batch", "linecount [fill_with]", SequenceFilters::batch)
        .add("slice", "slices [fill_with]", SequenceFilters::slice);
  }

  private static Object batch(Frame frame, @Nullable Object value, BoundArguments a) {
    long size = Math.max(1, a.whole(0));
    Limits.checkElements(size);
    List<@Nullable Object> batches = new ArrayList<>();
    List<@Nullable Object> batch = new ArrayList<>();
    for (Object element : Values.list(frame, value)) {
      if (batch.size() == size) {
        batches.add(batch);
        batch = new ArrayList<>();
      }
      batch.add(element);
    }
    if (!batch.isEmpty()) {
      while (a.isSet(1) && batch.size() < size) {
        batch.add(a.value(1));
      }
      batches.add(batch);
    }
    return new Generator(batches.iterator());
  }

  private static Object slice(Frame frame, @Nullable Object value, BoundArguments a) {
    List<@Nullable Object> elements = Values.list(frame, value);
    long slices = a.whole(0);
    if (slices < 1) {
      throw new TemplateError("slice needs at least 1 slice, found " + slices);
    }
    Limits.checkElements(slices);
    List<@Nullable Object> parts = new ArrayList<>();
    int length = (int) (elements.size() / slices);
    int longer = (int) (elements.size() % slices);
    int start = 0;
    for (int i = 0; i < slices; i++) {
      int end = start + length + (i < longer ? 1 : 0);
      List<@Nullable Object> part = new ArrayList<>(elements.subList(start, end));
      if (a.isSet(1) && i >= longer) {
        part.add(a.value(1));
      }
      parts.add(part);
      start = end;
    }
    return new Generator(parts.iterator());
  }
}
