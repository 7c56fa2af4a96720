package io.loquent.decoding.search;

import io.loquent.EarlyStopping;
import io.loquent.GenerationOptions;
import io.loquent.Option;

/**
 * The options of beam searches.
 *
 * @param beams hypotheses kept
 * @param returned hypotheses returned at most
 * @param lengthPenalty exponent of the generated length by which sums are divided
 * @param earlyStopping when the search ends
 * @param maxNewTokens the longest hypothesis, without prompt
 */
record BeamSettings(
    int beams, int returned, double lengthPenalty, EarlyStopping earlyStopping, int maxNewTokens) {

  static BeamSettings of(GenerationOptions options, StopConditions stops) {
    return new BeamSettings(
        options.get(Option.NUM_BEAMS).orElse(1),
        options.get(Option.NUM_RETURN_SEQUENCES).orElse(1),
        options.get(Option.LENGTH_PENALTY).orElse(1.0),
        options.get(Option.EARLY_STOPPING).orElse(EarlyStopping.FALSE),
        stops.limits().maxNewTokens());
  }
}
