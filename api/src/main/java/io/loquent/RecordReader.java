package io.loquent;

import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes records of JSON text. */
final class RecordReader {

  private RecordReader() {}

  static <R extends Record> R read(String text, Class<R> type) {
    try {
      return object(Json.parse(text), type, type.getSimpleName());
    } catch (JsonException e) {
      throw new InvalidOutputException(
          "the text cannot be read as " + type.getSimpleName() + ": it is " + e.getMessage(), e);
    }
  }

  private static <R> R object(@Nullable Object json, Class<R> type, String place) {
    if (!(json instanceof Map<?, ?> members)) {
      throw mismatch(json, type, place);
    }
    RecordShape<R> shape = RecordShape.of(type);
    List<@Nullable Object> arguments = new ArrayList<>();
    for (RecordShape.Component component : shape.components()) {
      String inside = place + "." + component.name();
      if (RecordShape.raw(component.type()) == Optional.class) {
        Object member = members.get(component.name());
        Type held = RecordShape.argument(component.type(), 0, component.place());
        arguments.add(member == null ? Optional.empty() : Optional.of(value(member, held, inside)));
      } else {
        arguments.add(value(members.get(component.name()), component.type(), inside));
      }
    }
    try {
      return shape.constructor().newInstance(arguments.toArray());
    } catch (InvocationTargetException e) {
      throw new InvalidOutputException(
          place + " refuses what the text says: " + e.getCause(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object value(@Nullable Object json, Type type, String place) {
    Class<?> raw = RecordShape.raw(type);
    if (raw == null || json == null) {
      throw mismatch(json, type, place);
    }
    Object converted = scalar(json, raw);
    if (converted != null) {
      return converted;
    }
    if (Record.class.isAssignableFrom(raw)) {
      return object(json, raw, place);
    }
    if (json instanceof Map<?, ?> members && raw == Map.class) {
      Map<String, Object> map = new LinkedHashMap<>();
      Type held = RecordShape.argument(type, 1, place);
      members.forEach(
          (key, member) -> map.put(String.valueOf(key), value(member, held, place + "." + key)));
      return Collections.unmodifiableMap(map);
    }
    boolean isCollection = raw == List.class || raw == Collection.class || raw == Set.class;
    if (json instanceof Collection<?> elements && isCollection) {
      List<Object> list = new ArrayList<>();
      Type held = RecordShape.argument(type, 0, place);
      for (Object element : elements) {
        list.add(value(element, held, place + "[" + list.size() + "]"));
      }
      return raw == Set.class
          ? Collections.unmodifiableSet(new LinkedHashSet<>(list))
          : Collections.unmodifiableList(list);
    }
    throw mismatch(json, type, place);
  }

  private static @Nullable Object scalar(Object json, Class<?> type) {
    if (json instanceof String text) {
      return type == String.class ? text : constant(text, type);
    }
    if (json instanceof Boolean flag) {
      return (type == boolean.class || type == Boolean.class) ? flag : null;
    }
    return json instanceof Number number ? RecordNumbers.convert(number, type) : null;
  }

  private static @Nullable Object constant(String name, Class<?> type) {
    Object[] constants = type.getEnumConstants();
    for (Object constant : constants == null ? new Object[0] : constants) {
      if (((Enum<?>) constant).name().equals(name)) {
        return constant;
      }
    }
    return null;
  }

  private static InvalidOutputException mismatch(@Nullable Object json, Type type, String place) {
    return new InvalidOutputException(
        "the text has, for "
            + place
            + ", "
            + (json == null ? "nothing" : Json.write(json))
            + "; expected "
            + type,
        null);
  }
}
