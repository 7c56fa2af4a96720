package io.loquent.decoding.logits;

import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;

/**
 * Keeps the k most probable tokens and those tied with the last of them (Fan et al. 2018; Hugging
 * Face {@code TopKLogitsWarper}).
 */
final class TopK implements LogitsProcessor {

  private final TopTokens top;

  /**
   * Creates the warper.
   *
   * @param k how many tokens, at least 1
   */
  TopK(int k, int vocabularySize) {
    top = new TopTokens(Math.min(k, vocabularySize));
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    top.select(scores);
    if (top.size() == 0) {
      return;
    }
    double last = top.score(top.size() - 1);
    for (int id = 0; id < scores.length; id++) {
      if (scores[id] < last) {
        scores[id] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
