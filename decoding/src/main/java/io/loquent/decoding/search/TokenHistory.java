package io.loquent.decoding.search;

import io.loquent.TokenSequence;
import java.util.Arrays;

/** A growing token sequence. Its memory is reused, and grows by doubling. */
final class TokenHistory implements TokenSequence {

  private static final int FIRST_ROOM = 64;

  private int[] ids;
  private int promptLength;
  private int length;

  TokenHistory(int[] prompt) {
    ids = Arrays.copyOf(prompt, prompt.length + FIRST_ROOM);
    promptLength = prompt.length;
    length = prompt.length;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public int promptLength() {
    return promptLength;
  }

  @Override
  public int get(int index) {
    if (index >= length) {
      throw new IndexOutOfBoundsException(
          "there is no token " + index + "; the sequence has " + length + " tokens");
    }
    return ids[index];
  }

  void append(int id) {
    reserve(length + 1);
    ids[length++] = id;
  }

  /** Becomes another sequence. */
  void copy(TokenHistory other) {
    reserve(other.length + 1);
    System.arraycopy(other.ids, 0, ids, 0, other.length);
    promptLength = other.promptLength;
    length = other.length;
  }

  /** Becomes another sequence followed by one more token. */
  void become(TokenHistory parent, int id) {
    copy(parent);
    append(id);
  }

  /** Says whether two sequences are the same. */
  boolean hasTokensOf(TokenHistory other) {
    int index = length == other.length ? length - 1 : length;
    while (index >= 0 && index < other.length && ids[index] == other.ids[index]) {
      index--;
    }
    return index < 0;
  }

  private void reserve(int room) {
    if (room > ids.length) {
      ids = Arrays.copyOf(ids, Math.max(room, 2 * ids.length));
    }
  }
}
