package io.loquent.decoding.search;

import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.logits.LogProbabilities;

/**
 * The best one-token continuations of all beams of a search, or of one group (Hugging Face {@code
 * _get_top_k_continuations}): log-softmax first, then the processors, then the beam's sum is added.
 */
abstract class Continuations {

  private final int vocabularySize;

  /** By beam: what is added to its scores. */
  final double[] totals;

  /** By rank, the best first. */
  final int[] beamOfRank;

  final int[] tokenOfRank;

  /** How many continuations there are, after ranking. */
  int size;

  /**
   * Allocates.
   *
   * @param vocabularySize length of a logits vector
   * @param width how many beams there may be
   * @param count how many continuations are looked for
   */
  Continuations(int vocabularySize, int width, int count) {
    this.vocabularySize = vocabularySize;
    totals = new double[width];
    beamOfRank = new int[count];
    tokenOfRank = new int[count];
  }

  /** How many continuations a search has to look at, so that enough are left that do not end. */
  static int count(int width, int endTokens) {
    return Math.max(2, 1 + endTokens) * width;
  }

  /** Returns the processed score of a continuation that was ranked. */
  abstract float score(int beam, int token);

  /** Describes a continuation that was ranked. */
  abstract ChosenToken chosen(int beam, int token);

  final int size() {
    return size;
  }

  /** Returns which beam a continuation continues, in the order of reading. */
  final int beam(int rank) {
    return beamOfRank[rank];
  }

  final int token(int rank) {
    return tokenOfRank[rank];
  }

  /** Returns a continuation's sum of log-probabilities. */
  final double total(int rank) {
    return total(beamOfRank[rank], tokenOfRank[rank]);
  }

  /** Returns the sum of log-probabilities of a continuation by beam and token. */
  final double total(int beam, int token) {
    return totals[beam] + score(beam, token);
  }

  final ChosenToken chosen(int rank) {
    return chosen(beamOfRank[rank], tokenOfRank[rank]);
  }

  /** Fails if no continuation is possible. */
  final void requireAny() {
    if (size == 0) {
      throw LogProbabilities.noneLeft(vocabularySize);
    }
  }
}
