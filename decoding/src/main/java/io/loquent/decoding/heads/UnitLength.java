package io.loquent.decoding.heads;

/**
 * Divides a vector by its Euclidean length (sentence transformers' {@code Normalize} module).
 * Immutable and thread-safe.
 */
public final class UnitLength implements VectorStep {

  private static final double LEAST_LENGTH = 1e-12;

  /** Makes the step. */
  public UnitLength() {}

  @Override
  public float[] apply(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    double length = Math.max(Math.sqrt(squares), LEAST_LENGTH);
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (vector[i] / length);
    }
    return unit;
  }

  @Override
  public int inputSize() {
    return 0;
  }

  @Override
  public int outputSize(int size) {
    return size;
  }

  @Override
  public String toString() {
    return "Normalize";
  }
}
