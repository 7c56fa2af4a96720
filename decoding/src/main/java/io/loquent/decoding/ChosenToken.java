package io.loquent.decoding;

import io.loquent.Token.TopToken;
import java.util.List;

/**
 * A generated token before it becomes text. Immutable.
 *
 * @param id vocabulary id
 * @param logProbability under the processed scores, in nats; 0 for a forced token
 * @param rawLogProbability under the model's own logits, in nats
 * @param top the most probable tokens under the processed scores, best first; empty unless asked
 *     for
 */
public record ChosenToken(
    int id, double logProbability, double rawLogProbability, List<TopToken> top) {}
