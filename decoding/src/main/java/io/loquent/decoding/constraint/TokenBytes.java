package io.loquent.decoding.constraint;

import org.jspecify.annotations.Nullable;

/** How the tokens of a vocabulary are written. Thread-safe. */
public interface TokenBytes {

  /**
   * Returns the number of ids.
   *
   * @return one more than the highest id
   */
  int size();

  /**
   * Returns what a token adds to a text, in UTF-8; it may begin or end within a character.
   *
   * @param id vocabulary id
   * @param first whether it is the first token of the text: many vocabularies then leave out the
   *     space before it
   * @return bytes; null for a token that is no text, such as an end token
   */
  byte @Nullable [] bytes(int id, boolean first);
}
