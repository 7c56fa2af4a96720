package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * Takes from a token's score once if it was generated before, and once more for each time it was
 * (OpenAI's {@code presence_penalty} and {@code frequency_penalty}). The prompt does not count.
 */
final class OccurrencePenalty implements LoweringProcessor {

  private final double presencePenalty;
  private final double frequencyPenalty;

  /** How often each token was generated; all 0 between calls. */
  private final int[] counts;

  OccurrencePenalty(double presencePenalty, double frequencyPenalty, int vocabularySize) {
    this.presencePenalty = presencePenalty;
    this.frequencyPenalty = frequencyPenalty;
    counts = new int[vocabularySize];
  }

  @Override
  public int lowers(int length) {
    return presencePenalty >= 0 && frequencyPenalty >= 0 ? length : ProcessorChain.ANY;
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    for (int i = tokens.promptLength(); i < tokens.length(); i++) {
      counts[tokens.get(i)]++;
    }
    for (int i = tokens.promptLength(); i < tokens.length(); i++) {
      int id = tokens.get(i);
      if (counts[id] > 0) {
        scores[id] = (float) (scores[id] - presencePenalty - frequencyPenalty * counts[id]);
        counts[id] = 0;
      }
    }
  }
}
