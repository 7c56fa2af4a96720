package io.loquent;

import org.jspecify.annotations.Nullable;

/**
 * A generated text is not what it was to be read as: it was not constrained to that, or it ended
 * too early, at a length limit for instance.
 */
public final class InvalidOutputException extends GenerationException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what, where, what was found, what to do
   * @param cause the error below it, if there is one
   */
  public InvalidOutputException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
