package io.loquent.encoder;

import java.util.Objects;

/**
 * A part of a text that answers a question. Immutable.
 *
 * @param text what the context has between {@code start} and {@code end}
 * @param start where it starts in the context, in UTF-16 units
 * @param end where it ends, exclusive
 * @param score a probability from 0 to 1: that of its first token as a start times that of its last
 *     one as an end
 * @param startToken its first token, counted from 0 in the tokens of question and whole context,
 *     special tokens included
 * @param endToken its last token, inclusive
 */
public record Answer(String text, int start, int end, double score, int startToken, int endToken) {
  /**
   * Checks for null.
   *
   * @param text the slice of the context
   * @param start where it starts
   * @param end where it ends, exclusive
   * @param score a probability
   * @param startToken its first token
   * @param endToken its last token, inclusive
   */
  public Answer {
    Objects.requireNonNull(text, "text");
  }
}
