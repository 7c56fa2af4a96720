package io.loquent.runtime;

import io.loquent.GenerationListener;
import io.loquent.GenerationResult;
import io.loquent.TokenStream;
import java.util.List;
import java.util.Map;

/** Where requests are generated: on the calling thread, or together with those of other threads. */
interface RequestRunner {

  /** Runs a request to its end. */
  GenerationResult run(RequestRun request, GenerationListener listener);

  /**
   * Runs requests to their end, in the order in which they are to begin.
   *
   * @return the results by request; throws what the first one failed with
   */
  Map<RequestRun, GenerationResult> runAll(List<RequestRun> requests);

  /** Begins a stream. */
  TokenStream stream(RequestRun request);
}
