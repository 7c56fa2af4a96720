package io.loquent.decoding.logits;

/**
 * The best few of many scored tokens, found by a bounded heap: the vocabulary is not sorted, and
 * nothing is allocated after construction. Higher scores are better; among equal scores the lower
 * row is, then the lower id. Reusable; confined to one thread.
 *
 * <p>Tokens that cannot be chosen (negative infinity) and NaN are never taken, so there may be
 * fewer tokens than there is room for.
 */
public final class TopTokens {

  private final double[] scores;
  private final int[] rows;
  private final int[] ids;
  private int size;

  /**
   * Creates an empty selection.
   *
   * @param capacity how many tokens are kept, at least 1
   */
  public TopTokens(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1; found " + capacity);
    }
    scores = new double[capacity];
    rows = new int[capacity];
    ids = new int[capacity];
  }

  /**
   * Selects the best tokens of one distribution: {@link #clear}, {@link #offerAll} for row 0,
   * {@link #sort}.
   *
   * @param vocabularyScores {@code [vocabulary]} scores, not changed
   */
  public void select(float[] vocabularyScores) {
    clear();
    offerAll(0, vocabularyScores, 0);
    sort();
  }

  /**
   * Selects the best tokens of what is left of a distribution, as those of row 0, in order.
   *
   * @param possible the tokens, not changed
   */
  public void select(PossibleTokens possible) {
    clear();
    possible.offerTo(this);
    sort();
  }

  int capacity() {
    return scores.length;
  }

  /** Returns the score that a token needs at least to enter, before {@link #sort}. */
  double leastToEnter() {
    return size < scores.length ? Double.NEGATIVE_INFINITY : scores[0];
  }

  /** Forgets all tokens. */
  public void clear() {
    size = 0;
  }

  /**
   * Offers all tokens of a row.
   *
   * @param row which hypothesis they continue
   * @param vocabularyScores {@code [vocabulary]} scores, not changed
   * @param base added to each score
   */
  public void offerAll(int row, float[] vocabularyScores, double base) {
    for (int id = 0; id < vocabularyScores.length; id++) {
      double score = base + vocabularyScores[id];
      if (size < scores.length || score >= scores[0]) {
        offer(row, id, score);
      }
    }
  }

  /**
   * Offers a token.
   *
   * @param row which hypothesis it continues
   * @param id vocabulary id
   * @param score its score
   */
  public void offer(int row, int id, double score) {
    if (!(score > Double.NEGATIVE_INFINITY)) {
      return;
    }
    if (size < scores.length) {
      int slot = size++;
      while (slot > 0 && isWorse(score, row, id, (slot - 1) / 2)) {
        move((slot - 1) / 2, slot);
        slot = (slot - 1) / 2;
      }
      put(slot, score, row, id);
    } else if (!isWorse(score, row, id, 0)) {
      sink(0, size, score, row, id);
    }
  }

  /** Puts the tokens in order, best first. Offer no more tokens before the next {@link #clear}. */
  public void sort() {
    for (int end = size - 1; end > 0; end--) {
      double score = scores[end];
      int row = rows[end];
      int id = ids[end];
      move(0, end);
      sink(0, end, score, row, id);
    }
  }

  /**
   * Returns how many tokens there are.
   *
   * @return at most the capacity
   */
  public int size() {
    return size;
  }

  /**
   * Returns a token's id.
   *
   * @param rank from 0; 0 is the best after {@link #sort}
   * @return vocabulary id
   */
  public int id(int rank) {
    return ids[rank];
  }

  /**
   * Returns which hypothesis a token continues.
   *
   * @param rank from 0; 0 is the best after {@link #sort}
   * @return the row it was offered with
   */
  public int row(int rank) {
    return rows[rank];
  }

  /**
   * Returns a token's score.
   *
   * @param rank from 0; 0 is the best after {@link #sort}
   * @return the score, the base included
   */
  public double score(int rank) {
    return scores[rank];
  }

  /** Puts a token into the heap {@code [0, end)} at or below a slot that is free. */
  private void sink(int slot, int end, double score, int row, int id) {
    while (true) {
      int child = 2 * slot + 1;
      if (child >= end) {
        break;
      }
      if (child + 1 < end && isWorse(scores[child + 1], rows[child + 1], ids[child + 1], child)) {
        child++;
      }
      if (!isWorse(scores[child], rows[child], ids[child], score, row, id)) {
        break;
      }
      move(child, slot);
      slot = child;
    }
    put(slot, score, row, id);
  }

  private boolean isWorse(double score, int row, int id, int slot) {
    return isWorse(score, row, id, scores[slot], rows[slot], ids[slot]);
  }

  private static boolean isWorse(
      double score, int row, int id, double otherScore, int otherRow, int otherId) {
    if (score != otherScore) {
      return score < otherScore;
    }
    return row != otherRow ? row > otherRow : id > otherId;
  }

  private void move(int from, int to) {
    put(to, scores[from], rows[from], ids[from]);
  }

  private void put(int slot, double score, int row, int id) {
    scores[slot] = score;
    rows[slot] = row;
    ids[slot] = id;
  }
}
