package io.loquent.decoding.logits;

import io.loquent.InferenceException;

/**
 * Classifier-free guidance (Sanchez et al. 2023, "Stay on topic with Classifier-Free Guidance";
 * Hugging Face {@code UnbatchedClassifierFreeGuidanceLogitsProcessor}). Stateless and thread-safe.
 */
public final class Guidance {

  private Guidance() {}

  /**
   * Moves log-probabilities away from those of the negative prompt: {@code scale * (conditional -
   * unconditional) + unconditional}, with both as log-softmax. The sum of the resulting
   * probabilities is not 1 in general.
   *
   * <p>A token that the prompt rules out stays ruled out. One that only the negative prompt rules
   * out, for which the formula has no value, keeps its own log-probability.
   *
   * @param conditional {@code [vocabulary]} logits after the prompt; receives the guided scores
   * @param unconditional {@code [vocabulary]} logits after the negative prompt, not changed
   * @param scale above 1 away from the negative prompt, 1 no guidance
   * @throws InferenceException if a logit is NaN or positive infinity
   */
  public static void combine(float[] conditional, float[] unconditional, double scale) {
    if (conditional.length != unconditional.length) {
      throw new IllegalArgumentException(
          "guidance needs logits of one length; found "
              + conditional.length
              + " and "
              + unconditional.length);
    }
    double conditionalSum = LogProbabilities.logSumExp(conditional);
    double unconditionalSum = LogProbabilities.logSumExp(unconditional);
    for (int i = 0; i < conditional.length; i++) {
      if (conditional[i] == Float.NEGATIVE_INFINITY) {
        continue;
      }
      double with = conditional[i] - conditionalSum;
      double without = unconditional[i] - unconditionalSum;
      conditional[i] =
          (float)
              (unconditional[i] == Float.NEGATIVE_INFINITY
                  ? with
                  : scale * (with - without) + without);
    }
  }
}
