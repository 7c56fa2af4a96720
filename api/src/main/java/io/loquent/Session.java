package io.loquent;

/**
 * Requests that follow each other, such as the turns of a conversation, over one cache: what a
 * prompt has in common with the sequence before it is not run again. Each request states its whole
 * prompt, so editing or dropping earlier turns needs nothing but another prompt, and results equal
 * those of {@link Generator#generate(GenerationRequest)} (but for rounding in the last digits of
 * scores).
 *
 * <pre>{@code
 * try (Session session = generator.session()) {
 *   GenerationResult first = session.generate(request("Hello."));
 *   GenerationResult second = session.generate(request("Hello. Hi! How are you?"));
 *   second.usage().cachedPromptTokens(); // not run again
 * }
 * }</pre>
 *
 * <p>What is reused is the longest common prefix of token ids. Recurrent states cannot be cut back,
 * so models that have some reuse all of a sequence or nothing; requests with beams, several
 * sequences or guidance leave only their prompt; contrastive search and models without a cache
 * reuse nothing. Requests of a session run on their calling threads, also with {@link
 * ModelConfig#continuousBatching()}.
 *
 * <p>Thread-safe. Of requests that overlap in time, one uses the cache and the others run all of
 * their prompts.
 */
public interface Session extends AutoCloseable {

  /**
   * Runs a request and waits for its result.
   *
   * @param request the input, whole, and its options
   * @return as {@link Generator#generate(GenerationRequest)}
   * @throws IllegalStateException if the session or its generator is closed
   */
  GenerationResult generate(GenerationRequest request);

  /**
   * Runs a request, hands each token to the listener as soon as it is known, and waits for the
   * result.
   *
   * @param request the input, whole, and its options
   * @param listener receives the tokens
   * @return as {@link Generator#generate(GenerationRequest, GenerationListener)}
   */
  GenerationResult generate(GenerationRequest request, GenerationListener listener);

  /**
   * Starts a request that generates as its tokens are asked for.
   *
   * @param request the input, whole, and its options
   * @return a stream, to be closed
   */
  TokenStream stream(GenerationRequest request);

  /**
   * Returns how many tokens are remembered.
   *
   * @return tokens of the last sequence; 0 while a request is running
   */
  int cachedTokens();

  /**
   * Returns how much native memory is held between requests.
   *
   * @return bytes; 0 while a request is running
   */
  long cachedBytes();

  /**
   * Gives the memory back, because the session will be idle. The next request runs all of its
   * prompt, and later ones are fast again.
   */
  void drop();

  /**
   * Starts another session with a copy of what this one remembers, for several ways to go on.
   *
   * @return a session of the same generator, to be closed
   * @throws InferenceException if there is no memory for the copy
   */
  Session fork();

  /** Gives the memory back. Running requests go on. May be called repeatedly. */
  @Override
  void close();
}
