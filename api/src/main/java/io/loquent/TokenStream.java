package io.loquent;

/**
 * The tokens of one request, generated lazily: each step runs on the thread that asks for the next
 * token. With {@link ModelConfig#continuousBatching()} they are generated ahead of the reader, and
 * asking for one waits until it is there. Confined to one thread at a time; {@link #close()} may be
 * called from any.
 *
 * <p>It can be iterated once. A stream that is left early must be closed, which frees the native
 * memory of the request; a stream that was read to its end has freed it already.
 */
public interface TokenStream extends Iterable<Token>, AutoCloseable {

  /**
   * Generates what is left and returns the whole result, equal to that of {@link
   * Generator#generate(GenerationRequest)}. After an early {@link #close()}, what was generated
   * until then, with {@link FinishReason#CANCELLED}.
   *
   * @return the result
   */
  GenerationResult result();

  /** Stops generating and frees the request's native memory. May be called repeatedly. */
  @Override
  void close();
}
