package io.loquent;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything that Loquent throws by itself; the subtype says whose mistake it was. A
 * message says what happened, where, what was found and what to do.
 *
 * <p>Beside these, a {@code null} argument gives a {@link NullPointerException} and a call on a
 * closed generator an {@link IllegalStateException}. Cancelling and time limits are not errors:
 * they give a partial result.
 */
public abstract sealed class GenerationException extends RuntimeException
    permits ModelLoadException,
        InvalidRequestException,
        ContextLengthException,
        OverloadException,
        InferenceException,
        InvalidOutputException {

  private static final long serialVersionUID = 1L;

  GenerationException(String message) {
    super(message);
  }

  GenerationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
