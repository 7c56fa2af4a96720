package io.loquent.decoding.logits;

import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;

/**
 * Forbids the tokens that would complete an n-gram which the encoder's input has (Hugging Face
 * {@code EncoderNoRepeatNGramLogitsProcessor}).
 */
final class EncoderNoRepeatNgram implements LogitsProcessor {

  private final int size;
  private final int[] encoderIds;

  EncoderNoRepeatNgram(int size, int[] encoderIds) {
    this.size = size;
    this.encoderIds = encoderIds;
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    int suffix = tokens.length() - (size - 1);
    if (suffix < 0) {
      return;
    }
    for (int start = 0; start + size <= encoderIds.length; start++) {
      int next = encoderIds[start + size - 1];
      if (next < scores.length && isSuffixAt(tokens, start, suffix)) {
        scores[next] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private boolean isSuffixAt(TokenSequence tokens, int start, int suffix) {
    for (int i = 0; i < size - 1; i++) {
      if (encoderIds[start + i] != tokens.get(suffix + i)) {
        return false;
      }
    }
    return true;
  }
}
