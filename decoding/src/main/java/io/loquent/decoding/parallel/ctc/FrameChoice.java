package io.loquent.decoding.parallel.ctc;

import io.loquent.Token.TopToken;
import java.util.List;

/**
 * A token, or the blank, at a frame. Immutable.
 *
 * @param frame the frame's number, from 0
 * @param id the token
 * @param logProbability under the frame's processed scores
 * @param rawLogProbability under the model's own logits
 * @param top the most probable tokens of the frame, best first; empty unless asked for
 */
record FrameChoice(
    int frame, int id, double logProbability, double rawLogProbability, List<TopToken> top) {}
