package io.loquent.decoding.constraint;

import java.math.BigDecimal;

/** The numbers of parsed JSON, exactly. */
final class JsonNumbers {

  private JsonNumbers() {}

  static BigDecimal exact(Number number) {
    return number instanceof BigDecimal decimal ? decimal : new BigDecimal(number.toString());
  }

  static boolean isWhole(Number number) {
    BigDecimal exact = exact(number);
    return exact.signum() == 0 || exact.stripTrailingZeros().scale() <= 0;
  }
}
