package io.loquent.tokenizers;

import org.jspecify.annotations.Nullable;

/**
 * Turns the suffix that ends a word into a space, except in the last token, where it vanishes. So a
 * token with the suffix is held back until it is known not to be the last.
 */
final class BpeSuffixStage implements PieceSink {

  private final String suffix;
  private final PieceSink next;
  private @Nullable String held;

  BpeSuffixStage(String suffix, PieceSink next) {
    this.suffix = suffix;
    this.next = next;
  }

  @Override
  public void piece(String piece) {
    release(" ");
    if (piece.contains(suffix)) {
      held = piece;
    } else {
      next.piece(piece);
    }
  }

  @Override
  public void end() {
    release("");
    next.end();
  }

  private void release(String replacement) {
    if (held != null) {
      next.piece(held.replace(suffix, replacement));
      held = null;
    }
  }
}
