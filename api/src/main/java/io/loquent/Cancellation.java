package io.loquent;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A handle that stops a request. It exists before the call, may be shared by several requests, and
 * works at any time: before the start, inside a long prefill, between two tokens. A stopped request
 * returns what it has, with {@link FinishReason#CANCELLED}.
 *
 * <p>Thread-safe.
 */
public final class Cancellation {

  private final List<Action> actions = new ArrayList<>();
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
    List<Action> due;
    synchronized (this) {
      cancelled = true;
      due = new ArrayList<>(actions);
      actions.clear();
    }
    due.forEach(Action::run);
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
   * @param action runs at most once; must be quick and must not throw
   * @return closing it removes the action: once {@code close} has returned, the action is not
   *     running and never will, so that what it touches may be freed
   */
  public Registration onCancel(Runnable action) {
    Action registered = new Action(action);
    synchronized (this) {
      if (!cancelled) {
        actions.add(registered);
        return registered;
      }
    }
    registered.run();
    return registered;
  }

  private synchronized void remove(Action action) {
    actions.remove(action);
  }

  /** An action with a lock of its own: closing it waits only for itself. */
  private final class Action implements Registration {
    private @Nullable Runnable action;

    Action(Runnable action) {
      this.action = Objects.requireNonNull(action, "action");
    }

    synchronized void run() {
      Runnable due = action;
      action = null;
      if (due != null) {
        due.run();
      }
    }

    @Override
    public void close() {
      remove(this);
      synchronized (this) {
        action = null;
      }
    }
  }

  /** A registered action. */
  @FunctionalInterface
  public interface Registration extends AutoCloseable {
    /** Removes the action. May be called repeatedly. */
    @Override
    void close();
  }
}
