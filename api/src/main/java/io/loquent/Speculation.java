package io.loquent;

import java.util.List;

/**
 * What speculative decoding brought for one request: tokens were guessed ahead, and each run of the
 * model verified several of them. Immutable.
 *
 * @param rounds how often guesses for a candidate were verified
 * @param draftedTokens guesses that were verified, those of all paths
 * @param acceptedTokens those of them that were right
 * @param modelRunsSaved how many runs of the model fewer it took than without guesses; those of a
 *     draft model are not counted
 * @param exact whether the output is that of a request without guesses; false for graphs that
 *     quantize activations at each run, where a run over several tokens gives slightly other scores
 *     than one after the other, and the output may differ where two tokens are nearly as probable
 * @param acceptedIndexes which tokens of the first candidate were guessed right, by {@link
 *     Token#index()}, in ascending order
 */
public record Speculation(
    int rounds,
    int draftedTokens,
    int acceptedTokens,
    int modelRunsSaved,
    boolean exact,
    List<Integer> acceptedIndexes) {

  /**
   * Copies the list.
   *
   * @param rounds how often guesses for a candidate were verified
   * @param draftedTokens guesses that were verified
   * @param acceptedTokens those of them that were right
   * @param modelRunsSaved how many runs of the model fewer it took than without guesses
   * @param exact whether the output is that of a request without guesses
   * @param acceptedIndexes which tokens of the first candidate were guessed right
   */
  public Speculation {
    acceptedIndexes = List.copyOf(acceptedIndexes);
  }

  /**
   * Returns how many guesses were right per round.
   *
   * @return at least 0; 0 without a round
   */
  public double acceptedPerRound() {
    return rounds == 0 ? 0 : (double) acceptedTokens / rounds;
  }

  /**
   * Returns which part of the guesses was right.
   *
   * @return from 0 to 1; 0 without a guess
   */
  public double acceptance() {
    return draftedTokens == 0 ? 0 : (double) acceptedTokens / draftedTokens;
  }
}
