package io.loquent.decoding.logits;

import io.loquent.ExponentialDecay;
import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;

/**
 * Adds to the scores of the end tokens their own size times {@code factor^n - 1}, {@code n} being
 * how many tokens the sequence is past the start of the decay (Hugging Face {@code
 * ExponentialDecayLengthPenalty}). A forbidden end token stays forbidden.
 */
final class ExponentialDecayPenalty implements LogitsProcessor {

  private final ExponentialDecay decay;
  private final int[] endTokens;

  ExponentialDecayPenalty(ExponentialDecay decay, int[] endTokens) {
    this.decay = decay;
    this.endTokens = endTokens;
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    int past = tokens.generatedLength() - decay.startIndex();
    if (past <= 0) {
      return;
    }
    double growth = Math.pow(decay.factor(), past) - 1;
    for (int id : endTokens) {
      if (scores[id] != Float.NEGATIVE_INFINITY) {
        double raised = scores[id] + Math.abs(scores[id]) * growth;
        // Without a bound the growth would overflow in a long sequence.
        scores[id] = (float) Math.min(raised, Float.MAX_VALUE);
      }
    }
  }
}
