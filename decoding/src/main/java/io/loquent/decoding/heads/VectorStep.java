package io.loquent.decoding.heads;

/** A layer behind the graph that makes a vector of a vector. Immutable and thread-safe. */
public sealed interface VectorStep
    permits DenseLayer, LayerNormalization, ResidualLayer, UnitLength {

  /**
   * Makes the next vector.
   *
   * @param vector numbers, which stay as they are
   * @return new numbers
   */
  float[] apply(float[] vector);

  /**
   * Says how long vectors it reads.
   *
   * @return numbers; 0 if any
   */
  int inputSize();

  /**
   * Says how long a vector it makes.
   *
   * @param size numbers that it reads
   * @return numbers that it makes
   */
  int outputSize(int size);
}
