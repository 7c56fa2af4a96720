package io.loquent.decoding.speculation;

import io.loquent.TokenSequence;

/** A sequence with guessed tokens behind it. Confined to one thread. */
final class Continuation implements TokenSequence {

  private TokenSequence sequence;
  private int[] guessed = new int[16];
  private int count;

  Continuation(TokenSequence sequence) {
    this.sequence = sequence;
  }

  /** Becomes a sequence without guesses. */
  void restart(TokenSequence other) {
    sequence = other;
    count = 0;
  }

  void append(int id) {
    if (count == guessed.length) {
      guessed = java.util.Arrays.copyOf(guessed, 2 * count);
    }
    guessed[count++] = id;
  }

  /** Returns a guess. */
  int guess(int index) {
    return guessed[index];
  }

  /** How many guesses there are. */
  int guesses() {
    return count;
  }

  @Override
  public int length() {
    return sequence.length() + count;
  }

  @Override
  public int promptLength() {
    return sequence.promptLength();
  }

  @Override
  public int get(int index) {
    int guess = index - sequence.length();
    if (guess >= count) {
      throw new IndexOutOfBoundsException(
          "there is no token " + index + "; the sequence has " + length() + " tokens");
    }
    return guess < 0 ? sequence.get(index) : guessed[guess];
  }
}
