package io.loquent.decoding;

import io.loquent.FinishReason;
import java.util.List;

/**
 * A generated sequence before it becomes text. Immutable.
 *
 * @param tokens the generated tokens, the end token included if it was generated
 * @param score Hugging Face's {@code sequences_scores} for beams, else the sum of log-probabilities
 * @param finishReason why it ended
 */
public record Hypothesis(List<ChosenToken> tokens, double score, FinishReason finishReason) {

  /**
   * Copies the list.
   *
   * @param tokens the generated tokens
   * @param score what it is ranked by
   * @param finishReason why it ended
   */
  public Hypothesis {
    tokens = List.copyOf(tokens);
  }
}
