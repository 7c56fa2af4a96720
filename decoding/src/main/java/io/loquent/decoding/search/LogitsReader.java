package io.loquent.decoding.search;

import io.loquent.Option;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.LogProbabilities;

/** Reads what the model says about a row, in the two forms that every search needs. */
final class LogitsReader {

  private final boolean removesInvalidValues;

  LogitsReader(SearchSetup setup) {
    removesInvalidValues = setup.options().get(Option.REMOVE_INVALID_VALUES).orElse(false);
  }

  /**
   * Reads a row's logits.
   *
   * @param output a run's answer
   * @param row its row
   * @param raw receives the model's own logits
   */
  void read(StepOutput output, int row, float[] raw) {
    output.logits(row, raw);
    if (removesInvalidValues) {
      // NaN would also spoil the log-softmax of a whole row, so nothing may see it.
      LogProbabilities.removeInvalidValues(raw);
    }
  }

  /** Says whether {@link #read(StepOutput, int, float[])} copies logits as they are. */
  boolean isVerbatim() {
    return !removesInvalidValues;
  }

  /**
   * Copies what choices start from: the logits, or guided scores.
   *
   * @param output a run's answer
   * @param row its row
   * @param raw the row's logits
   * @param scores receives the scores
   */
  static void copy(StepOutput output, int row, float[] raw, float[] scores) {
    System.arraycopy(raw, 0, scores, 0, raw.length);
    if (output instanceof GuidedOutput guided) {
      guided.guide(row, scores);
    }
  }

  /**
   * Reads a row in both forms.
   *
   * @param output a run's answer
   * @param row its row
   * @param raw receives the model's own logits
   * @param scores receives what choices start from: the same logits, or guided scores
   * @return what has to be taken from {@code raw} to get log-probabilities
   */
  double read(StepOutput output, int row, float[] raw, float[] scores) {
    read(output, row, raw);
    copy(output, row, raw, scores);
    return LogProbabilities.logSumExp(raw);
  }

  /** Says whether {@link #read} gives scores that are log-probabilities of a kind already. */
  static boolean isGuided(StepOutput output) {
    return output instanceof GuidedOutput;
  }
}
