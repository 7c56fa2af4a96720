package io.loquent.decoding.search;

import io.loquent.decoding.ChosenToken;
import org.jspecify.annotations.Nullable;

/**
 * The running hypotheses of a beam search or of one of its groups: at first the prompt alone. Each
 * step builds the next generation beside the present one, in memory that is used again.
 */
final class Beams {

  private static final int[] NO_TOKENS = {};

  private Generation present;
  private Generation next;

  /**
   * Starts with one beam.
   *
   * @param width how many beams there may be
   * @param prompt the tokens it starts with
   */
  Beams(int width, int[] prompt) {
    present = new Generation(width, prompt);
    next = new Generation(width, prompt);
    present.size = 1;
  }

  /**
   * Fills up with copies of the first beam, which are so improbable that they do not matter
   * (Hugging Face's {@code beam_scores[:, 1:] = -1e9}). They are in the first beam's row.
   */
  void fillUp() {
    for (int beam = 1; beam < present.totals.length; beam++) {
      present.histories[beam].copy(present.histories[0]);
      present.totals[beam] = -1e9;
    }
    present.size = present.totals.length;
  }

  int size() {
    return present.size;
  }

  /** Returns a beam's sum of log-probabilities. */
  double total(int beam) {
    return present.totals[beam];
  }

  TokenHistory history(int beam) {
    return present.histories[beam];
  }

  @Nullable TokenPath path(int beam) {
    return present.paths[beam];
  }

  /** Returns which beam of the generation before it a beam continues. */
  int parent(int beam) {
    return present.parents[beam];
  }

  /** Returns a beam's newest token. */
  int token(int beam) {
    TokenHistory history = present.histories[beam];
    return history.get(history.length() - 1);
  }

  int nextSize() {
    return next.size;
  }

  int nextToken(int beam) {
    TokenHistory history = next.histories[beam];
    return history.get(history.length() - 1);
  }

  /** Adds a beam to the next generation. */
  void extend(int parent, double total, ChosenToken token) {
    int beam = next.size++;
    next.parents[beam] = parent;
    next.totals[beam] = total;
    next.histories[beam].become(present.histories[parent], token.id());
    next.paths[beam] = TokenPath.append(present.paths[parent], token);
  }

  /** Makes the next generation the present one. */
  void advance() {
    Generation past = present;
    present = next;
    next = past;
    next.size = 0;
  }

  /** Returns the longest path that all beams go along; that of the first beam if it is alone. */
  @Nullable TokenPath common() {
    TokenPath common = present.paths[0];
    for (int beam = 1; beam < present.size; beam++) {
      common = TokenPath.common(common, present.paths[beam]);
    }
    return common;
  }

  /** The beams of one step, best first. */
  private static final class Generation {
    private final TokenHistory[] histories;
    private final @Nullable TokenPath[] paths;
    private final double[] totals;
    private final int[] parents;
    private int size;

    Generation(int width, int[] prompt) {
      histories = new TokenHistory[width];
      for (int beam = 0; beam < width; beam++) {
        histories[beam] = new TokenHistory(beam == 0 ? prompt : NO_TOKENS);
      }
      paths = new TokenPath[width];
      totals = new double[width];
      parents = new int[width];
    }
  }
}
