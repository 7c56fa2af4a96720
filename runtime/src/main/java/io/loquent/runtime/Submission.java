package io.loquent.runtime;

import io.loquent.GenerationResult;
import io.loquent.Token;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request that another thread generates: its tokens wait here until they are taken. Thread-safe.
 */
final class Submission {

  private final RequestRun request;
  private final SharedBatch batch;
  private final Deque<Token> tokens = new ArrayDeque<>();
  private @Nullable GenerationResult result;
  private @Nullable Throwable failure;

  /**
   * Creates a submission that has not begun.
   *
   * @param request only to be touched by the thread that generates
   * @param batch whose thread that is
   */
  Submission(RequestRun request, SharedBatch batch) {
    this.request = request;
    this.batch = batch;
  }

  RequestRun request() {
    return request;
  }

  /** Takes over what the request has got; called by the thread that generates. */
  synchronized void update() {
    try {
      while (request.hasNext()) {
        tokens.add(request.next());
        notifyAll();
      }
      if (!request.isLive() && !isDone()) {
        result = request.result();
        notifyAll();
      }
    } catch (RuntimeException | Error e) {
      request.abort(e);
      fail(e);
    }
  }

  /** Ends without a result. */
  synchronized void fail(Throwable reason) {
    if (!isDone()) {
      failure = reason;
    }
    notifyAll();
  }

  private boolean isDone() {
    return result != null || failure != null;
  }

  /** Waits for the next token; null if there is none any more. */
  synchronized @Nullable Token take() {
    await(true);
    return tokens.poll();
  }

  /** Waits for the end; throws what the request failed with. */
  synchronized GenerationResult result() {
    await(false);
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw (RuntimeException) failure;
    }
    return Objects.requireNonNull(result);
  }

  /** Asks for an early end and waits for it, unless it is called back by the request itself. */
  void cancel() {
    request.cancel();
    if (!batch.isOwnThread()) {
      await(false);
    }
  }

  /** Waits for the end, or for a token as well. An interrupt is kept for later. */
  private synchronized void await(boolean orToken) {
    boolean interrupted = false;
    while (!isDone() && !(orToken && !tokens.isEmpty())) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
