package io.loquent.samples.benchmarks.worker;

/** A program that is measured: a model that is open and generates. Used by one thread. */
public interface Program {

  /**
   * Generates once.
   *
   * @param workload what
   * @return what it cost
   * @throws Exception if it cannot; the message tells a reader of the table why
   */
  Measurement run(Workload workload) throws Exception;

  /** Opens a program. */
  @FunctionalInterface
  interface Opener {
    /**
     * Loads the model.
     *
     * @return the program
     * @throws Exception if it cannot; the message tells a reader of the table why
     */
    Program open() throws Exception;
  }
}
