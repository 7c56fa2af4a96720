package io.loquent.encoder;

import io.loquent.InvalidRequestException;
import java.util.Arrays;
import java.util.List;

/**
 * Where the numbers of each dimension lie, so that they can be told by 256 steps (sentence
 * transformers' {@code quantize_embeddings} with {@code int8}). Immutable and thread-safe.
 *
 * <p>All vectors that are to be compared are quantized by the same ranges, which are taken from a
 * sample of a few hundred of them or more.
 */
public final class QuantizationRanges {

  private static final int STEPS = 255;

  private final float[] least;
  private final float[] greatest;

  /**
   * Makes stored ranges; the arrays are copied.
   *
   * @param least the least number of each dimension
   * @param greatest the greatest number of each dimension
   * @throws InvalidRequestException if the arrays are not equally long, or a least number is above
   *     its greatest
   */
  public QuantizationRanges(float[] least, float[] greatest) {
    if (least.length != greatest.length) {
      throw new InvalidRequestException(
          least.length + " least numbers for " + greatest.length + " greatest numbers");
    }
    for (int i = 0; i < least.length; i++) {
      if (!(least[i] <= greatest[i])) {
        throw new InvalidRequestException(
            "dimension "
                + i
                + ": the least number must not be above the greatest; found "
                + least[i]
                + " and "
                + greatest[i]);
      }
    }
    this.least = least.clone();
    this.greatest = greatest.clone();
  }

  /**
   * Takes the ranges of a sample.
   *
   * @param sample vectors of the same model, at least one
   * @return the ranges
   * @throws InvalidRequestException if there are none, or their dimensions differ
   */
  public static QuantizationRanges of(List<Embedding> sample) {
    if (sample.isEmpty()) {
      throw new InvalidRequestException("ranges need a sample of at least one vector; found none");
    }
    float[] least = sample.get(0).values();
    float[] greatest = least.clone();
    for (Embedding embedding : sample) {
      Embedding.checkComparable(least.length, embedding.dimensions());
      for (int i = 0; i < least.length; i++) {
        least[i] = Math.min(least[i], embedding.value(i));
        greatest[i] = Math.max(greatest[i], embedding.value(i));
      }
    }
    return new QuantizationRanges(least, greatest);
  }

  /**
   * Returns the least numbers.
   *
   * @return a new array, one number for each dimension
   */
  public float[] least() {
    return least.clone();
  }

  /**
   * Returns the greatest numbers.
   *
   * @return a new array, one number for each dimension
   */
  public float[] greatest() {
    return greatest.clone();
  }

  /**
   * Quantizes a vector: the least number becomes -128, the greatest 127, or 126 by rounding; what
   * lies outside becomes the nearer of them, and a dimension that never changes becomes -128.
   *
   * @param embedding a vector
   * @return 4 times smaller
   * @throws InvalidRequestException if the ranges are for another number of dimensions
   */
  public Int8Embedding quantize(Embedding embedding) {
    Embedding.checkComparable(least.length, embedding.dimensions());
    byte[] bytes = new byte[least.length];
    for (int i = 0; i < bytes.length; i++) {
      // In single precision, as the reference computes it, so that the same bytes come out.
      float step = (greatest[i] - least[i]) / STEPS;
      float steps = step == 0 ? 0 : (embedding.value(i) - least[i]) / step;
      bytes[i] = (byte) (Math.max(0, Math.min(STEPS, (int) Math.floor(steps))) - 128);
    }
    return new Int8Embedding(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QuantizationRanges ranges
        && Arrays.equals(ranges.least, least)
        && Arrays.equals(ranges.greatest, greatest);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(least) + Arrays.hashCode(greatest);
  }

  @Override
  public String toString() {
    return "QuantizationRanges[dimensions=" + least.length + "]";
  }
}
