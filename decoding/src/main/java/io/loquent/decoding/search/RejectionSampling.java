package io.loquent.decoding.search;

import io.loquent.decoding.logits.CounterRandom;
import io.loquent.decoding.logits.PossibleTokens;
import io.loquent.decoding.logits.Sampler;

/**
 * Verifies tokens that were drawn at random from known probabilities (speculative sampling:
 * Leviathan et al. 2023, Chen et al. 2023). A token that was drawn with probability {@code q} and
 * should have {@code p} is kept with probability {@code min(1, p / q)}; otherwise another one is
 * drawn from what {@code p} has more than {@code q}. What comes out has the probabilities {@code
 * p}, and is the drawn token as often as is possible at all. Confined to one thread.
 */
class RejectionSampling {

  /** The stream of {@link CounterRandom} that decides whether a token is kept. */
  private static final int KEEPING = 2;

  /** The stream of {@link CounterRandom} that draws another one. */
  private static final int INSTEAD = 3;

  private final long seed;
  private final Sampler sampler;
  private float[] scores = new float[0];

  RejectionSampling(long seed, Sampler sampler) {
    this.seed = seed;
    this.sampler = sampler;
  }

  /**
   * Keeps a drawn token or draws another one.
   *
   * @param possible what can be chosen, not changed
   * @param drawn the token
   * @param drawnFrom {@code [vocabulary]} the probabilities that it was drawn with
   * @param row which of the request's sequences it continues
   * @param position how many tokens that sequence has generated
   * @return the token's id
   */
  final int choose(PossibleTokens possible, int drawn, float[] drawnFrom, int row, int position) {
    double sum = possible.logSumExp();
    double keeping = CounterRandom.uniform(seed, row, position, KEEPING);
    if (keeping * drawnFrom[drawn] < Math.exp(possible.score(drawn) - sum)) {
      return drawn;
    }
    if (scores.length != drawnFrom.length) {
      scores = new float[drawnFrom.length];
    }
    possible.writeTo(scores);
    double total = 0;
    for (int id = 0; id < scores.length; id++) {
      total += residual(Math.exp(scores[id] - sum), drawnFrom[id]);
    }
    double target = total * CounterRandom.uniform(seed, row, position, INSTEAD);
    double reached = 0;
    for (int id = 0; id < scores.length; id++) {
      reached += residual(Math.exp(scores[id] - sum), drawnFrom[id]);
      if (reached > target) {
        return id;
      }
    }
    // Both are the same but for rounding.
    return sampler.draw(possible, row, position);
  }

  /** What is missing where the drawn token is not kept. */
  double residual(double wanted, double drawnWith) {
    return Math.max(0, wanted - drawnWith);
  }
}
