package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's places and slices, which count from the end where they are negative. */
final class Slicing {

  private Slicing() {}

  /** The element at a place, or undefined. */
  static @Nullable Object at(List<?> elements, long index) {
    long place = index < 0 ? index + elements.size() : index;
    return place >= 0 && place < elements.size()
        ? elements.get((int) place)
        : new Undefined(
            "the list has " + elements.size() + " elements, and none at index " + index);
  }

  /** The character at a place, or undefined. */
  static Object at(String text, long index) {
    int length = PythonText.length(text);
    long place = index < 0 ? index + length : index;
    if (place < 0 || place >= length) {
      return new Undefined("the text has " + length + " characters, and none at index " + index);
    }
    int start = text.offsetByCodePoints(0, (int) place);
    return text.substring(start, text.offsetByCodePoints(start, 1));
  }

  /** A part of a text or list; the bounds are whole numbers, or null where they are left out. */
  static Object slice(
      @Nullable Object value,
      @Nullable Object start,
      @Nullable Object stop,
      @Nullable Object step) {
    if (value instanceof Undefined missing) {
      throw missing.error();
    }
    if (value instanceof String text) {
      return text(text, Bounds.of(start, stop, step, PythonText.length(text)));
    }
    if (value instanceof List<?> elements) {
      Bounds bounds = Bounds.of(start, stop, step, elements.size());
      List<@Nullable Object> part = new ArrayList<>();
      for (long i = bounds.start; bounds.holds(i); i += bounds.step) {
        part.add(elements.get((int) i));
      }
      return value instanceof Tuple ? new Tuple(part) : part;
    }
    throw new TemplateError(Values.describe(value) + " cannot be sliced");
  }

  private static String text(String text, Bounds bounds) {
    if (bounds.step == 1) {
      if (bounds.start >= bounds.stop) {
        return "";
      }
      int from = text.offsetByCodePoints(0, (int) bounds.start);
      return text.substring(
          from, text.offsetByCodePoints(from, (int) (bounds.stop - bounds.start)));
    }
    int[] characters = text.codePoints().toArray();
    StringBuilder part = new StringBuilder();
    for (long i = bounds.start; bounds.holds(i); i += bounds.step) {
      part.appendCodePoint(characters[(int) i]);
    }
    return part.toString();
  }

  /** A slice of something of known length, with its ends inside. */
  private record Bounds(long start, long stop, long step) {

    static Bounds of(
        @Nullable Object start, @Nullable Object stop, @Nullable Object step, int length) {
      long by = step == null ? 1 : whole(step);
      if (by == 0) {
        throw new TemplateError("the step of a slice must not be 0");
      }
      long low = by > 0 ? 0 : -1;
      long high = by > 0 ? length : length - 1L;
      long from = start == null ? (by > 0 ? low : high) : clamp(whole(start), length, low, high);
      long to = stop == null ? (by > 0 ? high : low) : clamp(whole(stop), length, low, high);
      // A step beyond the length takes one element, and must not overflow when it is added.
      return new Bounds(from, to, Math.max(-length - 1L, Math.min(length + 1L, by)));
    }

    private static long clamp(long index, int length, long low, long high) {
      long place = index < 0 ? index + length : index;
      return Math.max(low, Math.min(high, place));
    }

    private static long whole(Object bound) {
      if (bound instanceof Undefined missing) {
        throw missing.error();
      }
      Long number = Values.asWhole(bound);
      if (number == null) {
        throw new TemplateError(
            "the bounds of a slice must be whole numbers, found " + Values.describe(bound));
      }
      return number;
    }

    boolean holds(long index) {
      return step > 0 ? index < stop : index > stop;
    }
  }
}
