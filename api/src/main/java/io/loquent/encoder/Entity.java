package io.loquent.encoder;

import java.util.Objects;

/**
 * A labelled part of a text. Immutable.
 *
 * @param label the model's label of a token, or the type of an entity without the label's prefix
 * @param score a probability from 0 to 1: the token's, or the mean over the entity's tokens or
 *     words
 * @param text what the text has between {@code start} and {@code end}
 * @param start where it starts in the text, in UTF-16 units, without white space in front
 * @param end where it ends, exclusive
 * @param firstToken its first token, counted from 0 in the tokens of the whole text, with the
 *     special tokens in front
 * @param lastToken its last token, inclusive
 */
public record Entity(
    String label, double score, String text, int start, int end, int firstToken, int lastToken) {
  /**
   * Checks for null.
   *
   * @param label the label
   * @param score a probability
   * @param text the slice of the text
   * @param start where it starts
   * @param end where it ends, exclusive
   * @param firstToken its first token
   * @param lastToken its last token, inclusive
   */
  public Entity {
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(text, "text");
  }
}
