package io.loquent.decoding.heads;

import org.jspecify.annotations.Nullable;

/**
 * A dense layer to whose result its input is added (residual connection). Immutable and
 * thread-safe.
 */
public final class ResidualLayer implements VectorStep {

  private final DenseLayer layer;
  private final @Nullable DenseLayer projection;

  /**
   * Makes a layer to whose result the input is added as it is.
   *
   * @param layer gives as many numbers as it reads
   * @throws IllegalArgumentException if it gives more or fewer
   */
  public ResidualLayer(DenseLayer layer) {
    if (layer.outputSize(layer.inputSize()) != layer.inputSize()) {
      throw new IllegalArgumentException(layer + " changes the size; its input needs a projection");
    }
    this.layer = layer;
    projection = null;
  }

  /**
   * Makes a layer to whose result a projection of the input is added.
   *
   * @param layer the layer
   * @param projection gives as many numbers of as many
   * @throws IllegalArgumentException if it does not
   */
  public ResidualLayer(DenseLayer layer, DenseLayer projection) {
    int size = layer.inputSize();
    if (projection.inputSize() != size || projection.outputSize(size) != layer.outputSize(size)) {
      throw new IllegalArgumentException(projection + " does not fit " + layer);
    }
    this.layer = layer;
    this.projection = projection;
  }

  @Override
  public float[] apply(float[] vector) {
    float[] result = layer.apply(vector);
    float[] residual = projection == null ? vector : projection.apply(vector);
    for (int i = 0; i < result.length; i++) {
      result[i] += residual[i];
    }
    return result;
  }

  @Override
  public int inputSize() {
    return layer.inputSize();
  }

  @Override
  public int outputSize(int size) {
    return layer.outputSize(size);
  }

  @Override
  public String toString() {
    return layer + " with a residual";
  }
}
