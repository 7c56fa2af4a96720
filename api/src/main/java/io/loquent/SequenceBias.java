package io.loquent;

import java.util.List;

/**
 * A bias on a token sequence: added to the score of its last token where the tokens before it match
 * (Hugging Face {@code sequence_bias}).
 *
 * @param tokens ids, at least one
 * @param bias added to the score; negative to discourage, negative infinity to forbid
 */
public record SequenceBias(List<Integer> tokens, double bias) {

  /**
   * Copies the list and checks the values.
   *
   * @param tokens ids, at least one
   * @param bias added to the score
   * @throws InvalidRequestException for no tokens, a negative id, NaN or positive infinity
   */
  public SequenceBias {
    tokens = List.copyOf(tokens);
    if (tokens.isEmpty() || tokens.stream().anyMatch(id -> id < 0)) {
      throw new InvalidRequestException(
          "sequence_bias needs at least one token id, none of them negative; found " + tokens);
    }
    if (Double.isNaN(bias) || bias == Double.POSITIVE_INFINITY) {
      throw new InvalidRequestException(
          "sequence_bias of " + tokens + " must be finite or -Infinity; found " + bias);
    }
  }
}
