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
  public void add(float[] numbers, int from, int count, float[] lanes) {
    int lane = 0;
    for (; lane < FLOATS.loopBound(count); lane += FLOATS.length()) {
      FloatVector block = FloatVector.fromArray(FLOATS, numbers, from + lane);
      FloatVector.fromArray(FLOATS, lanes, lane).add(block).intoArray(lanes, lane);
    }
    for (; lane < count; lane++) {
      lanes[lane] += numbers[from + lane];
    }
  }

  /** In one method: a vector that is passed to another may become an object. */
  @Override
  public void addExponentials(float[] scores, int from, int count, float max, float[] lanes) {
    int lane = 0;
    for (; lane < FLOATS.loopBound(count); lane += FLOATS.length()) {
      FloatVector distance = FloatVector.fromArray(FLOATS, scores, from + lane).sub(max);
      FloatVector exponent = distance.max(LEAST_DISTANCE).mul(LOG2_E);
      FloatVector rounded = exponent.add(ROUNDING);
      IntVector roundedBits = rounded.reinterpretAsInts();
      IntVector powerBits =
          roundedBits.lanewise(VectorOperators.LSHL, EXPONENT_SHIFT).add(ONE_BITS);
      FloatVector x = exponent.sub(rounded.sub(ROUNDING));
      FloatVector fraction = x.mul(C5).add(C4).mul(x).add(C3).mul(x).add(C2).mul(x).add(C1);
      FloatVector exponential = fraction.mul(x).add(1).mul(powerBits.reinterpretAsFloats());
      FloatVector.fromArray(FLOATS, lanes, lane).add(exponential).intoArray(lanes, lane);
    }
    for (; lane < count; lane++) {
      lanes[lane] += PlainLaneLoops.exponential(scores[from + lane], max);
    }
  }
}
