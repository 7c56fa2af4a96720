package io.loquent.tokenizers.chat;

import java.util.AbstractList;
import org.jspecify.annotations.Nullable;

/** The numbers of {@code range}, which are not stored. */
final class Range extends AbstractList<@Nullable Object> {

  final long start;
  final long stop;
  final long step;
  private final int size;

  Range(long start, long stop, long step) {
    if (step == 0) {
      throw new TemplateError("range() needs a step that is not 0");
    }
    this.start = start;
    this.stop = stop;
    this.step = step;
    // As doubles: the difference of two longs may be none.
    double length = Math.ceil(((double) stop - start) / step);
    if (length > Limits.RANGE) {
      throw new TemplateError("a range of more than " + Limits.RANGE + " numbers is not allowed");
    }
    size = (int) Math.max(0, length);
  }

  @Override
  public Long get(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException(index + " of " + size);
    }
    return start + index * step;
  }

  @Override
  public int size() {
    return size;
  }
}
