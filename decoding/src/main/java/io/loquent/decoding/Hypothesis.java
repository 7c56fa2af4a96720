package io.loquent.decoding;

import io.loquent.FinishReason;
import io.loquent.Word;
import java.util.List;

/**
 * A generated sequence before it becomes text. Immutable.
 *
 * @param tokens the generated tokens, the end token included if it was generated
 * @param score Hugging Face's {@code sequences_scores} for beams, else the sum of
 *     log-probabilities; in parallel decoding what the family ranks by, such as the mean
 *     log-probability of a filled canvas unless a family of searches says otherwise
 * @param finishReason why it ended
 * @param words its words with the frames they were heard in; empty unless the search aligns output
 *     and input, and knows where words begin
 */
public record Hypothesis(
    List<ChosenToken> tokens, double score, FinishReason finishReason, List<Word> words) {

  /**
   * Copies the lists.
   *
   * @param tokens the generated tokens
   * @param score what it is ranked by
   * @param finishReason why it ended
   * @param words its words with the frames they were heard in
   */
  public Hypothesis {
    tokens = List.copyOf(tokens);
    words = List.copyOf(words);
  }

  /**
   * Creates a sequence without aligned words.
   *
   * @param tokens the generated tokens
   * @param score what it is ranked by
   * @param finishReason why it ended
   */
  public Hypothesis(List<ChosenToken> tokens, double score, FinishReason finishReason) {
    this(tokens, score, finishReason, List.of());
  }
}
