package io.loquent.decoding.heads;

import io.loquent.InferenceException;
import io.loquent.encoder.ClassificationFunction;
import io.loquent.encoder.LabelScore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;

/** Turns the logits of labels into scores. Stateless and thread-safe. */
public final class LabelScores {

  private static final String LABEL = "label";

  private LabelScores() {}

  /**
   * Applies a function to logits.
   *
   * @param function a softmax, a sigmoid or nothing
   * @param logits {@code [labels]}, not changed
   * @return {@code [labels]} scores
   * @throws InferenceException if a logit is NaN or positive infinity
   */
  public static double[] of(ClassificationFunction function, float[] logits) {
    LogitsCheck.check(logits, LABEL);
    double[] scores = new double[logits.length];
    for (int label = 0; label < scores.length; label++) {
      scores[label] = logits[label];
    }
    return switch (function) {
      case SOFTMAX -> softmax(scores);
      case SIGMOID -> sigmoid(scores);
      case NONE -> scores;
    };
  }

  private static double[] softmax(double[] scores) {
    double logSum = LogitsCheck.logSumExp(scores, LABEL);
    for (int label = 0; label < scores.length; label++) {
      scores[label] = Math.exp(scores[label] - logSum);
    }
    return scores;
  }

  private static double[] sigmoid(double[] scores) {
    for (int label = 0; label < scores.length; label++) {
      scores[label] = DenseActivation.sigmoid(scores[label]);
    }
    return scores;
  }

  /**
   * Scores candidate labels by how well their hypotheses follow from a text (Yin et al. 2019,
   * "Benchmarking Zero-shot Text Classification").
   *
   * @param logits {@code [candidates, labels]}: what a model of inference says of each hypothesis
   * @param entailment the model's label for what follows
   * @param contradiction the model's label for what does not
   * @param independent true to weigh, for each candidate alone, entailment against contradiction;
   *     false to weigh the candidates' entailments against one another. One candidate is always
   *     judged alone
   * @return {@code [candidates]} probabilities
   * @throws InferenceException if a logit is NaN or positive infinity
   */
  public static double[] byEntailment(
      float[][] logits, int entailment, int contradiction, boolean independent) {
    if (!independent && logits.length > 1) {
      float[] entailments = new float[logits.length];
      for (int candidate = 0; candidate < logits.length; candidate++) {
        entailments[candidate] = logits[candidate][entailment];
      }
      return of(ClassificationFunction.SOFTMAX, entailments);
    }
    double[] scores = new double[logits.length];
    for (int candidate = 0; candidate < logits.length; candidate++) {
      float[] pair = {logits[candidate][contradiction], logits[candidate][entailment]};
      scores[candidate] = of(ClassificationFunction.SOFTMAX, pair)[1];
    }
    return scores;
  }

  /**
   * Orders labels by their scores.
   *
   * @param scores {@code [labels]}
   * @param names names the labels
   * @param topK how many are returned at most
   * @return the best first; of equal scores the lower index first
   */
  public static List<LabelScore> ranked(double[] scores, IntFunction<String> names, int topK) {
    List<LabelScore> ranked = new ArrayList<>();
    for (int label = 0; label < scores.length; label++) {
      ranked.add(new LabelScore(names.apply(label), label, scores[label]));
    }
    ranked.sort(Comparator.comparingDouble(LabelScore::score).reversed());
    return ranked.subList(0, Math.min(topK, ranked.size()));
  }
}
