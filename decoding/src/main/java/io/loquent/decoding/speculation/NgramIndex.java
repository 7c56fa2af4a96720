package io.loquent.decoding.speculation;

import io.loquent.TokenSequence;
import java.util.Arrays;

/**
 * Where the n-grams of a growing token sequence occurred, latest first, each with a token behind
 * it. Confined to one thread.
 *
 * <p>A hash table with open addressing holds, for every n-gram of each length, the position behind
 * its latest occurrence. Keys are not stored: a hit is compared with the sequence itself.
 */
final class NgramIndex {

  private static final int FIRST_ROOM = 256;

  private final int longest;

  /** The sequence, as far as it is indexed. */
  private int[] ids = new int[FIRST_ROOM];

  private int length;

  /** The position behind an n-gram, or 0; and the length of that n-gram. */
  private int[] ends = new int[4 * FIRST_ROOM];

  private int[] sizes = new int[4 * FIRST_ROOM];
  private int used;

  /** By position and n-gram that ends before it, where the n-gram had occurred last, or 0. */
  private int[] earlier;

  private final boolean keepsEarlier;

  /**
   * Creates an index of n-grams of 1 to {@code longest} tokens.
   *
   * @param keepsEarlier whether occurrences before the latest are asked for
   */
  NgramIndex(int longest, boolean keepsEarlier) {
    this.longest = longest;
    this.keepsEarlier = keepsEarlier;
    earlier = new int[keepsEarlier ? longest * FIRST_ROOM : 0];
  }

  int length() {
    return length;
  }

  int token(int position) {
    return ids[position];
  }

  /** Indexes what a sequence has more than before. */
  void extend(TokenSequence sequence) {
    while (length < sequence.length()) {
      append(sequence.get(length));
    }
  }

  void append(int id) {
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, 2 * length);
      earlier = Arrays.copyOf(earlier, 2 * earlier.length);
    }
    // An n-gram counts once it has a token behind it.
    for (int size = 1; size <= Math.min(longest, length); size++) {
      put(size);
    }
    ids[length++] = id;
  }

  private void put(int size) {
    if (2 * (used + 1) > ends.length) {
      grow();
    }
    int slot = slot(ids, length, size);
    used += ends[slot] == 0 ? 1 : 0;
    if (keepsEarlier) {
      earlier[length * longest + size - 1] = ends[slot];
    }
    ends[slot] = length;
    sizes[slot] = size;
  }

  private void grow() {
    int[] oldEnds = ends;
    int[] oldSizes = sizes;
    ends = new int[2 * oldEnds.length];
    sizes = new int[ends.length];
    for (int i = 0; i < oldEnds.length; i++) {
      if (oldEnds[i] > 0) {
        int slot = slot(ids, oldEnds[i], oldSizes[i]);
        ends[slot] = oldEnds[i];
        sizes[slot] = oldSizes[i];
      }
    }
  }

  /**
   * Returns the position behind the latest earlier occurrence of an n-gram.
   *
   * @param tokens what the n-gram is in
   * @param end the position behind it
   * @param size how many tokens it has
   * @return -1 if there is none
   */
  int find(int[] tokens, int end, int size) {
    int found = ends[slot(tokens, end, size)];
    return found == 0 ? -1 : found;
  }

  /**
   * Returns the position behind the occurrence of an n-gram before another one.
   *
   * @param found the position behind that one
   * @param size how many tokens it has
   * @return -1 if there is none
   */
  int before(int found, int size) {
    int end = keepsEarlier ? earlier[found * longest + size - 1] : 0;
    return end == 0 ? -1 : end;
  }

  /** Returns the slot of an n-gram: the one that it is in, or the empty one where it belongs. */
  private int slot(int[] tokens, int end, int size) {
    long hash = size;
    for (int i = end - size; i < end; i++) {
      hash = (hash ^ tokens[i]) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 29;
    }
    int mask = ends.length - 1;
    int slot = (int) hash & mask;
    while (ends[slot] != 0 && !holds(slot, tokens, end, size)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private boolean holds(int slot, int[] tokens, int end, int size) {
    boolean same = sizes[slot] == size;
    for (int i = 1; same && i <= size; i++) {
      same = ids[ends[slot] - i] == tokens[end - i];
    }
    return same;
  }
}
