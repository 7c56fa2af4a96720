package io.loquent.decoding;

import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one run of the model says about each row of a {@link DecodingState}. Valid until the state's
 * next call; confined to the generating thread.
 */
public interface StepOutput {

  /**
   * Returns the length of a logits vector.
   *
   * @return the vocabulary size
   */
  int vocabularySize();

  /**
   * Copies the logits for the token that follows a row's newest one.
   *
   * @param row from 0
   * @param target receives {@code [vocabulary]} raw logits
   */
  void logits(int row, float[] target);

  /**
   * Returns the logits of {@link #logits(int, float[])} where they lie in memory, for who reads
   * them once.
   *
   * @param row from 0
   * @return {@code [vocabulary]} raw logits from the buffer's position on, only to be read; null
   *     where they do not lie anywhere as floats
   */
  default @Nullable FloatBuffer logitsInPlace(int row) {
    return null;
  }

  /**
   * Returns the logits of {@link #logits(int, int, float[])} where they lie in memory, for who
   * reads them once.
   *
   * @param row from 0
   * @param position from 0, the oldest, to {@code positions(row) - 1}, the newest
   * @return {@code [vocabulary]} raw logits from the buffer's position on, only to be read; null
   *     where they do not lie anywhere as floats
   */
  default @Nullable FloatBuffer logitsInPlace(int row, int position) {
    return null;
  }

  /**
   * Returns how many of a row's newest positions have logits: after the start as many as the prompt
   * has tokens, or 1 where the graph only answers for the last; 1 after each later step.
   *
   * @param row from 0
   * @return positions, at least 1
   */
  int positions(int row);

  /**
   * Copies the logits for the token that follows a given position.
   *
   * @param row from 0
   * @param position from 0, the oldest, to {@code positions(row) - 1}, the newest
   * @param target receives {@code [vocabulary]} raw logits
   */
  void logits(int row, int position, float[] target);

  /**
   * Copies the best continuations of a row, best first: the tokens with the highest logits behind
   * its newest position. A run answers so only if {@link DecodingState#ask} asked for that before,
   * and then for all rows or for none.
   *
   * @param row from 0
   * @param count how many are wanted
   * @param ids receives vocabulary ids; among equals the lower id comes first
   * @param logProbabilities receives the log-softmax of their logits, in nats
   * @return how many there are, impossible ones left out; -1 if the run has not ranked so many, so
   *     that the logits have to be read
   * @throws io.loquent.InferenceException if a logit of the row is NaN or positive infinity
   */
  default int best(int row, int count, int[] ids, float[] logProbabilities) {
    return -1;
  }

  /**
   * Returns the softmax of a position's logits where it lies in memory, for who reads it once. A
   * run computes it only if {@link DecodingState#ask} asked for that before.
   *
   * @param row from 0
   * @param position as in {@link #logits(int, int, float[])}
   * @return {@code [vocabulary]} probabilities from the buffer's position on, only to be read; they
   *     sum to 1 within 1e-3, and who wants to be more precise divides by their sum. Null if the
   *     run has not computed them. Meaningless where a logit of the position is NaN or positive
   *     infinity, or all are negative infinity
   */
  default @Nullable FloatBuffer probabilitiesInPlace(int row, int position) {
    return null;
  }

  /**
   * Returns the length of a hidden state.
   *
   * @return 0 if the state was opened without hidden states
   */
  int hiddenSize();

  /**
   * Copies the decoder's last hidden state at a position: what the language-model head reads.
   *
   * @param row from 0
   * @param position as in {@link #logits(int, int, float[])}
   * @param target receives {@code [hiddenSize]} values
   */
  void hiddenState(int row, int position, float[] target);
}
