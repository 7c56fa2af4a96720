package io.loquent;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Derives the JSON schema of a record class. */
final class RecordSchema {

  private final Map<String, Object> definitions = new LinkedHashMap<>();
  private final Map<Class<?>, String> names = new LinkedHashMap<>();
  private final Deque<Class<?>> open = new ArrayDeque<>();

  private RecordSchema() {}

  static Map<String, Object> of(Class<? extends Record> type) {
    RecordSchema schema = new RecordSchema();
    Map<String, Object> root = new LinkedHashMap<>(schema.reference(type));
    while (!schema.open.isEmpty()) {
      Class<?> next = schema.open.remove();
      schema.definitions.put(
          String.valueOf(schema.names.get(next)), schema.object(RecordShape.of(next)));
    }
    root.put("$defs", schema.definitions);
    return root;
  }

  /** A record is defined once, so that it may contain itself. */
  private Map<String, Object> reference(Class<?> type) {
    String name = names.get(type);
    if (name == null) {
      name = type.getSimpleName();
      while (names.containsValue(name)) {
        name += "_";
      }
      names.put(type, name);
      open.add(type);
    }
    return Map.of("$ref", "#/$defs/" + name);
  }

  private Map<String, Object> object(RecordShape<?> shape) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (RecordShape.Component component : shape.components()) {
      Type type = component.type();
      if (RecordShape.raw(type) == Optional.class) {
        type = RecordShape.argument(type, 0, component.place());
      } else {
        required.add(component.name());
      }
      properties.put(component.name(), schema(type, component.place()));
    }
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("properties", properties);
    schema.put("required", required);
    schema.put("additionalProperties", false);
    return schema;
  }

  private Map<String, Object> schema(Type type, String place) {
    Class<?> raw = RecordShape.raw(type);
    if (raw == String.class) {
      return Map.of("type", "string");
    }
    if (raw == boolean.class || raw == Boolean.class) {
      return Map.of("type", "boolean");
    }
    Map<String, Object> number = RecordNumbers.schema(raw);
    if (number != null) {
      return number;
    }
    if (raw != null && raw.isEnum()) {
      return Map.of("enum", RecordShape.constants(raw));
    }
    if (raw != null && Record.class.isAssignableFrom(raw) && raw != Record.class) {
      return reference(raw);
    }
    if (type instanceof ParameterizedType && raw == Map.class) {
      if (RecordShape.argument(type, 0, place) != String.class) {
        throw RecordShape.unsupported(type, place);
      }
      return orderedMap(
          "type",
          "object",
          "additionalProperties",
          schema(RecordShape.argument(type, 1, place), place));
    }
    boolean isList = raw == List.class || raw == Collection.class || raw == Set.class;
    if (type instanceof ParameterizedType && isList) {
      return orderedMap(
          "type", "array", "items", schema(RecordShape.argument(type, 0, place), place));
    }
    throw RecordShape.unsupported(type, place);
  }

  private static Map<String, Object> orderedMap(
      String first, Object value, String second, Object other) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(first, value);
    map.put(second, other);
    return map;
  }
}
