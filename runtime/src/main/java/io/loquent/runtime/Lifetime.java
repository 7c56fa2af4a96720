package io.loquent.runtime;

import io.loquent.TokenStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lets a generator be closed at any time: closing waits for the calls that are running, ends
 * streams that nobody is reading, and only then frees the model. Thread-safe.
 *
 * <p>ONNX Runtime crashes the process when a session is freed under a running graph.
 */
final class Lifetime {

  private final String owner;
  private final String name;
  private final Runnable free;

  /** Calls in progress, by thread: a call may be made from inside a listener of another. */
  private final Map<Thread, Integer> running = new HashMap<>();

  private final Set<TokenStream> streams = new HashSet<>();
  private boolean closed;
  private boolean freed;

  Lifetime(String name, Runnable free) {
    this("generator", name, free);
  }

  /** Creates a lifetime of something that messages call {@code owner}. */
  Lifetime(String owner, String name, Runnable free) {
    this.owner = owner;
    this.name = name;
    this.free = free;
  }

  /** Begins a call; {@link #leave} ends it. */
  void enter() {
    if (!tryEnter()) {
      throw new IllegalStateException(
          "the " + owner + " for " + name + " is closed; open a new one to go on");
    }
  }

  /** Begins a call, unless the generator is closed. */
  synchronized boolean tryEnter() {
    if (!closed) {
      running.merge(Thread.currentThread(), 1, Integer::sum);
    }
    return !closed;
  }

  /**
   * Begins a call on behalf of others that are running, which closing waits for: also when it has
   * begun.
   */
  synchronized void enterRunning() {
    running.merge(Thread.currentThread(), 1, Integer::sum);
  }

  /** Ends a call. The last one frees the model if it was closed meanwhile. */
  synchronized void leave() {
    running.computeIfPresent(
        Thread.currentThread(), (thread, calls) -> calls > 1 ? calls - 1 : null);
    if (closed && running.isEmpty()) {
      freeOnce();
    }
    notifyAll();
  }

  /** Takes note of a stream to be ended with the generator; false if that is closing already. */
  synchronized boolean register(TokenStream stream) {
    return !closed && streams.add(stream);
  }

  synchronized void forget(TokenStream stream) {
    streams.remove(stream);
  }

  /**
   * Closes: from now on calls are refused. Returns when the model is freed; from inside a listener,
   * whose own call it would otherwise wait for, at once.
   */
  void close() {
    boolean inside;
    List<TokenStream> open;
    synchronized (this) {
      closed = true;
      inside = running.containsKey(Thread.currentThread());
      open = new ArrayList<>(streams);
      // A call like any other: ending a stream still needs the model.
      running.merge(Thread.currentThread(), 1, Integer::sum);
    }
    try {
      open.forEach(TokenStream::close);
    } finally {
      leave();
    }
    if (!inside) {
      awaitOthers();
    }
  }

  private synchronized void awaitOthers() {
    boolean interrupted = false;
    while (!freed) {
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

  private synchronized void freeOnce() {
    if (!freed) {
      freed = true;
      free.run();
    }
  }
}
