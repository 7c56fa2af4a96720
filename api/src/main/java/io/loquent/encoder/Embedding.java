package io.loquent.encoder;

import io.loquent.InvalidRequestException;
import java.util.Arrays;

/** A vector that stands for a text. Immutable and thread-safe. */
public final class Embedding {

  private final float[] values;
  private final int tokens;

  /**
   * Makes a vector; the array is copied.
   *
   * @param values one number for each dimension
   * @param tokens how many tokens it was made of
   */
  public Embedding(float[] values, int tokens) {
    this.values = values.clone();
    this.tokens = tokens;
  }

  /**
   * Makes a vector of stored numbers; the array is copied.
   *
   * @param values one number for each dimension
   * @return a vector of 0 tokens
   */
  public static Embedding of(float... values) {
    return new Embedding(values, 0);
  }

  /**
   * Returns the numbers.
   *
   * @return a new array
   */
  public float[] values() {
    return values.clone();
  }

  /**
   * Returns one number.
   *
   * @param dimension from 0
   * @return the number
   */
  public float value(int dimension) {
    return values[dimension];
  }

  /**
   * Returns the number of numbers.
   *
   * @return dimensions
   */
  public int dimensions() {
    return values.length;
  }

  /**
   * Returns how many tokens the model read for it.
   *
   * @return tokens, with special ones, the prompt and what windows share
   */
  public int tokens() {
    return tokens;
  }

  /**
   * Returns the Euclidean length.
   *
   * @return 0 or more
   */
  public double norm() {
    return Math.sqrt(dot(this));
  }

  /**
   * Multiplies with another vector.
   *
   * @param other a vector with as many dimensions
   * @return the sum of the products
   * @throws InvalidRequestException if the dimensions differ
   */
  public double dot(Embedding other) {
    checkComparable(dimensions(), other.dimensions());
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += (double) values[i] * other.values[i];
    }
    return sum;
  }

  /**
   * Compares directions.
   *
   * @param other a vector with as many dimensions
   * @return from -1 to 1; 0 if one of the vectors is 0
   * @throws InvalidRequestException if the dimensions differ
   */
  public double cosineSimilarity(Embedding other) {
    double lengths = norm() * other.norm();
    return lengths == 0 ? 0 : Math.max(-1, Math.min(1, dot(other) / lengths));
  }

  /**
   * Measures how far away another vector is.
   *
   * @param other a vector with as many dimensions
   * @return 0 or more
   * @throws InvalidRequestException if the dimensions differ
   */
  public double euclideanDistance(Embedding other) {
    checkComparable(dimensions(), other.dimensions());
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      double difference = (double) values[i] - other.values[i];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }

  /**
   * Measures how far away another vector is along the axes.
   *
   * @param other a vector with as many dimensions
   * @return 0 or more
   * @throws InvalidRequestException if the dimensions differ
   */
  public double manhattanDistance(Embedding other) {
    checkComparable(dimensions(), other.dimensions());
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += Math.abs((double) values[i] - other.values[i]);
    }
    return sum;
  }

  /**
   * Returns a vector of length 1 in the same direction.
   *
   * @return this divided by its length; a vector of zeros stays as it is
   */
  public Embedding normalized() {
    double length = Math.max(norm(), 1e-12);
    float[] unit = new float[values.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (values[i] / length);
    }
    return new Embedding(unit, tokens);
  }

  /**
   * Keeps the first numbers (Matryoshka embeddings).
   *
   * @param dimensions from 1 to {@link #dimensions()}
   * @return the shorter vector, not normalized
   * @throws InvalidRequestException if there are not so many
   */
  public Embedding truncated(int dimensions) {
    if (dimensions < 1 || dimensions > values.length) {
      throw new InvalidRequestException(
          "dimensions must be from 1 to the vector's " + values.length + "; found " + dimensions);
    }
    return new Embedding(Arrays.copyOf(values, dimensions), tokens);
  }

  /**
   * Keeps one bit of each number: whether it is above 0.
   *
   * @return 32 times smaller
   */
  public BinaryEmbedding toBinary() {
    byte[] bits = new byte[BinaryEmbedding.bytes(values.length)];
    for (int i = 0; i < values.length; i++) {
      if (values[i] > 0) {
        bits[i / Byte.SIZE] |= (byte) (0x80 >> i % Byte.SIZE);
      }
    }
    return new BinaryEmbedding(bits, values.length);
  }

  /**
   * Keeps one byte of each number.
   *
   * @param ranges where the numbers of each dimension lie, from a sample of vectors
   * @return 4 times smaller
   * @throws InvalidRequestException if the ranges are for another number of dimensions
   */
  public Int8Embedding toInt8(QuantizationRanges ranges) {
    return ranges.quantize(this);
  }

  static void checkComparable(int dimensions, int others) {
    if (dimensions != others) {
      throw new InvalidRequestException(
          "vectors of "
              + dimensions
              + " and "
              + others
              + " dimensions cannot be compared; use vectors of one model with the same options");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Embedding embedding
        && embedding.tokens == tokens
        && Arrays.equals(embedding.values, values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(values) + tokens;
  }

  @Override
  public String toString() {
    return "Embedding[dimensions=" + values.length + ", tokens=" + tokens + "]";
  }
}
