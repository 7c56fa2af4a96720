package io.loquent.decoding;

import io.loquent.ContextLengthException;
import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.Option;
import java.util.Optional;

/**
 * How short and how long a request's sequences may be, in tokens, prompt included (Hugging Face
 * {@code _prepare_generated_length}). Immutable.
 *
 * @param promptLength tokens before the first generated one
 * @param minLength sequences shorter than this do not end with an end token; 0 if there is no such
 *     limit
 * @param requestedMaxLength the longest sequence that the options allow, above {@code
 *     promptLength}; the forced end token comes last in a sequence of this length
 * @param maxLength the longest sequence that the options and the model's context allow, above
 *     {@code promptLength}, at most {@code requestedMaxLength}
 */
public record SequenceLimits(
    int promptLength, int minLength, int requestedMaxLength, int maxLength) {

  /** What Hugging Face generates at most where nothing says how much. */
  private static final int DEFAULT_NEW_TOKENS = 20;

  /**
   * Computes a request's limits. {@code max_new_tokens} wins over {@code max_length}, and {@code
   * min_new_tokens} over {@code min_length}; without a maximum it is 20 new tokens.
   *
   * @param setup the request
   * @return its limits
   * @throws ContextLengthException if the prompt leaves no room for a single token
   */
  public static SequenceLimits of(SearchSetup setup) {
    GenerationOptions options = setup.options();
    int prompt = setup.prompt().ids().length;
    int requested = requestedMaximum(options, prompt);
    if (prompt >= requested) {
      throw new ContextLengthException(
          "the prompt has "
              + prompt
              + " tokens, but max_length, which includes the prompt, is "
              + requested
              + "; raise max_length, set max_new_tokens instead, or shorten the prompt",
          prompt,
          requested);
    }
    int room = setup.prompt().contextRoom();
    int context = plus(prompt, room);
    if (room < 1) {
      throw new ContextLengthException(
          "the prompt has "
              + prompt
              + " tokens, but the model's context of "
              + context
              + " must hold the prompt and at least one new token; shorten the prompt",
          prompt,
          context);
    }
    return new SequenceLimits(
        prompt, minimum(options, prompt), requested, Math.min(requested, context));
  }

  /**
   * Returns how many tokens may be generated.
   *
   * @return at least 1
   */
  public int maxNewTokens() {
    return maxLength - promptLength;
  }

  /**
   * Says what ends a sequence of {@code maxLength} tokens.
   *
   * @return {@link FinishReason#MAX_TOKENS} if the options asked for no more, {@link
   *     FinishReason#CONTEXT_FULL} if they did
   */
  public FinishReason reasonAtMaxLength() {
    return maxLength < requestedMaxLength ? FinishReason.CONTEXT_FULL : FinishReason.MAX_TOKENS;
  }

  private static int requestedMaximum(GenerationOptions options, int prompt) {
    Optional<Integer> newTokens = options.get(Option.MAX_NEW_TOKENS);
    if (newTokens.isPresent()) {
      return plus(prompt, newTokens.get());
    }
    return options.get(Option.MAX_LENGTH).orElse(plus(prompt, DEFAULT_NEW_TOKENS));
  }

  private static int minimum(GenerationOptions options, int prompt) {
    Optional<Integer> newTokens = options.get(Option.MIN_NEW_TOKENS);
    if (newTokens.isPresent()) {
      return plus(prompt, newTokens.get());
    }
    return options.get(Option.MIN_LENGTH).orElse(0);
  }

  /** Adds without overflow: both an unlimited context and a huge wish are just very large. */
  private static int plus(int tokens, int more) {
    return (int) Math.min(Integer.MAX_VALUE, (long) tokens + more);
  }
}
