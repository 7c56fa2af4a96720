package io.loquent.runtime;

import io.loquent.GenerationResult;
import io.loquent.Token;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request that runs in a shared batch, whether its tokens are asked for or not. Its monitor
 * guards the iterator only, so that a stream can be closed while another thread waits for a token.
 */
final class SharedStream extends SingleUseStream {

  private final Lifetime lifetime;
  private final Submission submission;
  private @Nullable Token next;

  SharedStream(Lifetime lifetime, Submission submission) {
    this.lifetime = lifetime;
    this.submission = submission;
  }

  /** Waits for a token to hand out; false at the end. */
  @Override
  boolean advance() {
    if (next == null) {
      next = submission.take();
    }
    if (next == null) {
      end();
      submission.result(); // Throws what the request failed with.
    }
    return next != null;
  }

  @Override
  Token take() {
    Token token = Objects.requireNonNull(next);
    next = null;
    return token;
  }

  @Override
  public GenerationResult result() {
    try {
      return submission.result();
    } finally {
      end();
    }
  }

  @Override
  public void close() {
    submission.cancel();
    end();
  }

  private void end() {
    lifetime.forget(this);
  }
}
