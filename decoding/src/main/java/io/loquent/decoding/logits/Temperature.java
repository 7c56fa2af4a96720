package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * Divides all scores: below 1 the likely tokens become likelier, above 1 less so (Hugging Face
 * {@code TemperatureLogitsWarper}).
 *
 * <p>Where a temperature near 0 would turn the highest score into an infinity, it is first taken
 * from all: the distribution is the same, and leaves only the most probable token.
 */
final class Temperature implements Warper {

  private final double temperature;

  Temperature(double temperature) {
    this.temperature = temperature;
  }

  @Override
  public void warp(TokenSequence tokens, int row, PossibleTokens possible) {
    double max = possible.max();
    double highest = Math.abs(max / temperature);
    boolean shifts = highest > Float.MAX_VALUE && max != Double.NEGATIVE_INFINITY;
    possible.scale(shifts ? max : 0, temperature);
  }
}
