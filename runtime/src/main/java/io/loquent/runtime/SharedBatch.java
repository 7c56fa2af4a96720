package io.loquent.runtime;

import io.loquent.OverloadException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets the calls of many threads share the runs of a model. One thread of its own generates for all
 * of them; it exists only while there are requests, and is a daemon. Thread-safe.
 */
final class SharedBatch {

  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final BatchScheduler scheduler;
  private final Lifetime lifetime;
  private final int batchSize;
  private final int queueSize;

  /** Requests that the generating thread has not taken yet. */
  private final Deque<Submission> arrived = new ArrayDeque<>();

  /** By request, what waits for it; of the generating thread alone. */
  private final Map<RequestRun, Submission> submissions = new HashMap<>();

  /** Requests that have not come to their end. */
  private int unfinished;

  private @Nullable Thread worker;

  /**
   * Creates a batch without requests.
   *
   * @param scheduler makes the scheduler, given what is to be told of progress
   * @param lifetime keeps the model open while the thread is working
   * @param batchSize how many requests may run
   * @param queueSize how many more may wait
   */
  SharedBatch(
      Function<Consumer<RequestRun>, BatchScheduler> scheduler,
      Lifetime lifetime,
      int batchSize,
      int queueSize) {
    this.scheduler = scheduler.apply(this::progress);
    this.lifetime = lifetime;
    this.batchSize = batchSize;
    this.queueSize = queueSize;
  }

  /**
   * Whether the calling thread is the one that generates. What its requests call back cannot wait
   * for it.
   */
  synchronized boolean isOwnThread() {
    return Thread.currentThread() == worker;
  }

  /**
   * Hands a request over.
   *
   * @throws OverloadException if as many are waiting as may
   */
  synchronized Submission submit(RequestRun request) {
    if (isFull()) {
      throw new OverloadException(
          "the queue is full: "
              + batchSize
              + " requests are running (batch_size) and "
              + queueSize
              + " are waiting (queue_size); try again later, send fewer requests at a time, or"
              + " raise either limit");
    }
    return enqueue(request);
  }

  /** Hands a request over, once there is room. */
  synchronized Submission submitWhenRoom(RequestRun request) {
    boolean interrupted = false;
    while (isFull()) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return enqueue(request);
  }

  private boolean isFull() {
    return unfinished >= (long) batchSize + queueSize;
  }

  private Submission enqueue(RequestRun request) {
    if (worker == null) {
      Thread thread = new Thread(this::generate, "loquent-batch");
      thread.setDaemon(true);
      // Where no thread can be made, this fails before anyone waits for it.
      thread.start();
      worker = thread;
    }
    Submission submission = new Submission(request, this);
    unfinished++;
    arrived.add(submission);
    notifyAll();
    return submission;
  }

  private void generate() {
    while (awaitRequests()) {
      // Closing waits until all are finished; those of streams are cancelled by then.
      lifetime.enterRunning();
      try {
        while (takeArrived()) {
          advance();
        }
      } finally {
        lifetime.leave();
      }
    }
  }

  private void advance() {
    try {
      scheduler.advance();
    } catch (RuntimeException | Error e) {
      List<RequestRun> all = new ArrayList<>(submissions.keySet());
      all.forEach(request -> request.abort(e));
      all.forEach(this::progress);
      scheduler.close();
    }
  }

  /** Waits for requests; false if none came for long. */
  private synchronized boolean awaitRequests() {
    long end = System.nanoTime() + IDLE_NANOS;
    while (arrived.isEmpty()) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        worker = null;
        return false;
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        // Whoever interrupts this thread wants its end, and it has nothing to do.
        end = System.nanoTime();
      }
    }
    return true;
  }

  /** Takes new requests; false if there is nothing to do. */
  private synchronized boolean takeArrived() {
    while (!arrived.isEmpty()) {
      Submission submission = arrived.remove();
      submissions.put(submission.request(), submission);
      scheduler.add(submission.request());
    }
    return !scheduler.isIdle();
  }

  private void progress(RequestRun request) {
    Submission submission = submissions.get(request);
    if (submission != null) {
      if (!request.isLive()) {
        // Before its caller goes on, who may send the next one.
        submissions.remove(request);
        noteFinished();
      }
      submission.update();
    }
  }

  private synchronized void noteFinished() {
    unfinished--;
    notifyAll();
  }
}
