package io.loquent;

/**
 * More requests are waiting than {@link ModelConfig#queueSize()} allows. Nothing is wrong with this
 * one: it may be sent again later. The generator and all other requests go on.
 */
public final class OverloadException extends GenerationException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what, where, what was found, what to do
   */
  public OverloadException(String message) {
    super(message);
  }
}
