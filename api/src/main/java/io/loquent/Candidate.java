package io.loquent;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

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
 * @param reasoning what the model thought aloud, and its answer, both parts of the text; empty
 *     unless the text has one of {@link Option#REASONING_TAGS}
 */
public record Candidate(
    String text,
    List<Token> tokens,
    double score,
    FinishReason finishReason,
    List<Word> words,
    Optional<Reasoning> reasoning) {

  /**
   * Copies the lists.
   *
   * @param text the text, without prompt, special tokens and stop string
   * @param tokens the generated tokens, without prompt and decoder start, with the end token if it
   *     was generated, without padding
   * @param score the search's score of the whole sequence
   * @param finishReason why it ended
   * @param words its words with the frames they were heard in
   * @param reasoning what the model thought aloud, and its answer
   */
  public Candidate {
    tokens = List.copyOf(tokens);
    words = List.copyOf(words);
    Objects.requireNonNull(reasoning, "reasoning");
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
    this(text, tokens, score, finishReason, List.of(), Optional.empty());
  }

  /**
   * Returns the text without what the model thought aloud.
   *
   * @return the answer; the whole text where there is no reasoning
   */
  public String answer() {
    return reasoning.map(Reasoning::answer).orElse(text);
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
