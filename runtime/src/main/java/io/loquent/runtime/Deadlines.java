package io.loquent.runtime;

import io.loquent.Cancellation;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Wakes up when a request runs out of time, to interrupt a graph that is running then. Thread-safe.
 *
 * <p>Its one thread exists only while a request with a time limit is running, and is a daemon.
 */
final class Deadlines implements AutoCloseable {

  private static final long IDLE_MILLIS = 100;

  private @Nullable ScheduledThreadPoolExecutor timer;
  private boolean closed;

  /** Runs an action after a time; closing the registration before that prevents it. */
  synchronized Cancellation.Registration after(long nanos, Runnable action) {
    if (closed) {
      return () -> {};
    }
    if (timer == null) {
      timer = newTimer();
    }
    ScheduledFuture<?> task = timer.schedule(action, Math.max(0, nanos), TimeUnit.NANOSECONDS);
    return () -> task.cancel(false);
  }

  private static ScheduledThreadPoolExecutor newTimer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1,
            runnable -> {
              Thread thread = new Thread(runnable, "loquent-deadlines");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(IDLE_MILLIS, TimeUnit.MILLISECONDS);
    timer.allowCoreThreadTimeOut(true);
    return timer;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (timer != null) {
      timer.shutdownNow();
    }
  }
}
