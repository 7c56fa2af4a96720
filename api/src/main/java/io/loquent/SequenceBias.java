package io.loquent;

import java.util.List;

/**
 * A bias on a token sequence: added to the score of its last token where the tokens before it match
 * (Hugging Face {@code sequence_bias}).
 *
 * @param tokens ids, at least one
 * @param bias added to the score; negative to discourage
 */
public record SequenceBias(List<Integer> tokens, double bias) {

  /**
   * Copies the list.
   *
   * @param tokens ids, at least one
   * @param bias added to the score
   */
  public SequenceBias {
    tokens = List.copyOf(tokens);
  }
}
