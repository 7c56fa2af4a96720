package io.loquent;

/** What happens where the model's context ends. */
public enum ContextOverflow {
  /**
   * A request whose prompt and {@code max_new_tokens} together do not fit is refused with a {@link
   * ContextLengthException}, before anything runs.
   */
  ERROR,
  /**
   * Generation stops there ({@link FinishReason#CONTEXT_FULL}); only a prompt that leaves no room
   * is refused.
   */
  STOP,
  /**
   * Of a conversation ({@link Input.Chat}) the system prompt and the newest turns are kept: the
   * oldest turns are left out, each from one user message to the next, until {@code max_new_tokens}
   * fit, or half of the context if that is less. A request whose newest turn does not fit by itself
   * is refused, and so is one that is no conversation and does not fit.
   */
  KEEP_NEWEST
}
