package io.loquent;

/**
 * Receives tokens while a request runs. Called on the generating thread, which waits: be quick. An
 * exception ends the request and reaches the caller of {@code generate}.
 */
@FunctionalInterface
public interface GenerationListener {

  /**
   * Receives the next token of the first candidate. Beam searches and constrained searches know
   * their tokens only at the end and deliver them then.
   *
   * @param token with the text that may be shown now
   */
  void onToken(Token token);
}
