package io.loquent;

import java.util.List;
import java.util.Optional;

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
 * @param span where in the input it was heard, where the model aligns its output with its input
 *     (CTC); else empty
 */
public record Token(
    int index,
    int id,
    String text,
    double logProbability,
    double rawLogProbability,
    List<TopToken> top,
    Optional<FrameSpan> span) {

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
   * @param span where in the input it was heard
   */
  public Token {
    top = List.copyOf(top);
  }

  /**
   * Creates a token of which it is not known where in the input it was heard.
   *
   * @param index position among the generated tokens, from 0
   * @param id vocabulary id
   * @param text what this token adds to the text
   * @param logProbability natural logarithm of the probability under the processed scores
   * @param rawLogProbability natural logarithm of the probability under the model's own logits
   * @param top the most probable tokens at this position under the processed scores, best first
   */
  public Token(
      int index,
      int id,
      String text,
      double logProbability,
      double rawLogProbability,
      List<TopToken> top) {
    this(index, id, text, logProbability, rawLogProbability, top, Optional.empty());
  }

  /**
   * An alternative at a position. Immutable.
   *
   * @param id vocabulary id
   * @param logProbability natural logarithm of its probability under the processed scores
   */
  public record TopToken(int id, double logProbability) {}
}
