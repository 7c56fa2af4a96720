package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * Forbids the tokens that would complete an n-gram which the sequence, prompt included, already has
 * (Hugging Face {@code NoRepeatNGramLogitsProcessor}).
 */
final class NoRepeatNgram implements LoweringProcessor {

  private final int size;

  NoRepeatNgram(int size) {
    this.size = size;
  }

  @Override
  public int lowers(int length) {
    return Math.max(0, length - (size - 1));
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    int length = tokens.length();
    int suffix = length - (size - 1);
    for (int end = size - 1; end < length; end++) {
      int next = tokens.get(end);
      if (next < scores.length && isSuffixBefore(tokens, end, suffix)) {
        scores[next] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /** Says whether the tokens before an index are the newest ones. */
  private static boolean isSuffixBefore(TokenSequence tokens, int end, int suffix) {
    int count = tokens.length() - suffix;
    for (int i = 0; i < count; i++) {
      if (tokens.get(end - count + i) != tokens.get(suffix + i)) {
        return false;
      }
    }
    return true;
  }
}
