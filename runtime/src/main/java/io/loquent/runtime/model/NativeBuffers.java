package io.loquent.runtime.model;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * A pool of direct buffers. Thread-safe.
 *
 * <p>Direct memory is only given back when the garbage collector finds the buffer, which may be
 * long after a request has ended; reusing buffers keeps the resident size flat. Capacities are
 * rounded up in steps of a quarter of a power of two, so that requests of similar length share
 * them.
 */
final class NativeBuffers {

  private static final int SMALLEST = 4096;

  private final long mostIdleBytes;
  private final Map<Integer, ArrayDeque<ByteBuffer>> idle = new HashMap<>();
  private long idleBytes;
  private int lent;

  NativeBuffers(long mostIdleBytes) {
    this.mostIdleBytes = mostIdleBytes;
  }

  /** Lends a buffer with at least this many bytes; position 0, limit the capacity. */
  synchronized ByteBuffer take(long bytes) {
    int capacity = roundUp(bytes);
    ArrayDeque<ByteBuffer> sameSize = idle.get(capacity);
    ByteBuffer buffer = sameSize == null ? null : sameSize.poll();
    if (buffer == null) {
      buffer = ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
    } else {
      idleBytes -= capacity;
    }
    lent++;
    ((Buffer) buffer).clear();
    return buffer;
  }

  /** Takes a buffer back. */
  synchronized void giveBack(ByteBuffer buffer) {
    lent--;
    if (idleBytes + buffer.capacity() <= mostIdleBytes) {
      idleBytes += buffer.capacity();
      idle.computeIfAbsent(buffer.capacity(), size -> new ArrayDeque<>()).push(buffer);
    }
  }

  /** How many buffers are out. */
  synchronized int lent() {
    return lent;
  }

  private static int roundUp(long bytes) {
    if (bytes > Integer.MAX_VALUE - SMALLEST) {
      throw new OutOfMemoryError(
          "one tensor of " + bytes + " bytes is more than a Java buffer holds; use fewer rows");
    }
    long step = Math.max(SMALLEST, Long.highestOneBit(Math.max(1, bytes)) / 4);
    return (int) Math.min(Integer.MAX_VALUE - 8, (bytes + step - 1) / step * step);
  }
}
