package io.loquent.decoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Guesses that follow each other. Its memory is reused; confined to one thread. */
final class DraftPath {

  private int[] tokens = new int[8];
  private int count;

  /** By guess; kept for the next round. */
  private final List<float[]> probabilities = new ArrayList<>();

  private int known;

  void clear() {
    count = 0;
    known = 0;
  }

  void append(int token) {
    if (count == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * count);
    }
    tokens[count++] = token;
  }

  void limit(int most) {
    count = Math.min(count, most);
  }

  int count() {
    return count;
  }

  int token(int index) {
    return tokens[index];
  }

  /** Whether another path begins with all that this one guesses. */
  boolean isWithin(DraftPath other) {
    boolean within = count <= other.count;
    for (int i = 0; within && i < count; i++) {
      within = tokens[i] == other.tokens[i];
    }
    return within;
  }

  void drawnFrom(float[] scores, double logSum) {
    int guess = count - 1;
    if (probabilities.size() <= guess) {
      probabilities.add(new float[scores.length]);
    }
    float[] target = probabilities.get(guess);
    for (int id = 0; id < scores.length; id++) {
      target[id] = (float) Math.exp(scores[id] - logSum);
    }
    known = count;
  }

  float @Nullable [] drawnFrom(int index) {
    return index < known ? probabilities.get(index) : null;
  }
}
