package io.loquent.decoding.logits;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops by the Vector API, in the widest vectors of the processor. Loaded only where the module
 * {@code jdk.incubator.vector} is. No multiplication is fused with an addition, as in the plain
 * loops, so that results do not depend on where they are computed.
 */
final class VectorLaneLoops implements LaneLoops {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  VectorLaneLoops() {}

  @Override
  public void raise(float[] scores, int from, int count, float[] lanes) {
    int lane = 0;
    for (; lane < FLOATS.loopBound(count); lane += FLOATS.length()) {
      FloatVector block = FloatVector.fromArray(FLOATS, scores, from + lane);
      FloatVector.fromArray(FLOATS, lanes, lane).max(block).intoArray(lanes, lane);
    }
    for (; lane < count; lane++) {
      lanes[lane] = Math.max(lanes[lane], scores[from + lane]);
    }
  }

  @Override
  public void addExponentials(float[] scores, int from, int count, float max, float[] lanes) {
    int lane = 0;
    for (; lane < FLOATS.loopBound(count); lane += FLOATS.length()) {
      FloatVector exponents =
          FloatVector.fromArray(FLOATS, scores, from + lane)
              .sub(max)
              .max(LEAST_DISTANCE)
              .mul(LOG2_E);
      FloatVector.fromArray(FLOATS, lanes, lane).add(powersOfTwo(exponents)).intoArray(lanes, lane);
    }
    for (; lane < count; lane++) {
      lanes[lane] += PlainLaneLoops.exponential(scores[from + lane], max);
    }
  }

  private static FloatVector powersOfTwo(FloatVector exponents) {
    FloatVector rounded = exponents.add(ROUNDING);
    IntVector bits =
        rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, EXPONENT_SHIFT).add(ONE_BITS);
    FloatVector x = exponents.sub(rounded.sub(ROUNDING));
    return x.mul(C5)
        .add(C4)
        .mul(x)
        .add(C3)
        .mul(x)
        .add(C2)
        .mul(x)
        .add(C1)
        .mul(x)
        .add(1)
        .mul(bits.reinterpretAsFloats());
  }
}
