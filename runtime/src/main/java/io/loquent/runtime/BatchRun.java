package io.loquent.runtime;

import io.loquent.Cancellation;
import io.loquent.FinishReason;
import io.loquent.GenerationResult;
import io.loquent.Option;
import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.RunInterruptedException;
import io.loquent.decoding.Search;
import io.loquent.decoding.search.Searches;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.OpenOptions;
import io.loquent.runtime.model.PromptRow;
import io.loquent.runtime.model.RunControl;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Requests that share the runs of a model. Confined to one thread at a time.
 *
 * <p>A graph that is running is interrupted when the last of its requests is cancelled or out of
 * time; until then the others go on.
 */
final class BatchRun implements AutoCloseable {

  private final LoadedModel model;
  private final List<RequestRun> requests;
  private final OpenOptions openOptions;
  private final RunControl control = new RunControl();
  private final List<Cancellation.Registration> registrations = new ArrayList<>();
  private @Nullable DecodingLoop loop;

  BatchRun(LoadedModel model, List<RequestRun> requests, Deadlines deadlines) {
    this.model = model;
    this.requests = List.copyOf(requests);
    boolean useCache = requests.get(0).options.get(Option.USE_CACHE).orElse(true);
    boolean hiddenStates = Searches.needsHiddenStates(requests.get(0).options);
    int expectedTokens = requests.stream().mapToInt(request -> request.maxLength).max().orElse(0);
    openOptions = new OpenOptions(hiddenStates, useCache, hiddenStates, expectedTokens);
    try {
      requests.forEach(request -> watch(request, deadlines));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void watch(RequestRun request, Deadlines deadlines) {
    registrations.add(request.request.cancellation().onCancel(this::interruptIfIdle));
    long remaining = request.remainingNanos();
    if (remaining < Long.MAX_VALUE) {
      registrations.add(deadlines.after(remaining, this::interruptIfIdle));
    }
  }

  /** Interrupts the graph if nobody waits for it any more. Thread-safe. */
  private void interruptIfIdle() {
    for (RequestRun request : requests) {
      if (request.isLive() && request.stopReason() == null) {
        return;
      }
    }
    control.terminate();
  }

  /**
   * Runs the model once and lets every request choose.
   *
   * @return false if all requests are finished
   */
  boolean step() {
    stopThoseDue();
    if (!anyLive()) {
      return false;
    }
    try {
      loop().step();
    } catch (RunInterruptedException e) {
      stopAll();
      return false;
    }
    for (RequestRun request : requests) {
      if (request.isLive()) {
        request.afterStep();
      }
    }
    return anyLive();
  }

  private DecodingLoop loop() {
    if (loop == null) {
      List<PromptRow> rows = new ArrayList<>();
      requests.forEach(request -> rows.addAll(request.rows));
      List<Search> searches =
          requests.stream().map(request -> request.search).collect(Collectors.toList());
      DecodingState state = model.open(rows, openOptions, control);
      try {
        loop = new DecodingLoop(state, searches);
      } catch (RuntimeException | Error e) {
        state.close();
        throw e;
      }
    }
    return loop;
  }

  private boolean anyLive() {
    return requests.stream().anyMatch(RequestRun::isLive);
  }

  private void stopThoseDue() {
    for (RequestRun request : requests) {
      FinishReason reason = request.isLive() ? request.stopReason() : null;
      if (reason != null) {
        request.stop(reason);
      }
    }
  }

  private void stopAll() {
    for (RequestRun request : requests) {
      FinishReason reason = request.stopReason();
      request.stop(reason == null ? FinishReason.CANCELLED : reason);
    }
  }

  /** Stops a graph that is running. Thread-safe. */
  void interrupt() {
    control.terminate();
  }

  /** Ends every request with what it has, because its stream was closed. */
  void cancelAll() {
    requests.forEach(request -> request.stop(FinishReason.CANCELLED));
  }

  /** The results, in the order of the requests. */
  List<GenerationResult> results() {
    List<GenerationResult> results = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      results.add(requests.get(i).result(loop == null ? 0 : loop.runs(i)));
    }
    return results;
  }

  @Override
  public void close() {
    registrations.forEach(Cancellation.Registration::close);
    registrations.clear();
    if (loop != null) {
      loop.close();
    }
    control.close();
  }
}
