package io.loquent.decoding.heads;

/**
 * The Gauss error function, by the series erf(x) = 2/sqrt(pi) exp(-x²) sum of 2^n x^(2n+1) /
 * (2n+1)!! (Abramowitz and Stegun 7.1.6), whose terms have one sign. Stateless and thread-safe.
 */
final class ErrorFunction {

  /** From here on nothing is missing to 1 that a double could hold. */
  private static final double END = 6;

  private ErrorFunction() {}

  static double of(double x) {
    if (Math.abs(x) >= END) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }
}
