package io.loquent.decoding.parallel.diffusion;

import io.loquent.TokenSequence;
import io.loquent.decoding.parallel.Canvas;

/**
 * A canvas up to a slot, as processors see it that go by positions: masks included. Mutable;
 * confined to one thread.
 */
final class SlotPrefix implements TokenSequence {

  private final int promptLength;
  private Canvas canvas = new Canvas();
  private int length;

  SlotPrefix(int promptLength) {
    this.promptLength = promptLength;
  }

  /** Becomes what is before a slot. */
  void become(Canvas before, int slot) {
    canvas = before;
    length = slot;
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
          "there is no token " + index + "; there are " + length + " before the slot");
    }
    return canvas.token(index);
  }
}
