package io.loquent.decoding.logits;

import io.loquent.InferenceException;
import io.loquent.decoding.ChosenToken;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Passes over the scores of a vocabulary that turn logits into log-probabilities, which are right
 * to some 1e-7 of a nat. They give the same bits with and without the Vector API. Stateless and
 * thread-safe.
 *
 * <p>Negative infinity is a valid score: a token that cannot be chosen. NaN and positive infinity
 * are not, and every method but {@link #removeInvalidValues} throws an {@link InferenceException}
 * for them.
 */
public final class LogProbabilities {

  private LogProbabilities() {}

  /**
   * Finds the token with the highest of some logits where these lie in memory, without a copy of
   * all of them. Gives the same bits as {@link #mostProbable} and {@link #at}.
   *
   * @param logits {@code [vocabulary]} logits from its position on; the position changes
   * @param vocabularySize how many there are
   * @return the lowest id of those that share the highest logit, and its log-probability
   * @throws InferenceException if a logit is NaN or positive infinity, or all are negative infinity
   */
  public static ChosenToken mostProbable(FloatBuffer logits, int vocabularySize) {
    int start = logits.position();
    Lanes lanes = Lanes.borrow();
    float max = lanes.max(logits, start, vocabularySize);
    if (!(Math.abs(max) <= Float.MAX_VALUE)) {
      throw nothingToChoose(logits, start, vocabularySize);
    }
    int id = lanes.firstOf(logits, start, vocabularySize, max);
    double logSum = max + Math.log(lanes.sumOfExponentials(logits, start, vocabularySize, max));
    Lanes.giveBack(lanes);
    double logProbability = max - logSum;
    return new ChosenToken(id, logProbability, logProbability, List.of());
  }

  /**
   * Returns the log-probability of a token by the softmax of all logits, whatever small error its
   * sum has.
   *
   * @param probabilities {@code [vocabulary]} probabilities from its position on; the position
   *     changes
   * @param vocabularySize how many there are
   * @param id the token
   * @return its log-probability, in nats; negative infinity if its probability is 0
   */
  public static double ofSoftmax(FloatBuffer probabilities, int vocabularySize, int id) {
    int start = probabilities.position();
    float probability = probabilities.get(start + id);
    Lanes lanes = Lanes.borrow();
    double sum = lanes.sum(probabilities, start, vocabularySize);
    Lanes.giveBack(lanes);
    return Math.log(probability / sum);
  }

  /**
   * Finds the token with the highest of some logits where these lie in memory, for who does not
   * want to know how probable it is: no exponential is computed.
   *
   * @param logits {@code [vocabulary]} logits from its position on; the position changes
   * @param vocabularySize how many there are
   * @return the lowest id of those that share the highest logit
   * @throws InferenceException if a logit is NaN or positive infinity, or all are negative infinity
   */
  public static int mostProbableId(FloatBuffer logits, int vocabularySize) {
    int start = logits.position();
    Lanes lanes = Lanes.borrow();
    float max = lanes.max(logits, start, vocabularySize);
    if (!(Math.abs(max) <= Float.MAX_VALUE)) {
      throw nothingToChoose(logits, start, vocabularySize);
    }
    int id = lanes.firstOf(logits, start, vocabularySize, max);
    Lanes.giveBack(lanes);
    return id;
  }

  private static InferenceException nothingToChoose(FloatBuffer logits, int start, int size) {
    float[] copy = new float[size];
    ((Buffer) logits).position(start);
    logits.get(copy);
    check(Lanes.highest(copy), copy, size);
    return noneLeft(size);
  }

  /**
   * Replaces scores by their log-softmax.
   *
   * @param scores {@code [vocabulary]} logits or unnormalized log-probabilities; becomes
   *     log-probabilities, or stays as it is if all are negative infinity
   * @throws InferenceException if a score is NaN or positive infinity
   */
  public static void logSoftmax(float[] scores) {
    Lanes lanes = Lanes.borrow();
    float max = max(lanes, scores);
    if (max != Float.NEGATIVE_INFINITY) {
      float logSum = (float) Math.log(lanes.sumOfExponentials(scores, max));
      for (int i = 0; i < scores.length; i++) {
        // In this order, so that very large logits lose no precision.
        scores[i] = scores[i] - max - logSum;
      }
    }
    Lanes.giveBack(lanes);
  }

  /**
   * Returns the logarithm of the sum of exponentials: what has to be taken from a logit to get its
   * log-probability.
   *
   * @param scores {@code [vocabulary]} logits
   * @return the logarithm, in nats; negative infinity if all scores are
   * @throws InferenceException if a score is NaN or positive infinity
   */
  public static double logSumExp(float[] scores) {
    Lanes lanes = Lanes.borrow();
    float max = max(lanes, scores);
    double logSum =
        max == Float.NEGATIVE_INFINITY
            ? Double.NEGATIVE_INFINITY
            : max + Math.log(lanes.sumOfExponentials(scores, max));
    Lanes.giveBack(lanes);
    return logSum;
  }

  /**
   * Returns one token's log-probability.
   *
   * @param logits {@code [vocabulary]} logits, not changed
   * @param id the token
   * @return its log-probability, in nats; negative infinity if it cannot be chosen
   * @throws InferenceException if a logit is NaN or positive infinity
   */
  public static double at(float[] logits, int id) {
    Lanes lanes = Lanes.borrow();
    float max = max(lanes, logits);
    double logProbability =
        logits[id] == Float.NEGATIVE_INFINITY
            ? Double.NEGATIVE_INFINITY
            : (double) logits[id] - max - Math.log(lanes.sumOfExponentials(logits, max));
    Lanes.giveBack(lanes);
    return logProbability;
  }

  /**
   * Returns one token's log-probability, with the logits where they lie in memory. Gives the same
   * bits as {@link #at(float[], int)}.
   *
   * @param logits {@code [vocabulary]} logits from its position on; the position changes
   * @param vocabularySize how many there are
   * @param id the token
   * @return its log-probability, in nats; negative infinity if it cannot be chosen
   * @throws InferenceException if a logit is NaN or positive infinity
   */
  public static double at(FloatBuffer logits, int vocabularySize, int id) {
    float[] copy = new float[vocabularySize];
    logits.get(copy);
    return at(copy, id);
  }

  /**
   * Returns the token with the highest score.
   *
   * @param scores {@code [vocabulary]} scores
   * @return its id; the lowest of those that share the highest score
   * @throws InferenceException if a score is NaN or positive infinity, or all are negative infinity
   */
  public static int mostProbable(float[] scores) {
    Lanes lanes = Lanes.borrow();
    float max = max(lanes, scores);
    if (max == Float.NEGATIVE_INFINITY) {
      throw noneLeft(scores.length);
    }
    int id = lanes.firstOf(scores, max);
    Lanes.giveBack(lanes);
    return id;
  }

  /**
   * Makes every score finite (Hugging Face {@code InfNanRemoveLogitsProcessor}): NaN becomes 0, an
   * infinity the largest or smallest finite number. A token that could not be chosen keeps a
   * probability of 0.
   *
   * @param scores {@code [vocabulary]} scores
   */
  public static void removeInvalidValues(float[] scores) {
    for (int i = 0; i < scores.length; i++) {
      float score = scores[i];
      if (Float.isNaN(score)) {
        scores[i] = 0;
      } else if (Float.isInfinite(score)) {
        scores[i] = score > 0 ? Float.MAX_VALUE : -Float.MAX_VALUE;
      }
    }
  }

  /** Returns the highest score, after checking that all of them are numbers. */
  static double max(float[] scores) {
    Lanes lanes = Lanes.borrow();
    float max = max(lanes, scores);
    Lanes.giveBack(lanes);
    return max;
  }

  private static float max(Lanes lanes, float[] scores) {
    float max = lanes.max(scores);
    check(max, scores, scores.length);
    return max;
  }

  /** Throws if the highest of some scores is not a number that a score may be. */
  static void check(float max, float[] scores, int size) {
    if (Float.isNaN(max) || max == Float.POSITIVE_INFINITY) {
      throw firstInvalid(scores, size);
    }
  }

  private static InferenceException firstInvalid(float[] scores, int size) {
    int id = 0;
    while (!Float.isNaN(scores[id]) && scores[id] != Float.POSITIVE_INFINITY) {
      id++;
    }
    return invalid(size, id, Float.isNaN(scores[id]) ? "NaN" : "positive infinity");
  }

  /**
   * Says that the options leave no token to choose.
   *
   * @param vocabularySize how many tokens there are
   * @return the error, not thrown
   */
  public static InferenceException noneLeft(int vocabularySize) {
    return new InferenceException(
        "no token can be chosen: all "
            + vocabularySize
            + " scores are negative infinity, so the options or the request's own processors forbid"
            + " every token; relax them");
  }

  private static InferenceException invalid(int vocabularySize, int id, String found) {
    return new InferenceException(
        "the score of token "
            + id
            + " (of "
            + vocabularySize
            + ") is "
            + found
            + ", expected a finite number or negative infinity: the graph's logits overflowed, or a"
            + " logits processor of the request went wrong; use a graph of higher precision, or set"
            + " remove_invalid_values to go on with the other tokens");
  }
}
