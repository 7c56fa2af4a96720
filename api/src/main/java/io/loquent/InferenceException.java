package io.loquent;

/**
 * The graph failed while running, or answered with numbers of which no result can be made (NaN,
 * infinity). The generator or encoder stays usable for other requests.
 */
public final class InferenceException extends GenerationException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what, where, what was found, what to do
   */
  public InferenceException(String message) {
    super(message);
  }

  /**
   * Creates the error.
   *
   * @param message what, where, what was found, what to do
   * @param cause the error below it
   */
  public InferenceException(String message, Throwable cause) {
    super(message, cause);
  }
}
