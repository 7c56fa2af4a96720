package io.loquent.runtime.model;

import io.loquent.InferenceException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

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
  private final long mostBytes;
  private final IntFunction<ByteBuffer> memory;
  private final Map<Integer, ArrayDeque<ByteBuffer>> idle = new HashMap<>();
  private long idleBytes;
  private long lentBytes;
  private volatile BooleanSupplier relief = () -> false;

  /** By identity: a buffer that came back twice would be lent to two requests at once. */
  private final Set<ByteBuffer> lent = Collections.newSetFromMap(new IdentityHashMap<>());

  NativeBuffers(long mostIdleBytes) {
    this(mostIdleBytes, Long.MAX_VALUE);
  }

  /** Creates a pool that never holds more than a number of bytes, lent or idle. */
  NativeBuffers(long mostIdleBytes, long mostBytes) {
    this(Math.min(mostIdleBytes, mostBytes), mostBytes, ByteBuffer::allocateDirect);
  }

  /** Creates a pool over another source of memory, which may fail with OutOfMemoryError. */
  NativeBuffers(long mostIdleBytes, long mostBytes, IntFunction<ByteBuffer> memory) {
    this.mostIdleBytes = mostIdleBytes;
    this.mostBytes = mostBytes;
    this.memory = memory;
  }

  /**
   * Sets who is asked for memory before there is none.
   *
   * @param giver gives some buffers back, if it can, and says whether it did; asked until there is
   *     enough, on the thread that needs it
   */
  void relieveBy(BooleanSupplier giver) {
    relief = giver;
  }

  /**
   * Lends a buffer with at least this many bytes; position 0, limit the capacity.
   *
   * @throws InferenceException if there is no such buffer; nothing is lent then
   */
  ByteBuffer take(long bytes) {
    int capacity = roundUp(bytes);
    while (true) {
      try {
        return lend(capacity);
      } catch (InferenceException e) {
        // Outside this lock, because whoever gives back has a lock under which it takes as well.
        if (!relief.getAsBoolean()) {
          throw e;
        }
      }
    }
  }

  private synchronized ByteBuffer lend(int capacity) {
    ArrayDeque<ByteBuffer> sameSize = idle.get(capacity);
    ByteBuffer buffer = sameSize == null ? null : sameSize.poll();
    if (buffer == null) {
      makeRoom(capacity);
      buffer = allocate(capacity).order(ByteOrder.nativeOrder());
    } else {
      idleBytes -= capacity;
    }
    lent.add(buffer);
    lentBytes += capacity;
    ((Buffer) buffer).clear();
    return buffer;
  }

  private void makeRoom(int capacity) {
    if (lentBytes + capacity > mostBytes) {
      throw new InferenceException(
          "the memory limit is reached: running requests hold "
              + lentBytes
              + " bytes of native memory, "
              + capacity
              + " more are needed, and memory_limit_mb allows "
              + mostBytes
              + "; use a shorter prompt, fewer rows or beams, or fewer requests at a time, or raise"
              + " the limit");
    }
    if (lentBytes + idleBytes + capacity > mostBytes) {
      idle.clear();
      idleBytes = 0;
    }
  }

  private ByteBuffer allocate(int capacity) {
    try {
      return memory.apply(capacity);
    } catch (OutOfMemoryError e) {
      // What lies idle counts against the limit, and now nothing refers to it any more.
      idle.clear();
      idleBytes = 0;
    }
    try {
      return memory.apply(capacity);
    } catch (OutOfMemoryError e) {
      throw new InferenceException(
          "no native memory for a tensor of "
              + capacity
              + " bytes ("
              + e.getMessage()
              + "); use a shorter prompt, fewer rows or beams, or fewer requests at a time, or raise"
              + " the JVM's limit -XX:MaxDirectMemorySize, which is -Xmx unless set",
          e);
    }
  }

  /**
   * Takes a buffer back.
   *
   * @throws IllegalStateException if it is not lent
   */
  synchronized void giveBack(ByteBuffer buffer) {
    if (!lent.remove(buffer)) {
      throw new IllegalStateException(
          "a buffer of " + buffer.capacity() + " bytes came back that is not lent");
    }
    lentBytes -= buffer.capacity();
    if (idleBytes + buffer.capacity() <= mostIdleBytes) {
      idleBytes += buffer.capacity();
      idle.computeIfAbsent(buffer.capacity(), size -> new ArrayDeque<>()).push(buffer);
    }
  }

  /** How many buffers are out. */
  synchronized int lent() {
    return lent.size();
  }

  private static int roundUp(long bytes) {
    if (bytes > Integer.MAX_VALUE - SMALLEST) {
      throw new InferenceException(
          "one tensor would have "
              + bytes
              + " bytes, and a Java buffer holds at most "
              + (Integer.MAX_VALUE - SMALLEST)
              + "; use a shorter prompt, or fewer rows or beams");
    }
    long step = Math.max(SMALLEST, Long.highestOneBit(Math.max(1, bytes)) / 4);
    return (int) Math.min(Integer.MAX_VALUE - 8, (bytes + step - 1) / step * step);
  }
}
