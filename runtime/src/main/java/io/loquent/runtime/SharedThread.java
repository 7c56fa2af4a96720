package io.loquent.runtime;

import io.loquent.CanvasListener;
import io.loquent.GenerationListener;
import io.loquent.GenerationResult;
import io.loquent.Token;
import io.loquent.TokenStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Generates in a batch that is shared with the calls of other threads. Thread-safe. */
final class SharedThread implements RequestRunner {

  private final SharedBatch batch;
  private final Lifetime lifetime;

  SharedThread(SharedBatch batch, Lifetime lifetime) {
    this.batch = batch;
    this.lifetime = lifetime;
  }

  @Override
  public GenerationResult run(RequestRun request, GenerationListener listener) {
    Submission submission = batch.submit(request);
    try {
      for (Token token = submission.take(); token != null; token = submission.take()) {
        listener.onToken(token);
      }
      if (listener instanceof CanvasListener canvases) {
        request.canvas().ifPresent(canvases::onCanvas);
      }
    } catch (RuntimeException | Error e) {
      submission.cancel();
      throw e;
    }
    return submission.result();
  }

  @Override
  public Map<RequestRun, GenerationResult> runAll(List<RequestRun> requests) {
    Map<RequestRun, GenerationResult> results = new HashMap<>();
    List<Submission> submissions = new ArrayList<>();
    try {
      for (RequestRun request : requests) {
        submissions.add(batch.submitWhenRoom(request));
      }
      for (Submission submission : submissions) {
        results.put(submission.request(), submission.result());
      }
    } catch (RuntimeException | Error e) {
      submissions.forEach(submission -> submission.request().cancel());
      submissions.forEach(Submission::cancel);
      throw e;
    }
    return results;
  }

  @Override
  public TokenStream stream(RequestRun request) {
    return new SharedStream(lifetime, batch.submit(request));
  }
}
