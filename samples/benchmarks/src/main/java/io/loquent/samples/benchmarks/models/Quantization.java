package io.loquent.samples.benchmarks.models;

/** Turns rows of floats into integers with scales. */
final class Quantization {

  /** How many neighbouring inputs share a scale. */
  static final int BLOCK = 32;

  private Quantization() {}

  /** Integers and their scales. */
  static final class Quantized {
    private final byte[] values;
    private final float[] scales;

    private Quantized(byte[] values, float[] scales) {
      this.values = values;
      this.scales = scales;
    }

    /** The integers, packed as an operator wants them. */
    byte[] values() {
      return values;
    }

    /** One scale per block, or one for all. */
    float[] scales() {
      return scales;
    }
  }

  /** Blocks of 32 for MatMulNBits: 8-bit values around 128. */
  static Quantized blocksOf8Bits(float[] matrix) {
    byte[] values = new byte[matrix.length];
    float[] scales = new float[matrix.length / BLOCK];
    for (int block = 0; block < scales.length; block++) {
      int from = block * BLOCK;
      float scale = scale(largest(matrix, from, from + BLOCK), 127);
      for (int i = from; i < from + BLOCK; i++) {
        values[i] = (byte) clamp(Math.round(matrix[i] / scale) + 128, 0, 255);
      }
      scales[block] = scale;
    }
    return new Quantized(values, scales);
  }

  /** Blocks of 32 for MatMulNBits: 4-bit values around 8, the even one in the low half. */
  static Quantized blocksOf4Bits(float[] matrix) {
    byte[] values = new byte[matrix.length / 2];
    float[] scales = new float[matrix.length / BLOCK];
    for (int block = 0; block < scales.length; block++) {
      int from = block * BLOCK;
      float scale = scale(largest(matrix, from, from + BLOCK), 7);
      for (int i = from; i < from + BLOCK; i += 2) {
        int low = clamp(Math.round(matrix[i] / scale) + 8, 0, 15);
        int high = clamp(Math.round(matrix[i + 1] / scale) + 8, 0, 15);
        values[i / 2] = (byte) (low | high << 4);
      }
      scales[block] = scale;
    }
    return new Quantized(values, scales);
  }

  /** One scale for the whole matrix: signed 8-bit values around 0, for MatMulInteger. */
  static Quantized tensorOf8Bits(float[] matrix) {
    float scale = scale(largest(matrix, 0, matrix.length), 127);
    byte[] values = new byte[matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      values[i] = (byte) clamp(Math.round(matrix[i] / scale), -127, 127);
    }
    return new Quantized(values, new float[] {scale});
  }

  private static float largest(float[] values, int from, int to) {
    float largest = 0;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return largest;
  }

  private static float scale(float largest, int steps) {
    return largest == 0 ? 1 : largest / steps;
  }

  static int clamp(int value, int low, int high) {
    return Math.max(low, Math.min(high, value));
  }
}
