package io.loquent.decoding.search;

import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.PossibleTokens;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the model itself says about a row's next token, whatever is done to the scores then: its
 * logits, copied only for who changes them, and their log-probabilities. Confined to one thread.
 */
final class RowLogits {

  private final LogitsReader reader;
  private final int vocabularySize;

  /** Only has room once logits are copied. */
  private float[] copy = new float[0];

  /** Where the logits lie, if they are not copied. */
  private @Nullable FloatBuffer inPlace;

  private int start;

  /** Their softmax, if the run has computed it. */
  private @Nullable FloatBuffer softmax;

  private int softmaxStart;

  /** What has to be taken from a logit otherwise. */
  private double logSum;

  RowLogits(LogitsReader reader, int vocabularySize) {
    this.reader = reader;
    this.vocabularySize = vocabularySize;
  }

  /**
   * Reads a row, and begins to choose among its logits.
   *
   * @param output a run's answer
   * @param row its row
   * @param where the row's logits as {@link StepOutput#logitsInPlace(int)} gives them; null to copy
   *     them
   * @throws io.loquent.InferenceException if a logit is NaN or positive infinity
   */
  void begin(StepOutput output, int row, @Nullable FloatBuffer where, PossibleTokens possible) {
    inPlace = where;
    if (where == null) {
      if (copy.length == 0) {
        copy = new float[vocabularySize];
      }
      reader.read(output, row, copy);
      possible.start(copy);
    } else {
      start = where.position();
      possible.start(where, vocabularySize);
    }
    softmax =
        reader.isVerbatim() ? output.probabilitiesInPlace(row, output.positions(row) - 1) : null;
    if (softmax == null) {
      logSum = possible.logSumExp();
    } else {
      softmaxStart = softmax.position();
      // What a softmax makes of logits that are no numbers may look like probabilities.
      possible.checkScores();
    }
  }

  /** The copied logits, {@code [vocabulary]}. */
  float[] copied() {
    if (inPlace != null) {
      throw new IllegalStateException("the logits were read in place");
    }
    return copy;
  }

  /** Returns a token's log-probability, in nats; negative infinity if it is impossible. */
  double logProbability(int id) {
    FloatBuffer probabilities = softmax;
    FloatBuffer logits = inPlace;
    if (probabilities == null) {
      return (logits == null ? copy[id] : logits.get(start + id)) - logSum;
    }
    // A lesser probability is too small for single precision, but not impossible.
    if (probabilities.get(softmaxStart + id) >= Float.MIN_NORMAL) {
      ((Buffer) probabilities).position(softmaxStart);
      return LogProbabilities.ofSoftmax(probabilities, vocabularySize, id);
    }
    if (logits == null) {
      return LogProbabilities.at(copy, id);
    }
    ((Buffer) logits).position(start);
    return LogProbabilities.at(logits, vocabularySize, id);
  }
}
