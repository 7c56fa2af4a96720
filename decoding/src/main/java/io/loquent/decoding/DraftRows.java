package io.loquent.decoding;

import io.loquent.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sequences that a drafter is asked about, and its guesses. Its memory is reused; confined to
 * one thread.
 */
public final class DraftRows {

  private static final int FIRST_ROOM = 8;

  private final List<TokenSequence> sequences = new ArrayList<>();
  private int[] numbers = new int[FIRST_ROOM];
  private int[] most = new int[FIRST_ROOM];
  private int[] counts = new int[FIRST_ROOM];
  private int[][] tokens = new int[FIRST_ROOM][0];

  /** By row and guess; kept for the next round. */
  private final List<List<float[]>> probabilities = new ArrayList<>();

  private int[] known = new int[FIRST_ROOM];

  /** Creates it without rows. */
  public DraftRows() {}

  /** Drops all rows. */
  public void clear() {
    sequences.clear();
  }

  /**
   * Adds a row.
   *
   * @param number which of the request's sequences it is, from 0
   * @param sequence its tokens so far
   * @param mostTokens how many tokens are of use, at least 0
   */
  public void add(int number, TokenSequence sequence, int mostTokens) {
    int row = sequences.size();
    if (row == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * row);
      most = Arrays.copyOf(most, 2 * row);
      counts = Arrays.copyOf(counts, 2 * row);
      known = Arrays.copyOf(known, 2 * row);
      tokens = Arrays.copyOf(tokens, 2 * row);
      Arrays.fill(tokens, row, 2 * row, new int[0]);
    }
    sequences.add(sequence);
    numbers[row] = number;
    most[row] = mostTokens;
    counts[row] = 0;
    known[row] = 0;
    if (tokens[row].length < mostTokens) {
      tokens[row] = new int[mostTokens];
    }
  }

  /**
   * Returns how many sequences there are.
   *
   * @return rows
   */
  public int size() {
    return sequences.size();
  }

  /**
   * Returns which of the request's sequences a row is.
   *
   * @param row from 0
   * @return its number, from 0; the same in every round
   */
  public int number(int row) {
    return numbers[row];
  }

  /**
   * Returns a row's tokens so far.
   *
   * @param row from 0
   * @return prompt and generated tokens
   */
  public TokenSequence sequence(int row) {
    return sequences.get(row);
  }

  /**
   * Returns how many more tokens are of use for a row.
   *
   * @param row from 0
   * @return 0 if it has as many guesses as it may have
   */
  public int room(int row) {
    return most[row] - counts[row];
  }

  /**
   * Guesses a row's next token.
   *
   * @param row from 0, with room
   * @param token a vocabulary id
   */
  public void propose(int row, int token) {
    tokens[row][counts[row]] = token;
    counts[row]++;
  }

  /**
   * Says with which probabilities a row's newest guess was drawn, by random numbers that nothing
   * else depends on. It is said of all guesses of a row or of none.
   *
   * @param row from 0
   * @param scores {@code [vocabulary]} log-probabilities plus a constant; copied
   * @param logSum that constant, in nats
   */
  public void drawnFrom(int row, float[] scores, double logSum) {
    while (probabilities.size() <= row) {
      probabilities.add(new ArrayList<>());
    }
    List<float[]> ofRow = probabilities.get(row);
    int guess = counts[row] - 1;
    if (ofRow.size() <= guess) {
      ofRow.add(new float[scores.length]);
    }
    float[] target = ofRow.get(guess);
    for (int id = 0; id < scores.length; id++) {
      target[id] = (float) Math.exp(scores[id] - logSum);
    }
    known[row] = counts[row];
  }

  /**
   * Returns the probabilities that a guess was drawn with.
   *
   * @param row from 0
   * @param index from 0 to {@code count(row) - 1}
   * @return {@code [vocabulary]} probabilities, valid until the next round; null if it was not
   *     drawn
   */
  public float @Nullable [] drawnFrom(int row, int index) {
    return index < known[row] ? probabilities.get(row).get(index) : null;
  }

  /**
   * Drops the last guesses of a row.
   *
   * @param row from 0
   * @param count how many stay at most
   */
  public void limit(int row, int count) {
    counts[row] = Math.min(counts[row], count);
  }

  /**
   * Returns how many tokens are guessed for a row.
   *
   * @param row from 0
   * @return guesses
   */
  public int count(int row) {
    return counts[row];
  }

  /**
   * Returns a guessed token.
   *
   * @param row from 0
   * @param index from 0 to {@code count(row) - 1}
   * @return a vocabulary id
   */
  public int token(int row, int index) {
    return tokens[row][index];
  }
}
