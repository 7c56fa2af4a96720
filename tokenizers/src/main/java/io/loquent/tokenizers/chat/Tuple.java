package io.loquent.tokenizers.chat;

import java.util.AbstractList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A tuple: a list that prints in parentheses and is no list to anyone who asks. */
final class Tuple extends AbstractList<@Nullable Object> {

  private final List<@Nullable Object> elements;
  private final List<String> names;

  Tuple(List<@Nullable Object> elements) {
    this(elements, List.of());
  }

  /** A tuple whose elements can also be asked for by name. */
  Tuple(List<@Nullable Object> elements, List<String> names) {
    this.elements = elements;
    this.names = names;
  }

  static Tuple of(@Nullable Object first, @Nullable Object second) {
    return new Tuple(java.util.Arrays.asList(first, second));
  }

  /** The element of a name; null if there is none. */
  @Nullable Object named(String name) {
    int place = names.indexOf(name);
    return place < 0 ? null : elements.get(place);
  }

  @Override
  public @Nullable Object get(int index) {
    return elements.get(index);
  }

  @Override
  public int size() {
    return elements.size();
  }
}
