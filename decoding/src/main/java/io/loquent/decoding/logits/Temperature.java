package io.loquent.decoding.logits;

import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;

/**
 * Divides all scores: below 1 the likely tokens become likelier, above 1 less so (Hugging Face
 * {@code TemperatureLogitsWarper}).
 *
 * <p>Where a temperature near 0 would turn the highest score into an infinity, the highest score is
 * first taken from all: the distribution is the same, and leaves only the most probable token.
 */
final class Temperature implements LogitsProcessor {

  private final double temperature;

  Temperature(double temperature) {
    this.temperature = temperature;
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    double max = LogProbabilities.max(scores);
    double shift = max / temperature > Float.MAX_VALUE ? max : 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) ((scores[i] - shift) / temperature);
    }
  }
}
