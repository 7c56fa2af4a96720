package io.loquent.encoder;

import io.loquent.InvalidRequestException;
import java.util.Arrays;

/**
 * A vector of bits, packed as sentence transformers' {@code ubinary} (NumPy {@code packbits}): the
 * first dimension is the highest bit of the first byte. Immutable and thread-safe.
 */
public final class BinaryEmbedding {

  private final byte[] bits;
  private final int dimensions;

  /**
   * Makes a vector of stored bits; the array is copied.
   *
   * @param bits eight dimensions each; bits beyond the last dimension are 0
   * @param dimensions number of bits
   * @throws InvalidRequestException if there are more or fewer bytes than the dimensions need
   */
  public BinaryEmbedding(byte[] bits, int dimensions) {
    if (dimensions < 0 || bits.length != bytes(dimensions)) {
      throw new InvalidRequestException(
          bits.length + " bytes cannot hold exactly " + dimensions + " dimensions of one bit each");
    }
    this.bits = bits.clone();
    this.dimensions = dimensions;
  }

  static int bytes(int dimensions) {
    return (dimensions + Byte.SIZE - 1) / Byte.SIZE;
  }

  /**
   * Returns the packed bits.
   *
   * @return a new array
   */
  public byte[] bits() {
    return bits.clone();
  }

  /**
   * Returns one bit.
   *
   * @param dimension from 0
   * @return whether the number was above 0
   */
  public boolean bit(int dimension) {
    if (dimension < 0 || dimension >= dimensions) {
      throw new IndexOutOfBoundsException(
          "dimension " + dimension + " of a vector with " + dimensions);
    }
    return (bits[dimension / Byte.SIZE] & 0x80 >> dimension % Byte.SIZE) != 0;
  }

  /**
   * Returns the number of bits.
   *
   * @return dimensions
   */
  public int dimensions() {
    return dimensions;
  }

  /**
   * Counts the bits that differ.
   *
   * @param other a vector with as many dimensions
   * @return from 0 to {@link #dimensions()}
   * @throws InvalidRequestException if the dimensions differ
   */
  public int hammingDistance(BinaryEmbedding other) {
    Embedding.checkComparable(dimensions, other.dimensions);
    int distance = 0;
    for (int i = 0; i < bits.length; i++) {
      distance += Integer.bitCount((bits[i] ^ other.bits[i]) & 0xFF);
    }
    return distance;
  }

  /**
   * Scores a vector of full precision, with 1 for each bit that is set and -1 for each that is not:
   * the second look at what a search by {@link #hammingDistance} has found.
   *
   * @param query a vector with as many dimensions
   * @return the sum of the products
   * @throws InvalidRequestException if the dimensions differ
   */
  public double dot(Embedding query) {
    Embedding.checkComparable(dimensions, query.dimensions());
    double sum = 0;
    for (int i = 0; i < dimensions; i++) {
      sum += bit(i) ? query.value(i) : -query.value(i);
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BinaryEmbedding embedding
        && embedding.dimensions == dimensions
        && Arrays.equals(embedding.bits, bits);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(bits) + dimensions;
  }

  @Override
  public String toString() {
    return "BinaryEmbedding[dimensions=" + dimensions + "]";
  }
}
