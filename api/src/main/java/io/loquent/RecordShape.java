package io.loquent;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The components and the canonical constructor of a record class. They are read from its fields,
 * which are its components in their order, because Android before API 34 knows no more of records.
 *
 * @param constructor takes the components
 * @param components in their order
 * @param <R> the record
 */
record RecordShape<R>(Constructor<R> constructor, List<Component> components) {

  /**
   * A component.
   *
   * @param name its name
   * @param type its type, with type arguments
   * @param place names it in errors
   */
  record Component(String name, Type type, String place) {}

  static <R> RecordShape<R> of(Class<R> type) {
    List<Component> components = new ArrayList<>();
    List<Class<?>> types = new ArrayList<>();
    for (Field field : type.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        String place = type.getSimpleName() + "." + field.getName();
        components.add(new Component(field.getName(), field.getGenericType(), place));
        types.add(field.getType());
      }
    }
    try {
      Constructor<R> constructor = type.getDeclaredConstructor(types.toArray(new Class<?>[0]));
      constructor.setAccessible(true);
      return new RecordShape<>(constructor, components);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new InvalidRequestException(
          "the record "
              + type.getName()
              + " cannot be made by reflection ("
              + e
              + "); it must be accessible, and its module open to Loquent");
    }
  }

  /** The class of a type; null for a type variable or a wildcard. */
  static @Nullable Class<?> raw(Type type) {
    Type raw = type instanceof ParameterizedType parameterized ? parameterized.getRawType() : type;
    return raw instanceof Class<?> known ? known : null;
  }

  static Type argument(Type type, int index, String place) {
    if (type instanceof ParameterizedType parameterized) {
      return parameterized.getActualTypeArguments()[index];
    }
    throw unsupported(type, place);
  }

  /** The names of an enumeration's constants. */
  static List<String> constants(Class<?> type) {
    List<String> names = new ArrayList<>();
    Object[] constants = type.getEnumConstants();
    Arrays.asList(constants == null ? new Object[0] : constants)
        .forEach(constant -> names.add(((Enum<?>) constant).name()));
    return names;
  }

  static InvalidRequestException unsupported(Type type, String place) {
    return new InvalidRequestException(
        "the record component "
            + place
            + " has the type "
            + type
            + ", which has no JSON schema here; use String, a number, boolean, an enum, a record,"
            + " Optional, List, Set or Map<String, ...> of these");
  }
}
