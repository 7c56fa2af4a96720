package io.loquent.decoding.parallel;

/** Pearson's test of counts against probabilities. */
public final class GoodnessOfFit {

  private GoodnessOfFit() {}

  /** The statistic of cells with a probability above 0; infinite if an impossible cell was hit. */
  public static double chiSquare(int[] counts, double[] probabilities) {
    long draws = 0;
    for (int count : counts) {
      draws += count;
    }
    double sum = 0;
    for (int cell = 0; cell < counts.length; cell++) {
      double expected = draws * probabilities[cell];
      if (expected == 0) {
        sum += counts[cell] == 0 ? 0 : Double.POSITIVE_INFINITY;
      } else {
        sum += (counts[cell] - expected) * (counts[cell] - expected) / expected;
      }
    }
    return sum;
  }

  /** What the statistic exceeds with a probability of 1e-6 (Wilson and Hilferty 1931). */
  public static double limit(int degreesOfFreedom) {
    double spread = 2.0 / (9.0 * degreesOfFreedom);
    return degreesOfFreedom * Math.pow(1 - spread + 4.7534 * Math.sqrt(spread), 3);
  }
}
