package io.loquent.samples.benchmarks.engines;

import io.loquent.GenerationRequest;
import io.loquent.Generator;
import java.util.ArrayList;
import java.util.List;

/** The tokens of one request, and when each arrived. */
final class TimedTokens {

  private final List<Integer> ids = new ArrayList<>();
  private final List<Long> nanos = new ArrayList<>();

  /** Runs the request to its end. */
  TimedTokens(Generator generator, GenerationRequest request) {
    generator.generate(
        request,
        token -> {
          ids.add(token.id());
          nanos.add(System.nanoTime());
        });
  }

  List<Integer> ids() {
    return ids;
  }

  long first() {
    return nanos.get(0);
  }

  long last() {
    return nanos.get(nanos.size() - 1);
  }

  /** How many tokens arrived after one time, up to another. */
  long between(long from, long to) {
    return nanos.stream().filter(time -> time > from && time <= to).count();
  }
}
