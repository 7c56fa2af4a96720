package io.loquent.runtime;

import io.loquent.GenerationResult;
import io.loquent.Token;
import org.jspecify.annotations.Nullable;

/** A request that runs as its tokens are asked for. Its monitor guards all that it has. */
final class RequestStream extends SingleUseStream {

  private final Lifetime lifetime;
  private final RequestRun request;
  private final BatchRun batch;
  private boolean running = true;

  /** Whether a step is under way; seen true only by what that step itself calls back. */
  private boolean stepping;

  private boolean closeRequested;
  private @Nullable GenerationResult result;

  RequestStream(Lifetime lifetime, RequestRun request, BatchRun batch) {
    this.lifetime = lifetime;
    this.request = request;
    this.batch = batch;
  }

  /** Runs the model until there is a token to hand out; false at the end. */
  @Override
  boolean advance() {
    while (running && !request.hasNext()) {
      step();
    }
    return request.hasNext();
  }

  @Override
  Token take() {
    return request.next();
  }

  private void step() {
    if (stepping) {
      throw new IllegalStateException("a token stream was read by a callback of its own request");
    }
    if (!lifetime.tryEnter()) {
      // The generator is being closed on another thread, which ends this stream as well.
      close();
      return;
    }
    try {
      stepping = true;
      boolean more = batch.step();
      stepping = false;
      if (closeRequested) {
        batch.cancelAll();
      }
      if (closeRequested || !more) {
        end();
      }
    } catch (RuntimeException | Error e) {
      stepping = false;
      free();
      throw e;
    } finally {
      lifetime.leave();
    }
  }

  private void end() {
    try {
      if (result == null) {
        result = request.result();
      }
    } finally {
      free();
    }
  }

  private void free() {
    if (running) {
      running = false;
      batch.close();
      lifetime.forget(this);
    }
  }

  @Override
  public synchronized GenerationResult result() {
    while (running) {
      step();
    }
    if (result == null) {
      throw new IllegalStateException("the stream failed; its error was thrown by the iterator");
    }
    return result;
  }

  @Override
  public void close() {
    // Before the monitor: a step that is running on another thread ends early.
    batch.interrupt();
    synchronized (this) {
      if (stepping) {
        // A callback of this very step closes: what it still works with is freed behind it.
        closeRequested = true;
      } else if (running) {
        batch.cancelAll();
        end();
      }
    }
  }
}
