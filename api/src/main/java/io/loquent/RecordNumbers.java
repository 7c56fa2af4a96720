package io.loquent;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The number types that components of records may have. */
final class RecordNumbers {

  private RecordNumbers() {}

  /** The schema of a number type; null for another type. */
  static @Nullable Map<String, Object> schema(@Nullable Class<?> type) {
    if (type == byte.class || type == Byte.class) {
      return between(Byte.MIN_VALUE, Byte.MAX_VALUE);
    }
    if (type == short.class || type == Short.class) {
      return between(Short.MIN_VALUE, Short.MAX_VALUE);
    }
    if (type == int.class || type == Integer.class) {
      return between(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    if (type == long.class || type == Long.class || type == BigInteger.class) {
      return Map.of("type", "integer");
    }
    boolean isFraction =
        type == double.class
            || type == Double.class
            || type == float.class
            || type == Float.class
            || type == BigDecimal.class;
    return isFraction ? Map.of("type", "number") : null;
  }

  private static Map<String, Object> between(long least, long most) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "integer");
    schema.put("minimum", least);
    schema.put("maximum", most);
    return schema;
  }

  /** A parsed number as a number type; null if the type is another or cannot hold it. */
  static @Nullable Object convert(Number number, @Nullable Class<?> type) {
    BigDecimal exact = new BigDecimal(number.toString());
    try {
      if (type == byte.class || type == Byte.class) {
        return exact.byteValueExact();
      }
      if (type == short.class || type == Short.class) {
        return exact.shortValueExact();
      }
      if (type == int.class || type == Integer.class) {
        return exact.intValueExact();
      }
      if (type == long.class || type == Long.class) {
        return exact.longValueExact();
      }
      if (type == BigInteger.class) {
        return exact.toBigIntegerExact();
      }
    } catch (ArithmeticException e) {
      return null;
    }
    if (type == double.class || type == Double.class) {
      return exact.doubleValue();
    }
    if (type == float.class || type == Float.class) {
      return exact.floatValue();
    }
    return type == BigDecimal.class ? exact : null;
  }
}
