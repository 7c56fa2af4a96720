package io.loquent.decoding.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A set of Unicode characters; surrogates, which are none, are never in it. Immutable. */
final class CodePoints {

  static final CodePoints NONE = new CodePoints(new int[0]);
  static final CodePoints ALL =
      new CodePoints(
          new int[] {0, Character.MIN_SURROGATE - 1, Character.MAX_SURROGATE + 1, 0x10FFFF});

  /** First and last of each range, ascending, never adjacent. */
  private final int[] ranges;

  private CodePoints(int[] ranges) {
    this.ranges = ranges;
  }

  static CodePoints of(int... characters) {
    CodePoints set = NONE;
    for (int character : characters) {
      set = set.or(range(character, character));
    }
    return set;
  }

  /** All characters from {@code first} to {@code last}, both included. */
  static CodePoints range(int first, int last) {
    return first > last ? NONE : new CodePoints(new int[] {first, last}).and(ALL);
  }

  int rangeCount() {
    return ranges.length / 2;
  }

  int first(int range) {
    return ranges[2 * range];
  }

  int last(int range) {
    return ranges[2 * range + 1];
  }

  boolean contains(int character) {
    boolean found = false;
    for (int i = 0; i < ranges.length && !found; i += 2) {
      found = ranges[i] <= character && character <= ranges[i + 1];
    }
    return found;
  }

  CodePoints or(CodePoints other) {
    List<int[]> all = new ArrayList<>();
    for (CodePoints set : List.of(this, other)) {
      for (int i = 0; i < set.ranges.length; i += 2) {
        all.add(new int[] {set.ranges[i], set.ranges[i + 1]});
      }
    }
    return ofRanges(all);
  }

  /** The union of ranges in any order. */
  static CodePoints ofRanges(List<int[]> all) {
    List<int[]> sorted = new ArrayList<>(all);
    sorted.sort((a, b) -> Integer.compare(a[0], b[0]));
    int[] joined = new int[2 * sorted.size()];
    int size = 0;
    for (int[] range : sorted) {
      if (size > 0 && range[0] <= joined[size - 1] + 1) {
        joined[size - 1] = Math.max(joined[size - 1], range[1]);
      } else {
        joined[size++] = range[0];
        joined[size++] = range[1];
      }
    }
    return new CodePoints(Arrays.copyOf(joined, size));
  }

  CodePoints and(CodePoints other) {
    List<int[]> both = new ArrayList<>();
    for (int i = 0; i < ranges.length; i += 2) {
      for (int j = 0; j < other.ranges.length; j += 2) {
        int first = Math.max(ranges[i], other.ranges[j]);
        int last = Math.min(ranges[i + 1], other.ranges[j + 1]);
        if (first <= last) {
          both.add(new int[] {first, last});
        }
      }
    }
    return ofRanges(both);
  }

  CodePoints not() {
    List<int[]> gaps = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < ranges.length; i += 2) {
      if (next < ranges[i]) {
        gaps.add(new int[] {next, ranges[i] - 1});
      }
      next = ranges[i + 1] + 1;
    }
    if (next <= 0x10FFFF) {
      gaps.add(new int[] {next, 0x10FFFF});
    }
    return ofRanges(gaps).and(ALL);
  }

  CodePoints without(CodePoints other) {
    return and(other.not());
  }
}
