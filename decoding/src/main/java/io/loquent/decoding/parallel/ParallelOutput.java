package io.loquent.decoding.parallel;

/**
 * What one run of a model for parallel decoding says about each row of a {@link ParallelState}.
 * Valid until the state's next call; confined to the generating thread. A model answers only what
 * its {@link ParallelModel.Family family} has; to ask for anything else is an {@link
 * IllegalStateException}.
 */
public interface ParallelOutput {

  /**
   * Returns how many slots, frames or vertices of a row have logits.
   *
   * @param row from 0
   * @return for canvases {@code end - start} of what was asked for; padding is not counted
   */
  int slots(int row);

  /**
   * Copies a slot's logits.
   *
   * @param row from 0
   * @param slot from 0; for a part of a canvas, from the first slot that was asked for
   * @param target receives {@code [vocabulary]} raw logits; CTC and directed acyclic graphs may
   *     give log-probabilities, which are logits too
   */
  void logits(int row, int slot, float[] target);

  /**
   * Returns how many length classes the encoder scores.
   *
   * @return 0 if it does not
   */
  default int lengthClasses() {
    return 0;
  }

  /**
   * Copies the scores of the length classes.
   *
   * @param row from 0
   * @param target receives {@code [lengthClasses]} logits
   */
  default void lengthLogits(int row, float[] target) {
    throw new IllegalStateException("the model does not score lengths");
  }

  /**
   * Copies a slot's scores for staying and for being deleted (Levenshtein).
   *
   * @param row from 0
   * @param slot from 0
   * @param target receives 2 logits: stay, delete
   */
  default void deleteLogits(int row, int slot, float[] target) {
    throw new IllegalStateException("the model does not score deletions");
  }

  /**
   * Returns how many classes a gap's insertion logits have.
   *
   * @return for Levenshtein one more than the most placeholders; for insertion models the
   *     vocabulary size; 0 for others
   */
  default int insertClasses() {
    return 0;
  }

  /**
   * Copies the scores of what is inserted between two slots.
   *
   * @param row from 0
   * @param gap from 0, the gap behind the first slot, to {@code slots(row) - 2}
   * @param target receives {@code [insertClasses]} logits
   */
  default void insertLogits(int row, int gap, float[] target) {
    throw new IllegalStateException("the model does not score insertions");
  }

  /**
   * Copies the log-probabilities of a vertex's links (directed acyclic Transformer).
   *
   * @param row from 0
   * @param vertex from 0
   * @param target receives {@code [slots(row)]} log-probabilities by target vertex, negative
   *     infinity where there is no link
   */
  default void links(int row, int vertex, float[] target) {
    throw new IllegalStateException("the model has no links");
  }
}
