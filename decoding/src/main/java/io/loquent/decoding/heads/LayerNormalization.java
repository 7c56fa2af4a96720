package io.loquent.decoding.heads;

/**
 * Shifts and scales a vector to mean 0 and variance 1, then by weights (layer normalization, Ba et
 * al. 2016, as PyTorch computes it). Immutable and thread-safe.
 */
public final class LayerNormalization implements VectorStep {

  private static final double EPSILON = 1e-5;

  private final float[] weight;
  private final float[] bias;

  /**
   * Makes the step; the arrays are copied.
   *
   * @param weight {@code [size]}
   * @param bias {@code [size]}
   * @throws IllegalArgumentException if they are not equally long
   */
  public LayerNormalization(float[] weight, float[] bias) {
    if (weight.length != bias.length) {
      throw new IllegalArgumentException(
          weight.length + " weights and " + bias.length + " biases of a layer normalization");
    }
    this.weight = weight.clone();
    this.bias = bias.clone();
  }

  @Override
  public float[] apply(float[] vector) {
    double mean = 0;
    for (float value : vector) {
      mean += value / (double) vector.length;
    }
    double variance = 0;
    for (float value : vector) {
      variance += (value - mean) * (value - mean) / vector.length;
    }
    double scale = 1 / Math.sqrt(variance + EPSILON);
    float[] result = new float[vector.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) ((vector[i] - mean) * scale * weight[i] + bias[i]);
    }
    return result;
  }

  @Override
  public int inputSize() {
    return weight.length;
  }

  @Override
  public int outputSize(int size) {
    return weight.length;
  }

  @Override
  public String toString() {
    return "LayerNorm " + weight.length;
  }
}
