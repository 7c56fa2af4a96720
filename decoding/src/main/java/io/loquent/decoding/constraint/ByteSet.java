package io.loquent.decoding.constraint;

import java.util.Arrays;

/** A set of bytes. Immutable. */
final class ByteSet {

  static final ByteSet NONE = new ByteSet(new long[4]);
  static final ByteSet ALL = range(0, 255);

  private final long[] words;

  private ByteSet(long[] words) {
    this.words = words;
  }

  static ByteSet of(int value) {
    return range(value, value);
  }

  /** All bytes from {@code low} to {@code high}, both included. */
  static ByteSet range(int low, int high) {
    long[] words = new long[4];
    for (int value = low; value <= high; value++) {
      words[value >> 6] |= 1L << value;
    }
    return new ByteSet(words);
  }

  boolean contains(int value) {
    return (words[value >> 6] & 1L << value) != 0;
  }

  ByteSet or(ByteSet other) {
    long[] union = new long[4];
    for (int i = 0; i < 4; i++) {
      union[i] = words[i] | other.words[i];
    }
    return new ByteSet(union);
  }

  ByteSet and(ByteSet other) {
    long[] both = new long[4];
    for (int i = 0; i < 4; i++) {
      both[i] = words[i] & other.words[i];
    }
    return new ByteSet(both);
  }

  boolean isEmpty() {
    return (words[0] | words[1] | words[2] | words[3]) == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ByteSet set && Arrays.equals(words, set.words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(words);
  }
}
