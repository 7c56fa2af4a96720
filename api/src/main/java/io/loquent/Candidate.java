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
 *     divided by generated length to the power of the length penalty); CTC: the log-probability of
 *     the best path, or of a beam search's token sequence, language model and hotwords included;
 *     otherwise the sum of the tokens' log-probabilities
 * @param finishReason why it ended
 * @param words its words with the frames they were heard in, where the model aligns its output with
 *     its input (CTC) and its tokens say where words begin; else empty
 */
public record Candidate(
    String text, List<Token> tokens, double score, FinishReason finishReason, List<Word> words) {

  /**
   * Copies the lists.
   *
   * @param text the text, without prompt, special tokens and stop string
   * @param tokens the generated tokens, without prompt and decoder start, with the end token if it
   *     was generated, without padding
   * @param score the search's score of the whole sequence
   * @param finishReason why it ended
   * @param words its words with the frames they were heard in
   */
  public Candidate {
    tokens = List.copyOf(tokens);
    words = List.copyOf(words);
  }

  /**
   * Creates a candidate of whose words it is not known where in the input they were heard.
   *
   * @param text the text, without prompt, special tokens and stop string
   * @param tokens the generated tokens, without prompt and decoder start, with the end token if it
   *     was generated, without padding
   * @param score the search's score of the whole sequence
   * @param finishReason why it ended
   */
  public Candidate(String text, List<Token> tokens, double score, FinishReason finishReason) {
    this(text, tokens, score, finishReason, List.of());
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
