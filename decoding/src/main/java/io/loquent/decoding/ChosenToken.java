package io.loquent.decoding;

import io.loquent.FrameSpan;
import io.loquent.Token.TopToken;
import java.util.List;
import java.util.Optional;

/**
 * A generated token before it becomes text. Immutable.
 *
 * @param id vocabulary id
 * @param logProbability under the processed scores, in nats; 0 for a forced token
 * @param rawLogProbability under the model's own logits, in nats
 * @param top the most probable tokens under the processed scores, best first; empty unless asked
 *     for
 * @param span where in the input it was heard; empty unless the search aligns output and input
 */
public record ChosenToken(
    int id,
    double logProbability,
    double rawLogProbability,
    List<TopToken> top,
    Optional<FrameSpan> span) {

  /**
   * Creates a token of a search that does not align output and input.
   *
   * @param id vocabulary id
   * @param logProbability under the processed scores, in nats; 0 for a forced token
   * @param rawLogProbability under the model's own logits, in nats
   * @param top the most probable tokens under the processed scores, best first
   */
  public ChosenToken(int id, double logProbability, double rawLogProbability, List<TopToken> top) {
    this(id, logProbability, rawLogProbability, top, Optional.empty());
  }
}
