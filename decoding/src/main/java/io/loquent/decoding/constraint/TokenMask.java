package io.loquent.decoding.constraint;

import java.util.Arrays;

/** A set of tokens: those that may come next. Immutable and thread-safe. */
public final class TokenMask {

  /** Fewer tokens than this are kept as a list. */
  private static final int FEW = 128;

  private static final float NEVER = Float.NEGATIVE_INFINITY;

  private final int vocabularySize;
  private final int count;

  /** In ascending order, where there are few; otherwise empty. */
  private final int[] ids;

  /** A bit for each token, where there are many; otherwise empty. */
  private final long[] bits;

  private TokenMask(int vocabularySize, int count, int[] ids, long[] bits) {
    this.vocabularySize = vocabularySize;
    this.count = count;
    this.ids = ids;
    this.bits = bits;
  }

  static TokenMask only(int vocabularySize, int id) {
    return new TokenMask(vocabularySize, 1, new int[] {id}, new long[0]);
  }

  /** Copies a set of bits. */
  static TokenMask of(int vocabularySize, long[] set) {
    int count = 0;
    for (long word : set) {
      count += Long.bitCount(word);
    }
    if (count > FEW) {
      return new TokenMask(vocabularySize, count, new int[0], set.clone());
    }
    int[] ids = new int[count];
    int next = 0;
    for (int word = 0; word < set.length && next < count; word++) {
      for (long left = set[word]; left != 0; left &= left - 1) {
        ids[next++] = 64 * word + Long.numberOfTrailingZeros(left);
      }
    }
    return new TokenMask(vocabularySize, count, ids, new long[0]);
  }

  /**
   * Returns how many tokens the set has.
   *
   * @return at least 0
   */
  public int count() {
    return count;
  }

  /**
   * Says whether a token is in the set.
   *
   * @param id vocabulary id
   * @return true if it may come next
   */
  public boolean contains(int id) {
    if (bits.length == 0) {
      return Arrays.binarySearch(ids, id) >= 0;
    }
    return id < vocabularySize && (bits[id >> 6] & 1L << id) != 0;
  }

  /**
   * Returns the tokens.
   *
   * @return ids in ascending order, a new array
   */
  public int[] ids() {
    if (bits.length == 0) {
      return ids.clone();
    }
    int[] all = new int[count];
    int next = 0;
    for (int id = 0; id < vocabularySize; id++) {
      if (contains(id)) {
        all[next++] = id;
      }
    }
    return all;
  }

  /** How much memory it takes. */
  long bytes() {
    return 64 + 4L * ids.length + 8L * bits.length;
  }

  /** Adds the tokens to a set of bits. */
  void addTo(long[] set) {
    for (int id : ids) {
      set[id >> 6] |= 1L << id;
    }
    for (int word = 0; word < bits.length; word++) {
      set[word] |= bits[word];
    }
  }

  /**
   * Says whether any of the tokens can be chosen.
   *
   * @param scores {@code [vocabulary]} scores; negative infinity forbids a token
   * @return false if all of them are forbidden, or there are none
   */
  public boolean anyPossible(float[] scores) {
    boolean any = false;
    for (int i = 0; !any && i < ids.length; i++) {
      any = scores[ids[i]] != NEVER;
    }
    for (int word = 0; !any && word < bits.length; word++) {
      for (long left = bits[word]; !any && left != 0; left &= left - 1) {
        any = scores[64 * word + Long.numberOfTrailingZeros(left)] != NEVER;
      }
    }
    return any;
  }

  /**
   * Forbids all other tokens.
   *
   * @param scores {@code [vocabulary]} scores; those of other tokens become negative infinity
   */
  public void applyTo(float[] scores) {
    if (bits.length == 0) {
      keepFew(scores);
      return;
    }
    for (int word = 0; word < bits.length; word++) {
      int first = 64 * word;
      int end = Math.min(first + 64, scores.length);
      long left = ~bits[word];
      if (left == -1L) {
        Arrays.fill(scores, first, end, NEVER);
        continue;
      }
      for (; left != 0; left &= left - 1) {
        int id = first + Long.numberOfTrailingZeros(left);
        if (id < end) {
          scores[id] = NEVER;
        }
      }
    }
  }

  private void keepFew(float[] scores) {
    float[] kept = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      kept[i] = scores[ids[i]];
    }
    Arrays.fill(scores, NEVER);
    for (int i = 0; i < ids.length; i++) {
      scores[ids[i]] = kept[i];
    }
  }
}
