package io.loquent.decoding.logits;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * The loops in the form that HotSpot's C2 turns into vector instructions since JDK 17: arrays read
 * from index 0 on, one store, nothing but arithmetic and {@code Math.max}. That is why blocks are
 * copied first, and why bits of floats become integers by way of a buffer.
 */
final class PlainLaneLoops implements LaneLoops {

  private final float[] block = new float[LANES];
  private final float[] powers = new float[LANES];
  private final int[] bits = new int[LANES];
  private final FloatBuffer asFloats;
  private final IntBuffer asInts;

  PlainLaneLoops() {
    ByteBuffer memory =
        ByteBuffer.allocateDirect(LANES * Float.BYTES).order(ByteOrder.nativeOrder());
    asFloats = memory.asFloatBuffer();
    asInts = memory.asIntBuffer();
  }

  @Override
  public void raise(float[] scores, int from, int count, float[] lanes) {
    raise(fromStart(scores, from, count), count, lanes);
  }

  @Override
  public void add(float[] numbers, int from, int count, float[] lanes) {
    add(fromStart(numbers, from, count), count, lanes);
  }

  @Override
  public void addExponentials(float[] scores, int from, int count, float max, float[] lanes) {
    toBinaryExponents(fromStart(scores, from, count), block, count, max);
    addRounding(block, count, powers);
    copyBits(powers, bits, count);
    toPowers(bits, count);
    copyBits(bits, powers, count);
    addProducts(block, powers, count, lanes);
  }

  /** One exponential by the same arithmetic, for what is left over where vectors do not fit. */
  static float exponential(float score, float max) {
    float exponent = Math.max(score - max, LEAST_DISTANCE) * LOG2_E;
    float rounded = exponent + ROUNDING;
    int power = (Float.floatToRawIntBits(rounded) << EXPONENT_SHIFT) + ONE_BITS;
    float x = exponent - (rounded - ROUNDING);
    return (((((C5 * x + C4) * x + C3) * x + C2) * x + C1) * x + 1) * Float.intBitsToFloat(power);
  }

  /** A block in an array that begins with it; what begins an array already is not copied. */
  private float[] fromStart(float[] scores, int from, int count) {
    if (from == 0) {
      return scores;
    }
    System.arraycopy(scores, from, block, 0, count);
    return block;
  }

  private static void raise(float[] block, int count, float[] lanes) {
    for (int i = 0; i < count; i++) {
      lanes[i] = Math.max(lanes[i], block[i]);
    }
  }

  private static void add(float[] block, int count, float[] lanes) {
    for (int i = 0; i < count; i++) {
      lanes[i] += block[i];
    }
  }

  private static void toBinaryExponents(float[] scores, float[] exponents, int count, float max) {
    for (int i = 0; i < count; i++) {
      exponents[i] = Math.max(scores[i] - max, LEAST_DISTANCE) * LOG2_E;
    }
  }

  private static void addRounding(float[] exponents, int count, float[] rounded) {
    for (int i = 0; i < count; i++) {
      rounded[i] = exponents[i] + ROUNDING;
    }
  }

  /** The low bits of a rounded number are its whole part, which belongs into a float's exponent. */
  private static void toPowers(int[] rounded, int count) {
    for (int i = 0; i < count; i++) {
      rounded[i] = (rounded[i] << EXPONENT_SHIFT) + ONE_BITS;
    }
  }

  private static void addProducts(float[] exponents, float[] powers, int count, float[] lanes) {
    for (int i = 0; i < count; i++) {
      float exponent = exponents[i];
      float x = exponent - (exponent + ROUNDING - ROUNDING);
      lanes[i] += (((((C5 * x + C4) * x + C3) * x + C2) * x + C1) * x + 1) * powers[i];
    }
  }

  private void copyBits(float[] floats, int[] ints, int count) {
    ((Buffer) asFloats).clear();
    asFloats.put(floats, 0, count);
    ((Buffer) asInts).clear();
    asInts.get(ints, 0, count);
  }

  private void copyBits(int[] ints, float[] floats, int count) {
    ((Buffer) asInts).clear();
    asInts.put(ints, 0, count);
    ((Buffer) asFloats).clear();
    asFloats.get(floats, 0, count);
  }
}
