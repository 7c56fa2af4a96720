package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.InferenceException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class NativeBuffersTest {

  @Test
  void lends_no_more_than_the_limit_and_says_so() {
    NativeBuffers buffers = new NativeBuffers(1 << 20, 20_000);
    ByteBuffer first = buffers.take(8_000);
    assertThatThrownBy(() -> buffers.take(16_000))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("hold 8192 bytes")
        .hasMessageContaining("memory_limit_mb allows 20000");
    assertThat(buffers.lent()).isEqualTo(1);
    buffers.giveBack(first);
    buffers.giveBack(buffers.take(16_000));
    assertThat(buffers.lent()).isZero();
  }

  @Test
  void lends_the_same_buffer_again_for_a_similar_size() {
    NativeBuffers buffers = new NativeBuffers(1 << 20);
    ByteBuffer first = buffers.take(9_000);
    buffers.giveBack(first);
    assertThat(buffers.take(10_000)).isSameAs(first);
    assertThat(buffers.lent()).isEqualTo(1);
  }

  @Test
  void never_lends_a_buffer_twice_at_once() {
    NativeBuffers buffers = new NativeBuffers(1 << 20);
    ByteBuffer first = buffers.take(100);
    assertThat(buffers.take(100)).isNotSameAs(first);
    assertThat(buffers.lent()).isEqualTo(2);
  }

  @Test
  void a_lent_buffer_has_room_and_shows_all_of_it() {
    NativeBuffers buffers = new NativeBuffers(1 << 20);
    for (int bytes : new int[] {0, 1, 4095, 4096, 4097, 100_000, 123_456}) {
      ByteBuffer buffer = buffers.take(bytes);
      buffer.position(Math.min(3, buffer.capacity()));
      assertThat(buffer.capacity()).isBetween(bytes, bytes + Math.max(4096, bytes / 3));
      buffers.giveBack(buffer);
      ByteBuffer again = buffers.take(bytes);
      assertThat(again.position()).isZero();
      assertThat(again.limit()).isEqualTo(again.capacity());
      buffers.giveBack(again);
    }
  }

  @Test
  void keeps_no_more_idle_bytes_than_allowed() {
    NativeBuffers buffers = new NativeBuffers(10_000);
    ByteBuffer kept = buffers.take(8_192);
    ByteBuffer dropped = buffers.take(8_192);
    buffers.giveBack(kept);
    buffers.giveBack(dropped);
    assertThat(buffers.take(8_192)).isSameAs(kept);
    assertThat(buffers.take(8_192)).isNotSameAs(dropped);
  }

  @Test
  void refuses_a_buffer_that_comes_back_twice() {
    NativeBuffers buffers = new NativeBuffers(1 << 20);
    ByteBuffer buffer = buffers.take(1);
    buffers.giveBack(buffer);
    assertThatThrownBy(() -> buffers.giveBack(buffer)).isInstanceOf(IllegalStateException.class);
    assertThat(buffers.take(1)).isSameAs(buffer);
    assertThat(buffers.take(1)).isNotSameAs(buffer);
  }

  @Test
  void says_what_to_do_where_a_tensor_is_larger_than_a_buffer_can_be() {
    NativeBuffers buffers = new NativeBuffers(1 << 20);
    assertThatThrownBy(() -> buffers.take(3L << 30))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("3221225472 bytes")
        .hasMessageContaining("at most 2147479551")
        .hasMessageContaining("fewer rows");
    assertThat(buffers.lent()).isZero();
  }

  @Test
  void says_what_to_do_where_the_jvm_gives_no_more_direct_memory() {
    NativeBuffers buffers =
        new NativeBuffers(
            1 << 20,
            Long.MAX_VALUE,
            bytes -> {
              throw new OutOfMemoryError("Cannot reserve direct buffer memory");
            });
    assertThatThrownBy(() -> buffers.take(5_000))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("8192 bytes (Cannot reserve direct buffer memory)")
        .hasMessageContaining("-XX:MaxDirectMemorySize");
    assertThat(buffers.lent()).isZero();
  }

  @Test
  void lets_go_of_idle_buffers_before_it_gives_up() {
    List<Integer> asked = new ArrayList<>();
    NativeBuffers buffers =
        new NativeBuffers(
            1 << 20,
            Long.MAX_VALUE,
            bytes -> {
              asked.add(bytes);
              if (asked.size() == 2) {
                throw new OutOfMemoryError("full");
              }
              return ByteBuffer.allocateDirect(bytes);
            });
    ByteBuffer idle = buffers.take(4_096);
    buffers.giveBack(idle);
    buffers.giveBack(buffers.take(8_192));
    assertThat(asked).containsExactly(4_096, 8_192, 8_192);
    assertThat(buffers.take(4_096)).isNotSameAs(idle);
  }

  @Test
  @Timeout(30)
  void asks_for_memory_outside_its_lock_until_there_is_enough() {
    NativeBuffers buffers = new NativeBuffers(1 << 20, 20_000);
    List<ByteBuffer> kept = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      kept.add(buffers.take(4_096));
    }
    // On another thread, which must not wait for the one that asks.
    buffers.relieveBy(
        () ->
            !kept.isEmpty()
                && CompletableFuture.supplyAsync(
                        () -> {
                          buffers.giveBack(kept.remove(0));
                          return true;
                        })
                    .join());
    ByteBuffer taken = buffers.take(10_000);
    assertThat(kept).hasSize(1);
    assertThat(buffers.lent()).isEqualTo(2);
    buffers.giveBack(taken);
    assertThatThrownBy(() -> buffers.take(24_000))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("hold 0 bytes")
        .hasMessageContaining("memory_limit_mb allows 20000");
    assertThat(kept).isEmpty();
  }

  @Test
  void asks_for_memory_where_the_jvm_gives_no_more() {
    List<ByteBuffer> kept = new ArrayList<>();
    NativeBuffers buffers =
        new NativeBuffers(
            0,
            Long.MAX_VALUE,
            bytes -> {
              if (!kept.isEmpty()) {
                throw new OutOfMemoryError("full");
              }
              return ByteBuffer.allocateDirect(bytes);
            });
    kept.add(buffers.take(4_096));
    buffers.relieveBy(
        () -> {
          if (kept.isEmpty()) {
            return false;
          }
          buffers.giveBack(kept.remove(0));
          return true;
        });
    assertThat(buffers.take(8_192).capacity()).isEqualTo(8_192);
    assertThat(buffers.lent()).isEqualTo(1);
  }
}
