package io.loquent.tokenizers.chat;

import java.util.AbstractCollection;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code keys()}, {@code values()} and {@code items()} give: it has a length and no places.
 */
final class DictView extends AbstractCollection<@Nullable Object> {

  final String kind;
  final List<@Nullable Object> elements;

  DictView(String kind, List<@Nullable Object> elements) {
    this.kind = kind;
    this.elements = elements;
  }

  @Override
  public Iterator<@Nullable Object> iterator() {
    return elements.iterator();
  }

  @Override
  public int size() {
    return elements.size();
  }
}
