package io.loquent.tokenizers.chat;

import org.jspecify.annotations.Nullable;

/** A value that can be called: a function, a macro or a method of a value. */
interface Callable {

  /** How error messages call it, such as {@code str.split}. */
  String name();

  @Nullable Object call(Frame frame, Arguments arguments);
}
