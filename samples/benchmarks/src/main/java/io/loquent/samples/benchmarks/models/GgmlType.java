package io.loquent.samples.benchmarks.models;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The tensor types of llama.cpp that benchmark models use; blocks have 32 values. */
enum GgmlType {
  /** Floats. */
  F32(0, 0),
  /** Blocks of a half-precision scale and 4-bit values around 8. */
  Q4_0(2, 2),
  /** Blocks of a half-precision scale and signed 8-bit values. */
  Q8_0(8, 7);

  private static final int BLOCK = 32;

  private final int number;
  private final int fileType;

  GgmlType(int number, int fileType) {
    this.number = number;
    this.fileType = fileType;
  }

  static GgmlType of(Precision precision) {
    return switch (precision) {
      case FP32 -> F32;
      // The nearest that it has to 8 bits with a single scale.
      case INT8, INT8_DYNAMIC -> Q8_0;
      case INT4 -> Q4_0;
    };
  }

  /** The type's number in tensors. */
  int number() {
    return number;
  }

  /** The type's number as {@code general.file_type}. */
  int fileType() {
    return fileType;
  }

  long bytes(long values) {
    return switch (this) {
      case F32 -> values * Float.BYTES;
      case Q4_0 -> values / BLOCK * (2 + BLOCK / 2);
      case Q8_0 -> values / BLOCK * (2 + BLOCK);
    };
  }

  byte[] encode(float[] values) {
    ByteBuffer out = ByteBuffer.allocate((int) bytes(values.length)).order(ByteOrder.LITTLE_ENDIAN);
    switch (this) {
      case F32 -> out.asFloatBuffer().put(values);
      case Q4_0 -> {
        for (int from = 0; from < values.length; from += BLOCK) {
          block4(values, from, out);
        }
      }
      case Q8_0 -> {
        for (int from = 0; from < values.length; from += BLOCK) {
          block8(values, from, out);
        }
      }
    }
    return out.array();
  }

  /** The value farthest from zero becomes -8 exactly; the first half goes into the low bits. */
  private static void block4(float[] values, int from, ByteBuffer out) {
    float farthest = farthest(values, from);
    float scale = farthest / -8;
    float inverse = scale == 0 ? 0 : 1 / scale;
    out.putShort(half(scale));
    for (int i = from; i < from + BLOCK / 2; i++) {
      int low = Quantization.clamp((int) (values[i] * inverse + 8.5f), 0, 15);
      int high = Quantization.clamp((int) (values[i + BLOCK / 2] * inverse + 8.5f), 0, 15);
      out.put((byte) (low | high << 4));
    }
  }

  private static void block8(float[] values, int from, ByteBuffer out) {
    float scale = Math.abs(farthest(values, from)) / 127;
    float inverse = scale == 0 ? 0 : 1 / scale;
    out.putShort(half(scale));
    for (int i = from; i < from + BLOCK; i++) {
      out.put((byte) Math.round(values[i] * inverse));
    }
  }

  private static float farthest(float[] values, int from) {
    float farthest = 0;
    for (int i = from; i < from + BLOCK; i++) {
      if (Math.abs(values[i]) > Math.abs(farthest)) {
        farthest = values[i];
      }
    }
    return farthest;
  }

  /** Rounds to half precision, to even; scales are far from its limits. */
  static short half(float value) {
    int bits = Float.floatToIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int exponent = (bits >>> 23 & 0xFF) - 127 + 15;
    int fraction = bits & 0x7FFFFF;
    if (exponent <= 0) {
      int shift = 14 - exponent;
      if (shift > 24) {
        return (short) sign;
      }
      return (short) (sign | roundedShift(fraction | 0x800000, shift));
    }
    // A fraction that rounds up to the next power of two carries into the exponent, as it should.
    return (short) (sign | ((exponent << 10) + roundedShift(fraction, 13)));
  }

  private static int roundedShift(int value, int shift) {
    int half = 1 << (shift - 1);
    int rest = value & ((1 << shift) - 1);
    int shifted = value >>> shift;
    boolean up = rest > half || (rest == half && (shifted & 1) == 1);
    return up ? shifted + 1 : shifted;
  }
}
