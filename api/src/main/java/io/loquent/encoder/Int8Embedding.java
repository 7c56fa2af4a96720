package io.loquent.encoder;

import io.loquent.InvalidRequestException;
import java.util.Arrays;

/**
 * A vector of bytes, made by {@link QuantizationRanges}. Vectors can be compared if the same ranges
 * made them. Immutable and thread-safe.
 */
public final class Int8Embedding {

  private final byte[] values;

  /**
   * Makes a vector of stored numbers; the array is copied.
   *
   * @param values one number from -128 to 127 for each dimension
   */
  public Int8Embedding(byte... values) {
    this.values = values.clone();
  }

  /**
   * Returns the numbers.
   *
   * @return a new array
   */
  public byte[] values() {
    return values.clone();
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
   * Multiplies with another vector.
   *
   * @param other a vector with as many dimensions
   * @return the sum of the products
   * @throws InvalidRequestException if the dimensions differ
   */
  public long dot(Int8Embedding other) {
    Embedding.checkComparable(values.length, other.values.length);
    long sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i] * other.values[i];
    }
    return sum;
  }

  /**
   * Scores a vector of full precision: the second look at what a search by bytes has found.
   *
   * @param query a vector with as many dimensions
   * @return the sum of the products
   * @throws InvalidRequestException if the dimensions differ
   */
  public double dot(Embedding query) {
    Embedding.checkComparable(values.length, query.dimensions());
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += (double) values[i] * query.value(i);
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Int8Embedding embedding && Arrays.equals(embedding.values, values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "Int8Embedding[dimensions=" + values.length + "]";
  }
}
