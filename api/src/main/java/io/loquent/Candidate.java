package io.loquent;

import java.util.List;

/**
 * One generated sequence. Immutable.
 *
 * @param text the text, without prompt, special tokens and stop string; empty for a model folder
 *     without a tokenizer
 * @param tokens the generated tokens, without prompt and decoder start, with the end token if it
 *     was generated, without padding
 * @param score beam search: Hugging Face's {@code sequences_scores} (sum of log-probabilities
 *     divided by generated length to the power of the length penalty); otherwise the sum of the
 *     tokens' log-probabilities
 * @param finishReason why it ended
 */
public record Candidate(String text, List<Token> tokens, double score, FinishReason finishReason) {

  /**
   * Copies the list.
   *
   * @param text the text, without prompt, special tokens and stop string
   * @param tokens the generated tokens, without prompt and decoder start, with the end token if it
   *     was generated, without padding
   * @param score the search's score of the whole sequence
   * @param finishReason why it ended
   */
  public Candidate {
    tokens = List.copyOf(tokens);
  }

  /**
   * Returns the ids of the tokens.
   *
   * @return a new array
   */
  public int[] ids() {
    return tokens.stream().mapToInt(Token::id).toArray();
  }
}
