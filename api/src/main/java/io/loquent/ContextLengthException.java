package io.loquent;

/** A prompt is longer than the model, or the request's own {@code max_length}, has room for. */
public final class ContextLengthException extends GenerationException {

  private static final long serialVersionUID = 1L;

  /** Length of the prompt. */
  private final int promptTokens;

  /** What there was room for. */
  private final int limitTokens;

  /**
   * Creates the error.
   *
   * @param message what, where, what was found, what to do
   * @param promptTokens length of the prompt, in tokens
   * @param limitTokens what there is room for, in tokens
   */
  public ContextLengthException(String message, int promptTokens, int limitTokens) {
    super(message);
    this.promptTokens = promptTokens;
    this.limitTokens = limitTokens;
  }

  /**
   * Returns the length of the prompt.
   *
   * @return tokens
   */
  public int promptTokens() {
    return promptTokens;
  }

  /**
   * Returns what there was room for.
   *
   * @return tokens
   */
  public int limitTokens() {
    return limitTokens;
  }
}
