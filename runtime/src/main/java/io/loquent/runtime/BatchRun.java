package io.loquent.runtime;

import io.loquent.Cancellation;
import io.loquent.DiffusionCache;
import io.loquent.FinishReason;
import io.loquent.Option;
import io.loquent.decoding.BatchLoop;
import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.Generation;
import io.loquent.decoding.RunInterruptedException;
import io.loquent.decoding.Search;
import io.loquent.decoding.parallel.ParallelLoop;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelState;
import io.loquent.decoding.search.Searches;
import io.loquent.runtime.model.KeptCache;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.OpenOptions;
import io.loquent.runtime.model.PromptRow;
import io.loquent.runtime.model.RunControl;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
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
  private final Deadlines deadlines;
  private final List<RequestRun> requests;
  private final OpenOptions openOptions;
  private final RunControl control = new RunControl();
  private final Map<RequestRun, List<Cancellation.Registration>> registrations = new HashMap<>();
  private @Nullable BatchLoop loop;

  /** What the loop of a step-by-step model runs over. */
  private @Nullable DecodingState state;

  /** The request that the state's rows are all of; null if it had others beside it. */
  private @Nullable RequestRun lone;

  private boolean prefilled;

  /** Whether a step broke off, so that nobody knows what the state remembers. */
  private boolean failed;

  /** Whether the next step only reads the sources, in the encoder or not at all. */
  private boolean encodesFirst;

  BatchRun(LoadedModel model, List<RequestRun> requests, Deadlines deadlines) {
    this.model = model;
    this.deadlines = deadlines;
    this.requests = new ArrayList<>(requests);
    encodesFirst = model.encodesWithoutDecoding();
    boolean useCache = requests.get(0).options.get(Option.USE_CACHE).orElse(true);
    boolean hiddenStates = Searches.needsHiddenStates(requests.get(0).options);
    int expectedTokens = requests.stream().mapToInt(request -> request.maxLength).max().orElse(0);
    openOptions = new OpenOptions(hiddenStates, useCache, hiddenStates, expectedTokens);
    try {
      requests.forEach(this::watch);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void watch(RequestRun request) {
    List<Cancellation.Registration> watches = new ArrayList<>();
    registrations.put(request, watches);
    request.onCancel(this::interruptIfIdle);
    watches.add(request.request.cancellation().onCancel(this::interruptIfIdle));
    long remaining = request.remainingNanos();
    if (remaining < Long.MAX_VALUE) {
      watches.add(deadlines.after(remaining, this::interruptIfIdle));
    }
  }

  private void unwatch(RequestRun request) {
    List<Cancellation.Registration> watches = registrations.remove(request);
    if (watches != null) {
      watches.forEach(Cancellation.Registration::close);
    }
  }

  /** Interrupts the graph if nobody waits for it any more. Thread-safe. */
  private void interruptIfIdle() {
    synchronized (requests) {
      for (RequestRun request : requests) {
        if (request.isLive() && request.stopReason() == null) {
          return;
        }
      }
      interrupt();
    }
  }

  /**
   * Runs the model once and lets every request choose.
   *
   * @return false if all requests are finished
   */
  boolean step() {
    return run(
        () -> {
          loop().step();
          return true;
        });
  }

  /**
   * Runs the model over the next part of the prompts. Once they are through, the requests have
   * their first tokens.
   *
   * @param mostPositions how many tokens of each prompt
   * @return false if all requests are finished
   */
  boolean prefill(int mostPositions) {
    return run(
        () -> {
          prefilled = loop().prefill(mostPositions);
          return prefilled;
        });
  }

  boolean isPrefilled() {
    return prefilled;
  }

  /** Runs a part of the loop; it says whether the requests have chosen. */
  private boolean run(BooleanSupplier part) {
    stopThoseDue();
    if (!anyLive()) {
      return false;
    }
    try {
      if (part.getAsBoolean()) {
        noteStep();
      }
    } catch (RunInterruptedException e) {
      stopAll();
    } catch (RuntimeException | Error e) {
      failed = true;
      throw e;
    }
    return anyLive();
  }

  private void noteStep() {
    boolean decoded = !encodesFirst;
    encodesFirst = false;
    for (RequestRun request : requests) {
      if (request.isLive()) {
        request.afterStep(decoded);
      }
    }
  }

  private BatchLoop loop() {
    if (loop == null) {
      List<PromptRow> rows = new ArrayList<>();
      requests.forEach(request -> rows.addAll(request.rows));
      loop = model.parallel().isPresent() ? parallelLoop(rows) : decodingLoop(rows);
    }
    return loop;
  }

  private BatchLoop decodingLoop(List<PromptRow> rows) {
    DecodingState opened = open(rows);
    try {
      state = opened;
      return new DecodingLoop(opened, searches(Search.class), this::fail);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /** A request by itself goes on with what is remembered of its prompt. */
  private DecodingState open(List<PromptRow> rows) {
    if (rows.size() > 1 || !openOptions.resumes()) {
      return model.open(rows, openOptions, control);
    }
    RequestRun request = requests.get(0);
    lone = request;
    Optional<KeptCache> kept = request.cache().take(rows.get(0).ids());
    if (!kept.isPresent()) {
      return model.open(rows, openOptions, control);
    }
    request.cached(kept.get().length());
    return model.resume(rows.get(0), openOptions, control, kept.get());
  }

  /** Leaves what a request by itself remembers. */
  private void keep() {
    DecodingState ended = state;
    RequestRun request = lone;
    if (ended != null && request != null && !failed && request.failure() == null) {
      request.cache().give(() -> model.keep(ended, request.remembered(ended.rows())));
    }
  }

  private BatchLoop parallelLoop(List<PromptRow> rows) {
    boolean keepsCache =
        requests.get(0).options.get(Option.DIFFUSION_CACHE).orElse(DiffusionCache.NONE)
            != DiffusionCache.NONE;
    ParallelState state = model.openParallel(rows, keepsCache, control);
    try {
      return new ParallelLoop(state, searches(ParallelSearch.class), this::fail);
    } catch (RuntimeException | Error e) {
      state.close();
      throw e;
    }
  }

  private <S extends Generation> List<S> searches(Class<S> kind) {
    return requests.stream().map(request -> kind.cast(request.search)).collect(Collectors.toList());
  }

  private void fail(Generation search, Throwable failure) {
    for (RequestRun request : requests) {
      if (request.search == search) {
        request.fail(failure);
      }
    }
  }

  /**
   * Takes over the requests of another batch, whose prompts are through. The other one is only to
   * be closed then.
   *
   * @return false if they cannot share runs; nothing has changed then
   */
  boolean absorb(BatchRun other) {
    BatchLoop joining = other.loop;
    // Whoever interrupts this batch must see all of its requests.
    synchronized (requests) {
      if (loop == null || joining == null || control.isTerminated() || !loop.absorb(joining)) {
        return false;
      }
      requests.addAll(other.requests);
      lone = null;
    }
    for (RequestRun request : other.requests) {
      other.unwatch(request);
      watch(request);
    }
    return true;
  }

  /** Forgets the requests that are finished, and returns them. */
  List<RequestRun> takeFinished() {
    List<RequestRun> finished = new ArrayList<>();
    synchronized (requests) {
      requests.removeIf(request -> !request.isLive() && finished.add(request));
    }
    finished.forEach(this::unwatch);
    finished.forEach(RequestRun::free);
    return finished;
  }

  /** The requests that take part, in no particular order. */
  List<RequestRun> requests() {
    return Collections.unmodifiableList(requests);
  }

  boolean anyLive() {
    for (RequestRun request : requests) {
      if (request.isLive()) {
        return true;
      }
    }
    return false;
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
    synchronized (requests) {
      requests.forEach(RequestRun::interrupt);
    }
  }

  /** Ends every request with what it has, because its stream was closed. */
  void cancelAll() {
    requests.forEach(request -> request.stop(FinishReason.CANCELLED));
  }

  @Override
  public void close() {
    for (RequestRun request : new ArrayList<>(registrations.keySet())) {
      unwatch(request);
      request.free();
    }
    try {
      keep();
    } finally {
      if (loop != null) {
        loop.close();
      }
      control.close();
    }
  }
}
