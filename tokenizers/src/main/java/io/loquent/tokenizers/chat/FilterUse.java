package io.loquent.tokenizers.chat;

import org.jspecify.annotations.Nullable;

/**
 * A filter with its arguments.
 *
 * @param filter the filter
 * @param arguments its arguments behind the value
 */
record FilterUse(BuiltIn filter, CallArguments arguments) {

  @Nullable Object apply(Frame frame, @Nullable Object value) {
    return filter.apply(frame, value, arguments.evaluate(frame));
  }
}
