package io.loquent;

import java.util.ArrayList;
import java.util.List;

/**
 * A handle that stops a request. It exists before the call, may be shared by several requests, and
 * works at any time: before the start, inside a long prefill, between two tokens. A stopped request
 * returns what it has, with {@link FinishReason#CANCELLED}.
 *
 * <p>Thread-safe.
 */
public final class Cancellation {

  private final List<Runnable> actions = new ArrayList<>();
  private boolean cancelled;

  private Cancellation() {}

  /**
   * Creates a handle that is not cancelled.
   *
   * @return a new handle
   */
  public static Cancellation create() {
    return new Cancellation();
  }

  /** Stops every request that carries this handle, now and later. May be called repeatedly. */
  public void cancel() {
    List<Runnable> due;
    synchronized (this) {
      cancelled = true;
      due = new ArrayList<>(actions);
      actions.clear();
    }
    due.forEach(Runnable::run);
  }

  /**
   * Says whether {@link #cancel()} was called.
   *
   * @return true from then on
   */
  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /**
   * Registers an action that {@link #cancel()} runs, on the cancelling thread; at once if it was
   * called already. Implementations use it to interrupt a running graph.
   *
   * @param action must be quick and must not throw
   * @return closing it removes the action
   */
  public Registration onCancel(Runnable action) {
    synchronized (this) {
      if (!cancelled) {
        actions.add(action);
        return () -> remove(action);
      }
    }
    action.run();
    return () -> {};
  }

  private synchronized void remove(Runnable action) {
    actions.remove(action);
  }

  /** A registered action. */
  @FunctionalInterface
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
