package io.loquent.samples.benchmarks.engines;

import io.loquent.GenerationRequest;
import io.loquent.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Requests that are made at the same time, each on a thread of its own. What counts is the time in
 * which all of them generate: from the last one's first token to the first one's last.
 */
public final class ConcurrentRequests {

  private final long start;
  private final List<Arrivals> streams;
  private final long from;
  private final long to;

  private ConcurrentRequests(long start, List<Arrivals> streams) {
    this.start = start;
    this.streams = streams;
    from = streams.stream().mapToLong(Arrivals::first).max().orElseThrow();
    // Requests so short that one has ended before another has begun leave no time in between.
    to = Math.max(from, streams.stream().mapToLong(Arrivals::last).min().orElseThrow());
  }

  /**
   * Makes requests and waits for all of them.
   *
   * @param generator what they are made of
   * @param requests one or more
   * @return what came of them
   * @throws ExecutionException if a request fails
   * @throws InterruptedException if the thread is interrupted
   */
  public static ConcurrentRequests run(Generator generator, List<GenerationRequest> requests)
      throws ExecutionException, InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(requests.size());
    try {
      List<Callable<Arrivals>> calls = new ArrayList<>();
      requests.forEach(request -> calls.add(() -> new Arrivals(generator, request)));
      long start = System.nanoTime();
      List<Arrivals> streams = new ArrayList<>();
      for (Future<Arrivals> future : threads.invokeAll(calls)) {
        streams.add(future.get());
      }
      return new ConcurrentRequests(start, streams);
    } finally {
      threads.shutdown();
    }
  }

  /**
   * Counts the requests whose tokens are not the expected ones.
   *
   * @param expected token ids of each request
   * @return how many differ
   */
  public int different(List<List<Integer>> expected) {
    int different = 0;
    for (int i = 0; i < expected.size(); i++) {
      different += streams.get(i).ids.equals(expected.get(i)) ? 0 : 1;
    }
    return different;
  }

  /** Returns the time until all had their first token. */
  double firstMillis() {
    return (from - start) / 1e6;
  }

  /** Returns the time until one had its last token. */
  double totalMillis() {
    return (to - start) / 1e6;
  }

  /** Returns how many tokens arrived between these times. */
  int tokens() {
    return (int) streams.stream().mapToLong(stream -> stream.between(from, to)).sum();
  }

  /**
   * Returns the speed of all together while all generate.
   *
   * @return tokens per second; NaN if one had ended before another began
   */
  public double tokensPerSecond() {
    return tokens() / ((totalMillis() - firstMillis()) / 1000);
  }

  /** The tokens of one request, and when each arrived. */
  private static final class Arrivals {

    private final List<Integer> ids = new ArrayList<>();
    private final List<Long> nanos = new ArrayList<>();

    Arrivals(Generator generator, GenerationRequest request) {
      generator.generate(
          request,
          token -> {
            ids.add(token.id());
            nanos.add(System.nanoTime());
          });
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
}
