package io.loquent.decoding.parallel;

import io.loquent.TokenSequence;

/**
 * What processors see before a slot, a frame or a vertex: how many tokens there are. Which ones is
 * not known yet, and the processors that parallel decoding takes do not ask for them. Mutable;
 * confined to one thread.
 */
public final class SlotPosition implements TokenSequence {

  private final int promptLength;
  private int length;

  /**
   * Creates the position of the first slot.
   *
   * @param promptLength tokens before it, at least 0
   */
  public SlotPosition(int promptLength) {
    this.promptLength = promptLength;
    length = promptLength;
  }

  /**
   * Goes to another slot.
   *
   * @param newLength tokens before it, prompt included
   */
  public void become(int newLength) {
    length = newLength;
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
    throw new IndexOutOfBoundsException(
        "token " + index + " is not known: all " + length + " are decided on at once");
  }
}
