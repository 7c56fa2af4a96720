package io.loquent.runtime;

import io.loquent.GenerationResult;
import io.loquent.Token;
import io.loquent.TokenStream;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A request that runs in a shared batch, whether its tokens are asked for or not. Its monitor
 * guards the iterator only, so that a stream can be closed while another thread waits for a token.
 */
final class SharedStream implements TokenStream {

  private final Lifetime lifetime;
  private final Submission submission;
  private boolean iterated;
  private @Nullable Token next;

  SharedStream(Lifetime lifetime, Submission submission) {
    this.lifetime = lifetime;
    this.submission = submission;
  }

  @Override
  public synchronized Iterator<Token> iterator() {
    if (iterated) {
      throw new IllegalStateException("a token stream can be iterated once");
    }
    iterated = true;
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return advance();
      }

      @Override
      public Token next() {
        synchronized (SharedStream.this) {
          Token token = advance() ? next : null;
          if (token == null) {
            throw new NoSuchElementException("the stream has ended");
          }
          next = null;
          return token;
        }
      }
    };
  }

  /** Waits for a token to hand out; false at the end. */
  private synchronized boolean advance() {
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
