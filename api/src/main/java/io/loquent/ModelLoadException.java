package io.loquent;

/**
 * A model folder, configuration file, graph, tokenizer or execution provider cannot be used: a file
 * is missing or broken, or its content is not understood. Nothing stays open when this is thrown.
 */
public final class ModelLoadException extends GenerationException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what, where, what was found, what to do
   */
  public ModelLoadException(String message) {
    super(message);
  }

  /**
   * Creates the error.
   *
   * @param message what, where, what was found, what to do
   * @param cause the error below it
   */
  public ModelLoadException(String message, Throwable cause) {
    super(message, cause);
  }
}
