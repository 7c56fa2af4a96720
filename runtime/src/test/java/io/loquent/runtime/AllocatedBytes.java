package io.loquent.runtime;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Counts what the current thread takes from the Java heap. */
public final class AllocatedBytes {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private AllocatedBytes() {}

  /** Bytes that the current thread has ever taken. */
  public static long now() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
