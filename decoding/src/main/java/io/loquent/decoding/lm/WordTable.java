package io.loquent.decoding.lm;

import org.jspecify.annotations.Nullable;

/**
 * Words in the order of their UTF-16 units, one behind the other in one array; a word's id is its
 * place. Immutable and thread-safe.
 */
final class WordTable {

  private final char[] units;

  /** Where each word begins, and the end of the last one. */
  private final int[] begins;

  private WordTable(char[] units, int[] begins) {
    this.units = units;
    this.begins = begins;
  }

  /**
   * Packs words.
   *
   * @param sorted in the order of {@link String#compareTo}
   */
  static WordTable of(String[] sorted) {
    int[] begins = new int[sorted.length + 1];
    for (int id = 0; id < sorted.length; id++) {
      begins[id + 1] = begins[id] + sorted[id].length();
    }
    char[] units = new char[begins[sorted.length]];
    for (int id = 0; id < sorted.length; id++) {
      sorted[id].getChars(0, sorted[id].length(), units, begins[id]);
    }
    return new WordTable(units, begins);
  }

  /** Returns a word that is there twice; null if there is none. */
  static @Nullable String firstDouble(String[] sorted) {
    for (int id = 1; id < sorted.length; id++) {
      if (sorted[id].equals(sorted[id - 1])) {
        return sorted[id];
      }
    }
    return null;
  }

  int size() {
    return begins.length - 1;
  }

  String word(int id) {
    return new String(units, begins[id], begins[id + 1] - begins[id]);
  }

  /** Returns the id of the word that a part of a text is; -1 if there is no such word. */
  int find(CharSequence text, int from, int to) {
    int place = firstNotBefore(text, from, to);
    return place < size()
            && begins[place + 1] - begins[place] == to - from
            && begins(place, text, from, to)
        ? place
        : -1;
  }

  /** Says whether any word begins with a text. */
  boolean hasPrefix(CharSequence text) {
    int place = firstNotBefore(text, 0, text.length());
    return place < size() && begins(place, text, 0, text.length());
  }

  private boolean begins(int id, CharSequence text, int from, int to) {
    if (begins[id + 1] - begins[id] < to - from) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (units[begins[id] + i - from] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private int firstNotBefore(CharSequence text, int from, int to) {
    int low = 0;
    int high = size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(middle, text, from, to) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int compare(int id, CharSequence text, int from, int to) {
    int length = begins[id + 1] - begins[id];
    int common = Math.min(length, to - from);
    for (int i = 0; i < common; i++) {
      int difference = units[begins[id] + i] - text.charAt(from + i);
      if (difference != 0) {
        return difference;
      }
    }
    return length - (to - from);
  }
}
