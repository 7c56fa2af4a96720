package io.loquent.decoding;

/**
 * Guesses how the sequences of one request go on. A guess may be wrong: it costs time, and never
 * changes what is generated. Confined to one thread.
 */
public interface Drafter extends AutoCloseable {

  /**
   * Guesses the next tokens of the sequences that are still growing.
   *
   * @param rows the sequences; receives the guesses
   */
  void draft(DraftRows rows);

  /** Frees what the drafter holds. May be called repeatedly. */
  @Override
  void close();
}
