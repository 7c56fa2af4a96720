package io.loquent.runtime;

import io.loquent.CanvasListener;
import io.loquent.GenerationListener;
import io.loquent.GenerationResult;
import io.loquent.ModelConfig;
import io.loquent.TokenStream;
import io.loquent.runtime.model.LoadedModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Generates on the calling thread. Thread-safe: calls do not know of each other. */
final class CallingThread implements RequestRunner {

  private final LoadedModel model;
  private final Deadlines deadlines;
  private final Lifetime lifetime;
  private final ModelConfig config;

  CallingThread(LoadedModel model, ModelConfig config, Deadlines deadlines, Lifetime lifetime) {
    this.model = model;
    this.config = config;
    this.deadlines = deadlines;
    this.lifetime = lifetime;
  }

  @Override
  public GenerationResult run(RequestRun request, GenerationListener listener) {
    try (BatchRun batch = batch(request)) {
      boolean running = true;
      while (running) {
        running = batch.step();
        if (listener instanceof CanvasListener canvases) {
          request.canvas().ifPresent(canvases::onCanvas);
        }
        while (request.hasNext()) {
          listener.onToken(request.next());
        }
      }
      return request.result();
    }
  }

  @Override
  public Map<RequestRun, GenerationResult> runAll(List<RequestRun> requests) {
    Map<RequestRun, GenerationResult> results = new HashMap<>();
    List<RequestRun> failed = new ArrayList<>();
    try (BatchScheduler scheduler =
        new BatchScheduler(
            model,
            config,
            deadlines,
            request -> {
              if (request.failure() != null) {
                failed.add(request);
              } else if (!request.isLive()) {
                results.put(request, request.result());
              }
            })) {
      requests.forEach(scheduler::add);
      while (!scheduler.isIdle() && failed.isEmpty()) {
        scheduler.advance();
      }
    }
    failed.forEach(RequestRun::result);
    return results;
  }

  @Override
  public TokenStream stream(RequestRun request) {
    return new RequestStream(lifetime, request, batch(request));
  }

  private BatchRun batch(RequestRun request) {
    return new BatchRun(model, List.of(request), deadlines);
  }
}
