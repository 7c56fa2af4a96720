package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The methods of mappings and lists. */
final class CollectionMethods {

  static final BuiltIn.Table DICT =
      new BuiltIn.Table()
          .add("keys", "", (frame, dict, a) -> view("dict_keys", keys(members(dict))))
          .add("values", "", (frame, dict, a) -> view("dict_values", values(members(dict))))
          .add("items", "", (frame, dict, a) -> view("dict_items", items(members(dict))))
          .add("copy", "", (frame, dict, a) -> new LinkedHashMap<>(members(dict)))
          .add("get", "key [default]", (frame, dict, a) -> get(members(dict), a));

  static final BuiltIn.Table LIST =
      new BuiltIn.Table()
          .add("count", "value", (frame, list, a) -> count(frame, elements(list), a.value(0)))
          .add("index", "value", (frame, list, a) -> index(frame, elements(list), a.value(0)))
          .add("copy", "", (frame, list, a) -> new ArrayList<>(elements(list)));

  private CollectionMethods() {}

  /** The pairs of a mapping. */
  static List<@Nullable Object> items(Map<Object, @Nullable Object> members) {
    List<@Nullable Object> items = new ArrayList<>(members.size());
    members.forEach((key, value) -> items.add(Tuple.of(key, value)));
    return items;
  }

  private static List<@Nullable Object> keys(Map<Object, @Nullable Object> members) {
    return new ArrayList<>(members.keySet());
  }

  private static List<@Nullable Object> values(Map<Object, @Nullable Object> members) {
    return new ArrayList<>(members.values());
  }

  private static DictView view(String kind, List<@Nullable Object> elements) {
    return new DictView(kind, elements);
  }

  private static @Nullable Object get(Map<Object, @Nullable Object> members, BoundArguments a) {
    Object key = Keys.in(members, a.value(0));
    return members.containsKey(key) ? members.get(key) : a.value(1);
  }

  private static long count(Frame frame, List<@Nullable Object> elements, @Nullable Object value) {
    Comparison comparison = new Comparison(frame.budget());
    return elements.stream().filter(element -> comparison.equal(element, value)).count();
  }

  private static long index(Frame frame, List<@Nullable Object> elements, @Nullable Object value) {
    Comparison comparison = new Comparison(frame.budget());
    for (int i = 0; i < elements.size(); i++) {
      if (comparison.equal(elements.get(i), value)) {
        return i;
      }
    }
    throw new TemplateError(Values.describe(value) + " is not in the list");
  }

  private static Map<Object, @Nullable Object> members(@Nullable Object dict) {
    return dict instanceof Map<?, ?> members ? Values.map(members) : Map.of();
  }

  private static List<@Nullable Object> elements(@Nullable Object list) {
    return list instanceof List<?> elements ? Values.list(elements) : List.of();
  }
}
