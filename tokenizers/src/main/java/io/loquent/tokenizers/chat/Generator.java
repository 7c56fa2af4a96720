package io.loquent.tokenizers.chat;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A sequence that can be gone through once and has no length: what most filters of sequences give.
 * It is always true, as in Python.
 */
final class Generator {

  private final Iterator<@Nullable Object> elements;

  Generator(Iterator<@Nullable Object> elements) {
    this.elements = elements;
  }

  Iterator<@Nullable Object> elements() {
    return elements;
  }
}
