package io.loquent;

import java.util.OptionalDouble;

/**
 * Where in the input a token or a word was heard: from one frame of the model's output to another.
 * Immutable.
 *
 * @param first the first frame, from 0
 * @param last the last frame, at least {@code first}
 * @param frameSeconds how long a frame is, in seconds, above 0; empty where the input has no time,
 *     or where that is not known
 */
public record FrameSpan(int first, int last, OptionalDouble frameSeconds) {

  /**
   * Checks the order.
   *
   * @param first the first frame, from 0
   * @param last the last frame, at least {@code first}
   * @param frameSeconds how long a frame is, in seconds
   */
  public FrameSpan {
    if (first < 0 || last < first) {
      throw new IllegalArgumentException("a span from frame " + first + " to frame " + last);
    }
  }

  /**
   * Returns when it begins.
   *
   * @return seconds from the beginning of the input; empty if {@code frameSeconds} is
   */
  public OptionalDouble startSeconds() {
    return seconds(first);
  }

  /**
   * Returns when it ends.
   *
   * @return seconds from the beginning of the input; empty if {@code frameSeconds} is
   */
  public OptionalDouble endSeconds() {
    return seconds(last + 1);
  }

  private OptionalDouble seconds(int frames) {
    return frameSeconds.isPresent()
        ? OptionalDouble.of(frames * frameSeconds.getAsDouble())
        : OptionalDouble.empty();
  }
}
