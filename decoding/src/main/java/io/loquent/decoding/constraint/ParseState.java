package io.loquent.decoding.constraint;

import org.jspecify.annotations.Nullable;

/**
 * Where reading a text has come to: all stacks that are possible there. Immutable but for what the
 * automaton remembers about it.
 */
final class ParseState {

  /** The stacks that can read a byte. */
  final Frame[] frames;

  /** Whether the text may end here. */
  final boolean accepting;

  /** By byte, what follows; null until it is first asked for. */
  private @Nullable ParseState @Nullable [] next;

  /** The tokens that may come; by whether the text begins here. */
  final @Nullable TokenMask[] masks = new @Nullable TokenMask[2];

  ParseState(Frame[] frames, boolean accepting) {
    this.frames = frames;
    this.accepting = accepting;
  }

  /** Whether no text goes on from here and none ends here. */
  boolean isDead() {
    return frames.length == 0 && !accepting;
  }

  /** Whether the text ends here. */
  boolean isComplete() {
    return frames.length == 0 && accepting;
  }

  /** Forgets what was found out from here; it can be found out again. */
  void forget() {
    next = null;
    masks[0] = null;
    masks[1] = null;
  }

  @Nullable ParseState known(int value) {
    return next == null ? null : next[value];
  }

  void remember(int value, ParseState state) {
    if (next == null) {
      next = new @Nullable ParseState[256];
    }
    next[value] = state;
  }
}
