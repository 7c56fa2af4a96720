package io.loquent.decoding.search;

import io.loquent.decoding.logits.Sampler;
import io.loquent.decoding.logits.TopTokens;

/** How a beam search picks the continuations that it looks at. */
@FunctionalInterface
interface Ranking {

  /**
   * Picks continuations.
   *
   * @param scores for each beam {@code [vocabulary]} processed scores, at least one of them finite
   * @param totals for each beam what is added to its scores
   * @param beams how many beams there are
   * @param position how many tokens they have generated
   * @param beamOfRank receives the beams of the picked tokens, in their order
   * @param tokenOfRank receives their ids; its length is how many are wanted
   * @return how many were picked
   */
  int rank(
      float[][] scores,
      double[] totals,
      int beams,
      int position,
      int[] beamOfRank,
      int[] tokenOfRank);

  /** The best totals, those of possible tokens only. */
  static Ranking best(int count) {
    TopTokens best = new TopTokens(count);
    return (scores, totals, beams, position, beamOfRank, tokenOfRank) -> {
      best.clear();
      for (int beam = 0; beam < beams; beam++) {
        best.offerAll(beam, scores[beam], totals[beam]);
      }
      best.sort();
      for (int rank = 0; rank < best.size(); rank++) {
        beamOfRank[rank] = best.row(rank);
        tokenOfRank[rank] = best.id(rank);
      }
      return best.size();
    };
  }

  /** Drawn at random without replacement, in the order of drawing. */
  static Ranking drawn(long seed) {
    Sampler sampler = new Sampler(seed);
    return (scores, totals, beams, position, beamOfRank, tokenOfRank) ->
        sampler.drawDistinct(
            scores, totals, beams, tokenOfRank.length, position, beamOfRank, tokenOfRank);
  }
}
