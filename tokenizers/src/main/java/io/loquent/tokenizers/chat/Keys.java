package io.loquent.tokenizers.chat;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says what may be the key of a mapping. */
final class Keys {

  private Keys() {}

  /**
   * Returns the key under which a mapping has an equal one, or the key itself: 1, 1.0 and True are
   * equal, and the first of them stays.
   */
  static @Nullable Object in(Map<?, ?> members, @Nullable Object key) {
    Object valid = checked(key);
    if (valid == null || valid instanceof String || members.containsKey(valid)) {
      return valid;
    }
    double number = Values.asDouble(valid);
    for (Object equal : new Object[] {(long) number, number, number != 0}) {
      if (Values.asDouble(equal) == number && members.containsKey(equal)) {
        return equal;
      }
    }
    return valid;
  }

  /** Returns the key; None is {@code null}. */
  static @Nullable Object checked(@Nullable Object key) {
    if (key == null || key instanceof String || Values.isNumber(key)) {
      return key;
    }
    if (key instanceof Undefined missing) {
      throw missing.error();
    }
    throw new TemplateError(
        "only texts, numbers, truth values and None can be keys, found " + Values.describe(key));
  }
}
