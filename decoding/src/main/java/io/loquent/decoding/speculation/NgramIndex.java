package io.loquent.decoding.speculation;

import io.loquent.TokenSequence;
import java.util.Arrays;

/**
 * Where the n-grams of a growing token sequence occurred last, each with a token behind it.
 * Confined to one thread.
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

  /** Creates an index of n-grams of 1 to {@code longest} tokens. */
  NgramIndex(int longest) {
    this.longest = longest;
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
