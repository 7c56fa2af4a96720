package io.loquent.tokenizers.chat;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The elements that fulfil a condition, which is asked no sooner than an element is needed. */
final class Selection implements Iterator<@Nullable Object> {

  private final Iterator<@Nullable Object> elements;
  private final Predicate<@Nullable Object> condition;
  private @Nullable Object next;
  private boolean known;

  Selection(Iterator<@Nullable Object> elements, Predicate<@Nullable Object> condition) {
    this.elements = elements;
    this.condition = condition;
  }

  @Override
  public boolean hasNext() {
    while (!known && elements.hasNext()) {
      next = elements.next();
      known = condition.test(next);
    }
    return known;
  }

  @Override
  public @Nullable Object next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    known = false;
    return next;
  }
}
