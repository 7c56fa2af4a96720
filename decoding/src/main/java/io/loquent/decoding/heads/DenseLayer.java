package io.loquent.decoding.heads;

/**
 * A linear layer with an activation (sentence transformers' {@code Dense} module). Immutable and
 * thread-safe.
 */
public final class DenseLayer implements VectorStep {

  /** By input first, so that the inner loop runs over neighbours. */
  private final float[] weightByInput;

  private final float[] bias;
  private final int inputs;
  private final DenseActivation activation;

  /**
   * Makes the step; the arrays are copied.
   *
   * @param weight {@code [outputs, inputs]}, row by row
   * @param bias {@code [outputs]}
   * @param activation what is done to each output
   * @throws IllegalArgumentException if the weights are no rows for these outputs
   */
  public DenseLayer(float[] weight, float[] bias, DenseActivation activation) {
    int outputs = bias.length;
    if (outputs == 0 || weight.length == 0 || weight.length % outputs != 0) {
      throw new IllegalArgumentException(
          weight.length + " weights cannot be rows for " + outputs + " outputs");
    }
    inputs = weight.length / outputs;
    weightByInput = new float[weight.length];
    for (int output = 0; output < outputs; output++) {
      for (int input = 0; input < inputs; input++) {
        weightByInput[input * outputs + output] = weight[output * inputs + input];
      }
    }
    this.bias = bias.clone();
    this.activation = activation;
  }

  @Override
  public float[] apply(float[] vector) {
    float[] result = bias.clone();
    for (int input = 0; input < inputs; input++) {
      float value = vector[input];
      int row = input * result.length;
      for (int output = 0; output < result.length; output++) {
        result[output] += value * weightByInput[row + output];
      }
    }
    for (int output = 0; output < result.length; output++) {
      result[output] = activation.apply(result[output]);
    }
    return result;
  }

  @Override
  public int inputSize() {
    return inputs;
  }

  @Override
  public int outputSize(int size) {
    return bias.length;
  }

  @Override
  public String toString() {
    return "Dense " + inputs + " to " + bias.length + " (" + activation + ")";
  }
}
