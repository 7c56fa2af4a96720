package io.loquent.decoding;

/**
 * Drives the requests of a batch, step by step; each step is one run of the model for all of them.
 * Confined to one thread.
 */
public interface BatchLoop extends AutoCloseable {

  /**
   * Runs the model once and lets every request that is not finished choose; the first step runs it
   * over the prompts. May be called again after a {@link RunInterruptedException}: what was chosen
   * is not lost.
   *
   * @return false once all are finished
   * @throws RunInterruptedException if the run was stopped from outside; the requests are as they
   *     were before the step
   */
  boolean step();

  /**
   * Runs the model over the next part of the prompts; behind the last one the requests choose.
   * Nothing is left to do once the prompts are through.
   *
   * @param mostPositions how many tokens of each prompt the part may have, at least 1; a loop that
   *     takes prompts as a whole runs them all
   * @return whether the prompts are through
   * @throws RunInterruptedException if the run was stopped from outside; it can be repeated
   */
  boolean prefill(int mostPositions);

  /**
   * Takes over the requests of another batch, with their rows.
   *
   * @param other a batch whose prompts are through; afterwards it is only to be closed
   * @return false if the rows cannot share runs; nothing has changed then
   * @throws io.loquent.InferenceException if there is no memory for it; nothing has changed then
   */
  boolean absorb(BatchLoop other);

  /** Closes the state. May be called repeatedly. */
  @Override
  void close();
}
