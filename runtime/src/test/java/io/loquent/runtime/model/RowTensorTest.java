package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import io.loquent.InferenceException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RowTensorTest {

  private final NativeBuffers buffers = new NativeBuffers(1 << 20);

  @AfterEach
  void all_buffers_are_back() {
    assertThat(buffers.lent()).isZero();
  }

  private RowTensor floats(int batchAxis, long... shape) {
    return new RowTensor(buffers, OnnxJavaType.FLOAT, batchAxis, shape);
  }

  /** Numbers the elements from 0. */
  private static void count(RowTensor tensor, int elements) {
    for (int i = 0; i < elements; i++) {
      tensor.memory().putFloat(i * Float.BYTES, i);
    }
  }

  private static float[] values(RowTensor tensor) {
    FloatBuffer buffer = tensor.asTensor().getFloatBuffer();
    float[] result = new float[buffer.remaining()];
    buffer.get(result);
    return result;
  }

  @Test
  void gathers_rows_on_the_first_axis() {
    try (RowTensor tensor = floats(0, 3, 2)) {
      count(tensor, 6);
      tensor.gather(new int[] {2, 0, 2, 1}, 4);
      assertThat(tensor.shape()).containsExactly(4, 2);
      assertThat(values(tensor)).containsExactly(4, 5, 0, 1, 4, 5, 2, 3);
      tensor.gather(new int[] {3, 9, 9}, 1);
      assertThat(values(tensor)).containsExactly(2, 3);
    }
  }

  @Test
  void gathers_rows_on_the_second_axis() {
    try (RowTensor tensor = floats(1, 2, 3, 2)) {
      count(tensor, 12);
      tensor.gather(new int[] {1, 1, 0, 2}, 4);
      assertThat(tensor.shape()).containsExactly(2, 4, 2);
      assertThat(values(tensor)).containsExactly(2, 3, 2, 3, 0, 1, 4, 5, 8, 9, 8, 9, 6, 7, 10, 11);
      tensor.gather(new int[] {3}, 1);
      assertThat(values(tensor)).containsExactly(4, 5, 10, 11);
    }
  }

  @Test
  void any_gather_gives_what_copying_every_row_gives() {
    Random random = new Random(12);
    for (int round = 0; round < 2_000; round++) {
      int rows = 1 + random.nextInt(6);
      int axis = random.nextInt(2);
      long[] shape = axis == 0 ? new long[] {rows, 3} : new long[] {2, rows, 3};
      try (RowTensor tensor = floats(axis, shape)) {
        count(tensor, (axis + 1) * rows * 3);
        float[] before = values(tensor);
        int newRows = 1 + random.nextInt(6);
        int[] parents = random.ints(newRows, 0, rows).toArray();
        tensor.gather(parents, newRows);
        float[] expected = new float[(axis + 1) * newRows * 3];
        for (int outer = 0; outer <= axis; outer++) {
          for (int row = 0; row < newRows; row++) {
            int from = (outer * rows + parents[row]) * 3;
            System.arraycopy(before, from, expected, (outer * newRows + row) * 3, 3);
          }
        }
        assertThat(values(tensor)).containsExactly(expected);
      }
    }
  }

  @Test
  void gathers_rows_of_no_length() {
    try (RowTensor tensor = floats(0, 1, 2, 0, 4)) {
      tensor.gather(new int[] {0, 0, 0}, 3);
      assertThat(tensor.shape()).containsExactly(3, 2, 0, 4);
      assertThat(values(tensor)).isEmpty();
      OnnxTensor next = tensor.nextTensor(3, 2, 1, 4);
      assertThat(next.getInfo().getShape()).containsExactly(3, 2, 1, 4);
      tensor.advance();
      assertThat(tensor.dimension(2)).isEqualTo(1);
    }
  }

  @Test
  void gathers_down_to_no_rows() {
    try (RowTensor tensor = floats(0, 2, 3)) {
      count(tensor, 6);
      tensor.gather(new int[0], 0);
      assertThat(tensor.shape()).containsExactly(0, 3);
    }
  }

  @Test
  void a_growing_value_keeps_what_was_written_and_needs_few_buffers() {
    int[] allocations = {0};
    NativeBuffers counted =
        new NativeBuffers(
            1 << 20,
            Long.MAX_VALUE,
            bytes -> {
              allocations[0]++;
              return ByteBuffer.allocateDirect(bytes);
            });
    try (RowTensor tensor = new RowTensor(counted, OnnxJavaType.FLOAT, 0, 1, 0, 64)) {
      for (int length = 1; length <= 500; length++) {
        float[] before = values(tensor);
        tensor.nextTensor(1, length, 64);
        // What a run would do: the past is still there to be read, the present is written.
        assertThat(values(tensor)).isEqualTo(before);
        tensor.advance();
        count(tensor, length * 64);
      }
      assertThat(tensor.shape()).containsExactly(1, 500, 64);
    }
    assertThat(allocations[0]).isLessThan(30);
    assertThat(counted.lent()).isZero();
  }

  @Test
  void a_copy_is_a_tensor_of_its_own() {
    try (RowTensor tensor = floats(1, 2, 2)) {
      count(tensor, 4);
      try (RowTensor copy = tensor.copy()) {
        tensor.memory().putFloat(0, 99);
        copy.gather(new int[] {1, 0}, 2);
        assertThat(values(copy)).containsExactly(1, 0, 3, 2);
        assertThat(values(tensor)).containsExactly(99, 1, 2, 3);
      }
    }
  }

  @Test
  void zeros_fill_it_to_the_last_byte() {
    try (RowTensor tensor = new RowTensor(buffers, OnnxJavaType.FLOAT16, 0, 1, 11)) {
      for (int i = 0; i < 30; i++) {
        tensor.memory().put(i, (byte) 7);
      }
      tensor.fillWithZeros();
      for (int i = 0; i < 30; i++) {
        assertThat(tensor.memory().get(i)).isEqualTo((byte) (i < 22 ? 0 : 7));
      }
    }
  }

  @Test
  void a_value_that_was_not_written_cannot_become_present() {
    try (RowTensor tensor = floats(0, 1, 1)) {
      assertThatThrownBy(tensor::advance).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void keeps_its_value_where_there_is_no_room_for_more_rows() {
    try (RowTensor tensor = floats(0, 1, 1 << 10)) {
      count(tensor, 1 << 10);
      float[] before = values(tensor);
      assertThatThrownBy(() -> tensor.gather(new int[1 << 20], 1 << 20))
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("4294967296 bytes");
      assertThat(values(tensor)).isEqualTo(before);
      tensor.gather(new int[] {0, 0}, 2);
      assertThat(tensor.shape()).containsExactly(2, 1 << 10);
    }
  }
}
