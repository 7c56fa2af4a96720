package io.loquent.encoder;

import java.util.Objects;

/**
 * A token that may stand where a text has a mask. Immutable.
 *
 * @param id vocabulary id
 * @param token how the token reads by itself; pieces of words look as the tokenizer marks them,
 *     such as {@code ##ing}
 * @param probability from 0 to 1, among the whole vocabulary
 * @param text the text with this token in place of the mask, other masks as they are
 */
public record MaskCandidate(int id, String token, double probability, String text) {

  /**
   * Checks that there are texts.
   *
   * @param id vocabulary id
   * @param token how the token reads by itself
   * @param probability from 0 to 1
   * @param text the text with this token in place of the mask
   */
  public MaskCandidate {
    Objects.requireNonNull(token, "token");
    Objects.requireNonNull(text, "text");
  }
}
