package io.loquent.samples.benchmarks.run;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures how fast this machine reads memory from Java: threads scan equal parts of a direct
 * buffer much larger than the caches, and load one number of each 64-byte line, which brings the
 * whole line in. The best of a few passes counts: the limit is what the memory can do, not what a
 * busy machine let it do once.
 */
public final class Bandwidth {

  private static final int BYTES = 512 << 20;
  private static final int LONGS_PER_LINE = 8;
  private static final int PASSES = 5;

  private final LongBuffer memory;

  /** Takes the memory that is read. */
  public Bandwidth() {
    memory = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder()).asLongBuffer();
    // A page that nobody wrote is backed by one shared page of zeros, which stays in the cache.
    for (int i = 0; i < memory.limit(); i += LONGS_PER_LINE) {
      memory.put(i, i);
    }
  }

  /**
   * Reads the memory a few times.
   *
   * @param threads how many read at the same time
   * @return bytes per second of the best pass
   */
  public double measure(int threads) {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      double best = 0;
      for (int pass = 0; pass < PASSES; pass++) {
        best = Math.max(best, pass(executor, threads));
      }
      return best;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while memory was read", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      executor.shutdown();
    }
  }

  private double pass(ExecutorService executor, int threads)
      throws InterruptedException, ExecutionException {
    List<Callable<Long>> parts = new ArrayList<>();
    int length = memory.limit() / threads;
    for (int thread = 0; thread < threads; thread++) {
      LongBuffer part = memory.slice(thread * length, length);
      parts.add(() -> read(part));
    }
    long start = System.nanoTime();
    long sum = 0;
    for (Future<Long> part : executor.invokeAll(parts)) {
      sum += part.get();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    if (sum == 1) {
      // Keeps the compiler from leaving the loads out.
      throw new IllegalStateException("impossible sum");
    }
    return (double) length * threads * Long.BYTES / seconds;
  }

  private static long read(LongBuffer part) {
    long first = 0;
    long second = 0;
    long third = 0;
    long fourth = 0;
    int step = 4 * LONGS_PER_LINE;
    for (int i = 0; i + step <= part.limit(); i += step) {
      first += part.get(i);
      second += part.get(i + LONGS_PER_LINE);
      third += part.get(i + 2 * LONGS_PER_LINE);
      fourth += part.get(i + 3 * LONGS_PER_LINE);
    }
    return first + second + third + fourth;
  }
}
