package io.loquent.decoding;

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
