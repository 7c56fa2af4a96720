package io.loquent.spi;

/**
 * Decodes one sequence id by id. The joined deltas of {@link #append} and the final {@link #flush}
 * equal the full decode, and no delta ends inside a character. Confined to one thread.
 */
public interface IncrementalDetokenizer {

  /**
   * Takes the next id.
   *
   * @param id vocabulary id
   * @return the text that became certain; empty while a character is incomplete
   */
  String append(int id);

  /**
   * Ends the sequence.
   *
   * @return the rest of the full decode that was not handed out; U+FFFD for an incomplete character
   */
  String flush();
}
