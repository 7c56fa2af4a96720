package io.loquent.decoding.logits;

import java.util.Arrays;

/** A set of token ids that is emptied without touching every entry. */
final class TokenMarks {

  /** A token is in the set if it holds the present round. */
  private final int[] rounds;

  private int round;

  TokenMarks(int vocabularySize) {
    rounds = new int[vocabularySize];
  }

  void clear() {
    if (++round == 0) {
      Arrays.fill(rounds, 0);
      round = 1;
    }
  }

  /** Adds a token; returns false if it was there already or is not in the vocabulary. */
  boolean add(int id) {
    if (id < 0 || id >= rounds.length || rounds[id] == round) {
      return false;
    }
    rounds[id] = round;
    return true;
  }

  boolean contains(int id) {
    return rounds[id] == round;
  }
}
