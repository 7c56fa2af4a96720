package io.loquent.decoding.logits;

import io.loquent.TokenSequence;
import java.util.Arrays;

/**
 * Leaves only some tokens, with score 0, when the sequence, prompt included, has a certain length
 * (Hugging Face {@code ForcedBOSTokenLogitsProcessor} and {@code ForcedEOSTokenLogitsProcessor}).
 */
final class ForcedTokens implements LoweringProcessor {

  private final int[] ids;
  private final int atLength;

  ForcedTokens(int[] ids, int atLength) {
    this.ids = ids;
    this.atLength = atLength;
  }

  @Override
  public int lowers(int length) {
    return length == atLength ? ProcessorChain.ANY : 0;
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    if (tokens.length() == atLength) {
      Arrays.fill(scores, Float.NEGATIVE_INFINITY);
      for (int id : ids) {
        scores[id] = 0;
      }
    }
  }
}
