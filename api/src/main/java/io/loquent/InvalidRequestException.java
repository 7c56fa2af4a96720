package io.loquent;

/**
 * A request asks for something that makes no sense (an option out of range, an unknown option name,
 * an empty prompt) or that the loaded model cannot do. The model has not been run for it.
 */
public final class InvalidRequestException extends GenerationException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what, where, what was found, what to do
   */
  public InvalidRequestException(String message) {
    super(message);
  }
}
