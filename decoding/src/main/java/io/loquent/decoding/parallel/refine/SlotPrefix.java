package io.loquent.decoding.parallel.refine;

import io.loquent.TokenSequence;
import org.jspecify.annotations.Nullable;

/**
 * The tokens before a place of a canvas, as processors see them. Those that refinement takes look
 * only at how many there are.
 */
final class SlotPrefix implements TokenSequence {

  private final int[] prompt;
  private @Nullable FilledCanvas canvas;
  private int place;

  SlotPrefix(int[] prompt) {
    this.prompt = prompt;
  }

  /** Looks at another place. */
  void become(FilledCanvas newCanvas, int newPlace) {
    canvas = newCanvas;
    place = newPlace;
  }

  @Override
  public int length() {
    return prompt.length + place;
  }

  @Override
  public int promptLength() {
    return prompt.length;
  }

  @Override
  public int get(int index) {
    if (index < prompt.length) {
      return prompt[index];
    }
    if (canvas == null || index >= length()) {
      throw new IndexOutOfBoundsException(
          "there is no token " + index + "; the sequence has " + length() + " tokens");
    }
    return canvas.canvas().token(canvas.slot(index - prompt.length));
  }
}
