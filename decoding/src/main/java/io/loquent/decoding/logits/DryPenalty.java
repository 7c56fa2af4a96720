package io.loquent.decoding.logits;

import com.google.common.primitives.Ints;
import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;
import java.util.List;

/**
 * Penalizes the tokens that would continue a repetition: where the newest tokens have appeared
 * before, prompt included, the token that followed them then loses {@code multiplier * base^(length
 * - allowedLength)}, {@code length} being how many tokens are repeated already, from {@code
 * allowedLength} on. No repetition reaches across a sequence breaker (DRY, "don't repeat yourself",
 * by p-e-w: text-generation-webui's pull request 5677; also in llama.cpp).
 *
 * <p>The lengths of all repetitions come from one pass of the Z algorithm (Main and Lorentz 1984)
 * over the sequence read backwards.
 */
final class DryPenalty implements LogitsProcessor {

  /** The penalty grows exponentially; this much is beyond any score, and far from overflow. */
  private static final double MOST = 1e30;

  private final double multiplier;
  private final double base;
  private final int allowedLength;
  private final int lastTokens;
  private final TokenMarks breakers;

  /** For each token the longest repetition that it would continue; all 0 between calls. */
  private final int[] repeated;

  /** The newest tokens, newest first. */
  private int[] backwards = new int[0];

  /** For each index of {@code backwards} how many tokens from there on equal those from 0 on. */
  private int[] matches = new int[0];

  /**
   * Creates the processor.
   *
   * @param lastTokens how many of the newest tokens count; negative for all
   */
  DryPenalty(
      double multiplier,
      double base,
      int allowedLength,
      int lastTokens,
      List<Integer> breakers,
      int vocabularySize) {
    this.multiplier = multiplier;
    this.base = base;
    this.allowedLength = allowedLength;
    this.lastTokens = lastTokens;
    this.breakers = new TokenMarks(vocabularySize);
    this.breakers.clear();
    breakers.forEach(this.breakers::add);
    repeated = new int[vocabularySize];
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    int count = lastTokens < 0 ? tokens.length() : Math.min(lastTokens, tokens.length());
    int unbroken = read(tokens, count);
    if (unbroken < allowedLength) {
      return;
    }
    match(count);
    for (int i = 1; i < count; i++) {
      int length = Math.min(matches[i], unbroken);
      int next = backwards[i - 1];
      if (length >= allowedLength && next < repeated.length && !breakers.contains(next)) {
        repeated[next] = Math.max(repeated[next], length);
      }
    }
    for (int i = 0; i < count - 1; i++) {
      int next = backwards[i];
      if (next < repeated.length && repeated[next] > 0) {
        double penalty = multiplier * Math.pow(base, repeated[next] - allowedLength);
        scores[next] = (float) (scores[next] - Math.min(penalty, MOST));
        repeated[next] = 0;
      }
    }
  }

  /** Copies the newest tokens; returns how many of them have no breaker among them. */
  private int read(TokenSequence tokens, int count) {
    backwards = Ints.ensureCapacity(backwards, count, count);
    int unbroken = count;
    for (int i = count - 1; i >= 0; i--) {
      int id = tokens.get(tokens.length() - 1 - i);
      backwards[i] = id;
      if (id < repeated.length && breakers.contains(id)) {
        unbroken = i;
      }
    }
    return unbroken;
  }

  private void match(int count) {
    matches = Ints.ensureCapacity(matches, count, count);
    int left = 0;
    int right = 0;
    for (int i = 1; i < count; i++) {
      // [left, right) equals the beginning, so what is known there holds here.
      int length = i < right ? Math.min(right - i, matches[i - left]) : 0;
      while (i + length < count && backwards[length] == backwards[i + length]) {
        length++;
      }
      matches[i] = length;
      if (i + length > right) {
        left = i;
        right = i + length;
      }
    }
  }
}
