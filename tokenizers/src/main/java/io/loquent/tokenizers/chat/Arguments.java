package io.loquent.tokenizers.chat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a call passes.
 *
 * @param positional arguments without a name
 * @param named arguments with a name
 */
record Arguments(List<@Nullable Object> positional, Map<String, @Nullable Object> named) {

  static final Arguments NONE = new Arguments(List.of(), Map.of());

  boolean isEmpty() {
    return positional.isEmpty() && named.isEmpty();
  }

  /** The arguments behind the first {@code count}. */
  Arguments from(int count) {
    return new Arguments(positional.subList(count, positional.size()), named);
  }
}
