package io.loquent.decoding;

/**
 * A run of the model was stopped from outside because its requests were cancelled or out of time.
 * It never reaches an application: the loop turns it into partial results.
 */
public final class RunInterruptedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the signal.
   *
   * @param cause what the stopped run threw
   */
  public RunInterruptedException(Throwable cause) {
    super("the run was stopped", cause);
  }
}
