package io.loquent.samples.benchmarks.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConvertersTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0x0000",
    "1, 0x3C00",
    "-2, 0xC000",
    "0.1, 0x2E66",
    "65504, 0x7BFF",
    "0.00006103515625, 0x0400",
    "0.000000059604645, 0x0001",
    "1.00048828125, 0x3C00",
    "1.00146484375, 0x3C02"
  })
  void rounds_to_half_precision(float value, String bits) {
    assertThat(GgmlType.half(value) & 0xFFFF).isEqualTo(Integer.decode(bits));
  }

  @Test
  void blocks_of_8_bits_keep_values_to_half_a_step() {
    float[] values = new SeededWeights(3).values("any", 32, 1);
    ByteBuffer block = ByteBuffer.wrap(GgmlType.Q8_0.encode(values)).order(ByteOrder.LITTLE_ENDIAN);
    float scale = fromHalf(block.getShort());

    for (float value : values) {
      assertThat(block.get() * scale).isCloseTo(value, within(0.52f * scale));
    }
    assertThat(block.hasRemaining()).isFalse();
  }

  @Test
  void blocks_of_4_bits_put_the_first_half_into_the_low_bits() {
    float[] values = new SeededWeights(3).values("any", 32, 1);
    byte[] block = GgmlType.Q4_0.encode(values);
    float scale = fromHalf(ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).getShort());

    assertThat(block).hasSize(18);
    for (int i = 0; i < 16; i++) {
      int packed = block[2 + i] & 0xFF;
      // The end of the range opposite to the farthest value is cut off by up to a step.
      float step = Math.abs(scale);
      assertThat(((packed & 15) - 8) * scale).isCloseTo(values[i], within(1.02f * step));
      assertThat(((packed >> 4) - 8) * scale).isCloseTo(values[i + 16], within(1.02f * step));
    }
  }

  @Test
  void rows_of_rotated_projections_are_interleaved() {
    float[] rows = {0, 1, 2, 3, 10, 11, 12, 13};

    assertThat(LlamaGguf.interleaved(rows, 2, 4, 1)).containsExactly(0, 2, 1, 3, 10, 12, 11, 13);
  }

  @Test
  void transposes_matrices_larger_than_a_tile() {
    float[] matrix = new SeededWeights(3).values("any", 40 * 70, 1);

    float[] transposed = SeededWeights.transpose(matrix, 40, 70);

    assertThat(transposed[69 * 40 + 39]).isEqualTo(matrix[39 * 70 + 69]);
    assertThat(transposed[33 * 40 + 1]).isEqualTo(matrix[70 + 33]);
    assertThat(SeededWeights.transpose(transposed, 70, 40)).isEqualTo(matrix);
  }

  private static float fromHalf(short half) {
    int exponent = half >> 10 & 31;
    float magnitude = (float) Math.scalb(1 + (half & 1023) / 1024.0, exponent - 15);
    return half < 0 ? -magnitude : magnitude;
  }
}
