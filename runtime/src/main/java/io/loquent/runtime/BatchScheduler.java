package io.loquent.runtime;

import io.loquent.FinishReason;
import io.loquent.InferenceException;
import io.loquent.ModelConfig;
import io.loquent.runtime.model.LoadedModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Continuous batching (iteration-level scheduling: Yu et al., Orca, OSDI 2022): requests join the
 * running batch as soon as there is room and leave it when they are finished, each at its own step.
 * Confined to one thread at a time.
 *
 * <p>Each round runs one part of one prompt and then one step of everything that is generating, so
 * that neither a long prompt nor a long answer holds up the others. A prompt runs in a batch of its
 * own, or with others of the same kind if they are short; its rows then join those that are
 * generating. Where a graph cannot tell padding from text, rows of unequal length cannot share
 * runs: then there are several batches, which take turns.
 */
final class BatchScheduler implements AutoCloseable {

  private final LoadedModel model;
  private final Deadlines deadlines;
  private final int mostRequests;
  private final int prefillChunkTokens;
  private final Consumer<RequestRun> progress;

  private final Deque<RequestRun> waiting = new ArrayDeque<>();
  private final Deque<BatchRun> starting = new ArrayDeque<>();
  private final List<BatchRun> running = new ArrayList<>();

  /**
   * Creates a scheduler without requests.
   *
   * @param config how many requests run at once, and how many tokens of prompts between two steps
   *     of the others
   * @param progress is told of every request that has new tokens, or has come to its end
   */
  BatchScheduler(
      LoadedModel model, ModelConfig config, Deadlines deadlines, Consumer<RequestRun> progress) {
    this.model = model;
    this.deadlines = deadlines;
    mostRequests = config.batchSize();
    prefillChunkTokens = config.prefillChunkTokens();
    this.progress = progress;
  }

  /** Adds a request behind those that are waiting. */
  void add(RequestRun request) {
    waiting.add(request);
  }

  /** Whether there is nothing left to do. */
  boolean isIdle() {
    return waiting.isEmpty() && starting.isEmpty() && running.isEmpty();
  }

  /** Runs one round. */
  void advance() {
    endWaiting();
    admit();
    prefill();
    // Over a copy: a batch that comes to its end is removed.
    for (BatchRun batch : new ArrayList<>(running)) {
      step(batch);
    }
  }

  /** Ends those that are cancelled or out of time before they began. */
  private void endWaiting() {
    for (Iterator<RequestRun> requests = waiting.iterator(); requests.hasNext(); ) {
      RequestRun request = requests.next();
      FinishReason reason = request.stopReason();
      if (reason != null) {
        requests.remove();
        request.stop(reason);
        progress.accept(request);
      }
    }
  }

  private void admit() {
    int room = mostRequests;
    for (BatchRun batch : starting) {
      room -= batch.requests().size();
    }
    for (BatchRun batch : running) {
      room -= batch.requests().size();
    }
    while (room > 0 && !waiting.isEmpty()) {
      List<RequestRun> group = nextGroup(room);
      room -= group.size();
      begin(group);
    }
  }

  /** The next request, with others whose prompts can run in the same chunk. */
  private List<RequestRun> nextGroup(int room) {
    List<RequestRun> group = new ArrayList<>();
    RequestRun first = waiting.remove();
    group.add(first);
    int longest = first.promptLength();
    // Those that cannot join later must begin together, or they never share a run.
    int most = model.rowsJoinAtAnyLength() ? prefillChunkTokens : Integer.MAX_VALUE;
    for (Iterator<RequestRun> others = waiting.iterator();
        others.hasNext() && group.size() < room; ) {
      RequestRun other = others.next();
      int width = Math.max(longest, other.promptLength());
      if (other.batchKey.equals(first.batchKey) && width * (group.size() + 1L) <= most) {
        others.remove();
        group.add(other);
        longest = width;
      }
    }
    return group;
  }

  private void begin(List<RequestRun> group) {
    try {
      starting.add(new BatchRun(model, group, deadlines));
    } catch (RuntimeException | Error e) {
      group.forEach(request -> request.abort(e));
      group.forEach(progress);
    }
  }

  /** Runs the next part of the prompts that have waited longest. */
  private void prefill() {
    BatchRun batch = starting.poll();
    if (batch == null) {
      return;
    }
    try {
      batch.prefill(prefillChunkTokens);
    } catch (InferenceException e) {
      beginAgainWithoutLongest(batch, e);
      return;
    } catch (RuntimeException | Error e) {
      batch.requests().forEach(request -> request.abort(e));
    }
    if (!batch.anyLive()) {
      end(batch);
    } else if (!batch.isPrefilled()) {
      starting.add(batch);
    } else {
      List<RequestRun> begun = batch.takeFinished();
      begun.addAll(batch.requests());
      if (joinsRunning(batch)) {
        batch.close();
      } else {
        running.add(batch);
      }
      begun.forEach(progress);
    }
  }

  /** Most likely memory: the request that takes most of it fails, and the others try without it. */
  private void beginAgainWithoutLongest(BatchRun batch, InferenceException reason) {
    longest(batch).abort(reason);
    List<RequestRun> failed = batch.takeFinished();
    List<RequestRun> others = new ArrayList<>(batch.requests());
    batch.close();
    failed.forEach(progress);
    if (!others.isEmpty()) {
      begin(others);
    }
  }

  private boolean joinsRunning(BatchRun batch) {
    for (BatchRun other : running) {
      try {
        if (other.absorb(batch)) {
          return true;
        }
      } catch (InferenceException e) {
        // No memory to bring their rows together, which a batch of its own does not need.
        return false;
      }
    }
    return false;
  }

  private void step(BatchRun batch) {
    try {
      batch.step();
    } catch (InferenceException e) {
      longest(batch).abort(e);
    } catch (RuntimeException | Error e) {
      batch.requests().forEach(request -> request.abort(e));
    }
    if (!batch.anyLive()) {
      running.remove(batch);
      end(batch);
    } else {
      List<RequestRun> changed = batch.takeFinished();
      changed.addAll(batch.requests());
      changed.forEach(progress);
    }
  }

  private static RequestRun longest(BatchRun batch) {
    return Collections.max(batch.requests(), Comparator.comparingInt(RequestRun::length));
  }

  /** Frees a batch before anyone is told that its requests are finished. */
  private void end(BatchRun batch) {
    List<RequestRun> finished = batch.takeFinished();
    batch.close();
    finished.forEach(progress);
  }

  /** Ends every request with what it has, and frees everything. */
  @Override
  public void close() {
    waiting.forEach(request -> request.stop(FinishReason.CANCELLED));
    waiting.forEach(progress);
    waiting.clear();
    List<BatchRun> batches = new ArrayList<>(starting);
    batches.addAll(running);
    starting.clear();
    running.clear();
    for (BatchRun batch : batches) {
      batch.cancelAll();
      end(batch);
    }
  }
}
