package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/** A sequence that does not grow. */
final class FixedTokens implements TokenSequence {

  private final int promptLength;
  private final int[] ids;

  FixedTokens(int promptLength, int... ids) {
    this.promptLength = promptLength;
    this.ids = ids;
  }

  static FixedTokens prompt(int... ids) {
    return new FixedTokens(ids.length, ids);
  }

  static FixedTokens generated(int... ids) {
    return new FixedTokens(0, ids);
  }

  @Override
  public int length() {
    return ids.length;
  }

  @Override
  public int promptLength() {
    return promptLength;
  }

  @Override
  public int get(int index) {
    return ids[index];
  }
}
