package io.loquent;

import java.util.List;

/**
 * One generated token. Immutable.
 *
 * @param index position among the generated tokens, from 0
 * @param id vocabulary id
 * @param text what this token adds to the text: empty while a character is incomplete or while the
 *     text might become a stop string, and then more than its own piece. The texts of a candidate's
 *     tokens, joined, are the candidate's text.
 * @param logProbability natural logarithm of the probability under the processed scores, as Hugging
 *     Face's {@code output_scores}: after all processors; 0 for a forced token
 * @param rawLogProbability natural logarithm of the probability under the model's own logits, as
 *     Hugging Face's {@code output_logits}
 * @param top the most probable tokens at this position under the processed scores, best first;
 *     empty unless {@link Option#TOP_LOGPROBS} asks for them
 */
public record Token(
    int index,
    int id,
    String text,
    double logProbability,
    double rawLogProbability,
    List<TopToken> top) {

  /**
   * Copies the list.
   *
   * @param index position among the generated tokens, from 0
   * @param id vocabulary id
   * @param text what this token adds to the text
   * @param logProbability natural logarithm of the probability under the processed scores, as
   *     Hugging Face's {@code output_scores}
   * @param rawLogProbability natural logarithm of the probability under the model's own logits, as
   *     Hugging Face's {@code output_logits}
   * @param top the most probable tokens at this position under the processed scores, best first
   */
  public Token {
    top = List.copyOf(top);
  }

  /**
   * An alternative at a position. Immutable.
   *
   * @param id vocabulary id
   * @param logProbability natural logarithm of its probability under the processed scores
   */
  public record TopToken(int id, double logProbability) {}
}
