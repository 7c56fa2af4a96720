package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * Forbids tokens while the sequence, prompt included, has a length in a range: the end tokens
 * before the minimum length (Hugging Face {@code MinLengthLogitsProcessor} and {@code
 * MinNewTokensLengthLogitsProcessor}), some tokens always ({@code SuppressTokensLogitsProcessor})
 * or at the beginning ({@code SuppressTokensAtBeginLogitsProcessor}).
 */
final class BannedTokens implements LoweringProcessor {

  private final int[] ids;
  private final int fromLength;
  private final int toLength;

  /**
   * Creates the processor.
   *
   * @param fromLength the first length at which it acts
   * @param toLength the first length at which it does not act any more
   */
  BannedTokens(int[] ids, int fromLength, int toLength) {
    this.ids = ids;
    this.fromLength = fromLength;
    this.toLength = toLength;
  }

  @Override
  public int lowers(int length) {
    return acts(length) ? ids.length : 0;
  }

  private boolean acts(int length) {
    return length >= fromLength && length < toLength;
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    if (acts(tokens.length())) {
      for (int id : ids) {
        scores[id] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
