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

  /**
   * Says whether the drafter is to be told what the model itself finds most probable behind
   * guesses, right and wrong ones.
   *
   * @return false for {@link #learn} never to be called
   */
  default boolean learns() {
    return false;
  }

  /**
   * Is told what a run has predicted, before it is asked for the next guesses.
   *
   * @param number which of the request's sequences, from 0
   * @param tokens what it appended in the run: a chosen token, then guesses
   * @param predicted the token with the highest logit behind each of them
   * @param count how many entries of both count
   */
  default void learn(int number, int[] tokens, int[] predicted, int count) {
    // Only for those that learn.
  }

  /** Frees what the drafter holds. May be called repeatedly. */
  @Override
  void close();
}
