package io.loquent.samples.benchmarks.models;

/**
 * Random weights that depend on nothing but a seed and their name, so that every form of a model
 * has the same ones. Stateless and thread-safe.
 */
final class SeededWeights {

  /** The steps of the splitmix64 generator (Steele, Lea and Flood 2014). */
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  /** The standard deviation of the sum of four uniform 16-bit numbers. */
  private static final double SUM_DEVIATION = 65536 * Math.sqrt(4 / 12.0);

  private static final double SUM_MEAN = 2 * 65535;

  private final long seed;

  SeededWeights(long seed) {
    this.seed = seed;
  }

  /**
   * Makes a matrix of nearly normal values: each is the sum of four uniform ones.
   *
   * @param name its name
   * @param rows number of rows: outputs of a projection
   * @param columns number of columns: inputs of a projection
   * @param gain the standard deviation, times the square root of the number of columns
   * @return {@code [rows, columns]}, row by row
   */
  float[] matrix(String name, int rows, int columns, double gain) {
    return values(name, rows * columns, gain / Math.sqrt(columns));
  }

  /** Makes a vector of nearly normal values. */
  float[] values(String name, int count, double deviation) {
    double scale = deviation / SUM_DEVIATION;
    long state = seed * GOLDEN_GAMMA;
    for (int i = 0; i < name.length(); i++) {
      state = mix(state + name.charAt(i) + GOLDEN_GAMMA);
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      state += GOLDEN_GAMMA;
      long bits = mix(state);
      long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
      values[i] = (float) ((sum - SUM_MEAN) * scale);
    }
    return values;
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Turns {@code [rows, columns]} into {@code [columns, rows]}. */
  static float[] transpose(float[] matrix, int rows, int columns) {
    float[] transposed = new float[matrix.length];
    int tile = 32;
    for (int top = 0; top < rows; top += tile) {
      for (int left = 0; left < columns; left += tile) {
        for (int r = top; r < Math.min(rows, top + tile); r++) {
          for (int c = left; c < Math.min(columns, left + tile); c++) {
            transposed[c * rows + r] = matrix[r * columns + c];
          }
        }
      }
    }
    return transposed;
  }
}
