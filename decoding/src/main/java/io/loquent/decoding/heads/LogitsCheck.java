package io.loquent.decoding.heads;

import io.loquent.InferenceException;

/** Refuses numbers that no head may give. Stateless and thread-safe. */
public final class LogitsCheck {

  private LogitsCheck() {}

  /**
   * Checks logits of which at least one must be possible.
   *
   * @param logits any number of them
   * @param what what they are of, for the message
   * @throws InferenceException if one is NaN or positive infinity
   */
  public static void check(float[] logits, String what) {
    for (int i = 0; i < logits.length; i++) {
      if (Float.isNaN(logits[i]) || logits[i] == Float.POSITIVE_INFINITY) {
        throw invalid("the logit of " + what, i, logits);
      }
    }
  }

  /**
   * Checks numbers that must all be finite.
   *
   * @param numbers any number of them
   * @param what what each of them is, for the message
   * @throws InferenceException if one is NaN or infinite
   */
  public static void checkFinite(float[] numbers, String what) {
    for (int i = 0; i < numbers.length; i++) {
      if (!Float.isFinite(numbers[i])) {
        throw invalid(what, i, numbers);
      }
    }
  }

  private static InferenceException invalid(String what, int index, float[] numbers) {
    return new InferenceException(
        what
            + " "
            + index
            + " (of "
            + numbers.length
            + ") is "
            + numbers[index]
            + ", expected a finite number: the graph's numbers overflowed; use a graph of higher"
            + " precision");
  }

  /**
   * Returns the logarithm of the sum of exponentials.
   *
   * @throws InferenceException if all are negative infinity
   */
  static double logSumExp(double[] logits, String what) {
    double max = Double.NEGATIVE_INFINITY;
    for (double logit : logits) {
      max = Math.max(max, logit);
    }
    if (max == Double.NEGATIVE_INFINITY) {
      throw new InferenceException(
          "the logits of all "
              + logits.length
              + " "
              + what
              + "s are negative infinity, expected a finite one: the graph's numbers overflowed; use"
              + " a graph of higher precision");
    }
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit - max);
    }
    return max + Math.log(sum);
  }
}
