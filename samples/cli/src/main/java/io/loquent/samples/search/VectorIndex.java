package io.loquent.samples.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Vectors in memory, and the nearest of them by cosine. All of them are looked at, one behind the
 * other in one array, which takes a millisecond for ten thousand of 384 numbers. Immutable and
 * thread-safe.
 */
public final class VectorIndex {

  private final int dimensions;
  private final float[] matrix;

  /**
   * Copies vectors; each gets a length of one, so that a dot product is a cosine.
   *
   * @param vectors {@code [count, dimensions]}
   * @throws IllegalArgumentException if they are not equally long
   */
  public VectorIndex(List<float[]> vectors) {
    dimensions = vectors.isEmpty() ? 0 : vectors.get(0).length;
    matrix = new float[Math.multiplyExact(vectors.size(), dimensions)];
    for (int row = 0; row < vectors.size(); row++) {
      float[] vector = unit(vectors.get(row));
      System.arraycopy(vector, 0, matrix, row * dimensions, dimensions);
    }
  }

  /**
   * A vector that was found.
   *
   * @param index which one, from 0
   * @param cosine how near it is, from -1 to 1
   */
  public record Hit(int index, float cosine) {}

  /**
   * Returns the number of vectors.
   *
   * @return 0 or more
   */
  public int size() {
    return dimensions == 0 ? 0 : matrix.length / dimensions;
  }

  /**
   * Finds the nearest vectors.
   *
   * @param query as many numbers as the vectors have
   * @param count how many are wanted
   * @return at most so many, the nearest first; equally near ones in the order of the index
   * @throws IllegalArgumentException if the query has another length
   */
  public List<Hit> nearest(float[] query, int count) {
    if (size() == 0 || count < 1) {
      return List.of();
    }
    float[] direction = unit(query);
    // The worst of the best so far is at its head, and makes room for a better one.
    Comparator<Hit> worstFirst =
        Comparator.comparingDouble(Hit::cosine)
            .thenComparing(Comparator.comparingInt(Hit::index).reversed());
    PriorityQueue<Hit> best = new PriorityQueue<>(worstFirst);
    for (int row = 0; row < size(); row++) {
      Hit hit = new Hit(row, dot(direction, row));
      if (best.size() < count) {
        best.add(hit);
      } else if (worstFirst.compare(hit, best.element()) > 0) {
        best.remove();
        best.add(hit);
      }
    }
    List<Hit> hits = new ArrayList<>(best);
    hits.sort(worstFirst.reversed());
    return hits;
  }

  private float dot(float[] direction, int row) {
    float sum = 0;
    int start = row * dimensions;
    for (int i = 0; i < dimensions; i++) {
      sum += direction[i] * matrix[start + i];
    }
    return sum;
  }

  private float[] unit(float[] vector) {
    if (vector.length != dimensions) {
      throw new IllegalArgumentException(
          "a vector of " + vector.length + " numbers among vectors of " + dimensions);
    }
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    float[] unit = Arrays.copyOf(vector, dimensions);
    if (square > 0) {
      float scale = (float) (1 / Math.sqrt(square));
      for (int i = 0; i < dimensions; i++) {
        unit[i] *= scale;
      }
    }
    return unit;
  }
}
