package io.loquent.samples.benchmarks.worker;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Takes the times and sizes of one call. {@link #start}, {@link #firstToken} and {@link #stop} may
 * come from different threads, one after the other.
 */
public final class Meter {

  private static final double NANOS_PER_MILLI = 1e6;
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private long startNanos;
  private volatile long firstNanos;
  private volatile long firstCpu;
  private volatile long firstBytes;

  /** Creates a meter for one call. */
  public Meter() {}

  /** Takes the time of the call. */
  public void start() {
    startNanos = System.nanoTime();
    firstNanos = -1;
  }

  /** Takes time and sizes at the first token; at later ones it does nothing. */
  public void firstToken() {
    if (firstNanos < 0) {
      firstCpu = PROCESS.getProcessCpuTime();
      firstBytes = allocated();
      firstNanos = System.nanoTime();
    }
  }

  /**
   * Takes time and sizes at the end.
   *
   * @param tokens tokens that were generated, of all rows
   * @return what it cost
   */
  public Measurement stop(int tokens) {
    long endNanos = System.nanoTime();
    firstToken();
    return new Measurement(
        tokens,
        (firstNanos - startNanos) / NANOS_PER_MILLI,
        (endNanos - startNanos) / NANOS_PER_MILLI,
        (PROCESS.getProcessCpuTime() - firstCpu) / NANOS_PER_MILLI,
        allocated() - firstBytes,
        residentBytes());
  }

  /**
   * Returns what all live threads have allocated on the Java heap.
   *
   * @return bytes since the threads began
   */
  private static long allocated() {
    long sum = 0;
    for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
      sum += Math.max(0, bytes);
    }
    return sum;
  }

  /**
   * Returns the memory that the process really takes.
   *
   * @return bytes, or NaN where the system has no {@code /proc}
   */
  private static double residentBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024.0;
        }
      }
    } catch (IOException e) {
      // Not on Linux.
    }
    return Double.NaN;
  }
}
