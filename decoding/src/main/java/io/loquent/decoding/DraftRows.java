package io.loquent.decoding;

import io.loquent.TokenSequence;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sequences that a drafter is asked about, and its guesses: for each sequence one path of
 * tokens that follow each other, or several such paths of which at most one can be right (the
 * branches of a token tree: Miao et al. 2024). Its memory is reused; confined to one thread.
 */
public final class DraftRows {

  /** More of them than are in use are kept for the next round. */
  private final List<Row> rows = new ArrayList<>();

  private int size;

  /** A sequence and its guesses. */
  private static final class Row {
    private int number;
    private TokenSequence sequence;
    private int mostTokens;
    private int mostPaths;
    private final List<DraftPath> paths = new ArrayList<>();

    Row(TokenSequence sequence) {
      this.sequence = sequence;
    }
  }

  /** Creates it without rows. */
  public DraftRows() {}

  /** Drops all rows. */
  public void clear() {
    size = 0;
  }

  /**
   * Adds a row that takes one path.
   *
   * @param number which of the request's sequences it is, from 0
   * @param sequence its tokens so far
   * @param mostTokens how many tokens are of use, at least 0
   */
  public void add(int number, TokenSequence sequence, int mostTokens) {
    add(number, sequence, mostTokens, 1);
  }

  /**
   * Adds a row.
   *
   * @param number which of the request's sequences it is, from 0
   * @param sequence its tokens so far
   * @param mostTokens how many tokens of a path are of use, at least 0
   * @param mostPaths how many paths are of use, at least 1
   */
  public void add(int number, TokenSequence sequence, int mostTokens, int mostPaths) {
    if (size == rows.size()) {
      rows.add(new Row(sequence));
    }
    Row row = rows.get(size++);
    row.number = number;
    row.sequence = sequence;
    row.mostTokens = mostTokens;
    row.mostPaths = mostPaths;
    while (row.paths.size() < mostPaths) {
      row.paths.add(new DraftPath());
    }
    row.paths.forEach(DraftPath::clear);
  }

  /**
   * Returns how many sequences there are.
   *
   * @return rows
   */
  public int size() {
    return size;
  }

  /**
   * Returns which of the request's sequences a row is.
   *
   * @param row from 0
   * @return its number, from 0; the same in every round
   */
  public int number(int row) {
    return rows.get(row).number;
  }

  /**
   * Returns a row's tokens so far.
   *
   * @param row from 0
   * @return prompt and generated tokens
   */
  public TokenSequence sequence(int row) {
    return rows.get(row).sequence;
  }

  /**
   * Returns how many paths a row takes.
   *
   * @param row from 0
   * @return at least 1
   */
  public int mostPaths(int row) {
    return rows.get(row).mostPaths;
  }

  private DraftPath path(int row, int path) {
    return rows.get(row).paths.get(path);
  }

  /**
   * Returns how many more tokens are of use for a row's first path.
   *
   * @param row from 0
   * @return 0 if it has as many guesses as it may have
   */
  public int room(int row) {
    return room(row, 0);
  }

  /**
   * Returns how many more tokens are of use for a path.
   *
   * @param row from 0
   * @param path from 0, below {@link #mostPaths}
   * @return 0 if it has as many guesses as it may have
   */
  public int room(int row, int path) {
    return rows.get(row).mostTokens - path(row, path).count();
  }

  /**
   * Lowers how many tokens are of use, in all rows.
   *
   * @param most at least 0
   */
  public void limitRoom(int most) {
    for (int i = 0; i < size; i++) {
      rows.get(i).mostTokens = Math.min(rows.get(i).mostTokens, most);
    }
  }

  /**
   * Guesses the next token of a row's first path.
   *
   * @param row from 0, with room
   * @param token a vocabulary id
   */
  public void propose(int row, int token) {
    propose(row, 0, token);
  }

  /**
   * Guesses the next token of a path.
   *
   * @param row from 0
   * @param path from 0, with room
   * @param token a vocabulary id
   */
  public void propose(int row, int path, int token) {
    path(row, path).append(token);
  }

  /**
   * Says with which probabilities a row's newest guess was drawn, by random numbers that nothing
   * else depends on. It is said of all guesses of a row or of none.
   *
   * @param row from 0, which takes one path
   * @param scores {@code [vocabulary]} log-probabilities plus a constant; copied
   * @param logSum that constant, in nats
   * @throws IllegalStateException if the row takes several paths: which of them is verified first
   *     would decide what is chosen
   */
  public void drawnFrom(int row, float[] scores, double logSum) {
    if (mostPaths(row) > 1) {
      throw new IllegalStateException("several paths of guesses cannot be drawn independently");
    }
    path(row, 0).drawnFrom(scores, logSum);
  }

  /**
   * Returns the probabilities that a guess was drawn with.
   *
   * @param row from 0
   * @param index which guess of its first path, from 0
   * @return {@code [vocabulary]} probabilities, valid until the next round; null if it was not
   *     drawn
   */
  public float @Nullable [] drawnFrom(int row, int index) {
    return path(row, 0).drawnFrom(index);
  }

  /**
   * Drops the last guesses of a row's first path.
   *
   * @param row from 0
   * @param count how many stay at most
   */
  public void limit(int row, int count) {
    limit(row, 0, count);
  }

  /**
   * Drops the last guesses of a path.
   *
   * @param row from 0
   * @param path from 0
   * @param count how many stay at most
   */
  public void limit(int row, int path, int count) {
    path(row, path).limit(count);
  }

  /**
   * Returns how many tokens are guessed on a row's first path.
   *
   * @param row from 0
   * @return guesses
   */
  public int count(int row) {
    return count(row, 0);
  }

  /**
   * Returns how many tokens are guessed on a path.
   *
   * @param row from 0
   * @param path from 0
   * @return guesses
   */
  public int count(int row, int path) {
    return path(row, path).count();
  }

  /**
   * Returns a guessed token of a row's first path.
   *
   * @param row from 0
   * @param index from 0 to {@code count(row) - 1}
   * @return a vocabulary id
   */
  public int token(int row, int index) {
    return token(row, 0, index);
  }

  /**
   * Returns a guessed token.
   *
   * @param row from 0
   * @param path from 0
   * @param index from 0 to {@code count(row, path) - 1}
   * @return a vocabulary id
   */
  public int token(int row, int path, int index) {
    return path(row, path).token(index);
  }

  /**
   * Says whether a path guesses nothing that an earlier one does not guess too.
   *
   * @param row from 0
   * @param path from 0
   * @return true for a path without guesses, and for the beginning of an earlier one
   */
  public boolean isIdle(int row, int path) {
    DraftPath looked = path(row, path);
    boolean idle = looked.count() == 0;
    for (int earlier = 0; !idle && earlier < path; earlier++) {
      idle = looked.isWithin(path(row, earlier));
    }
    return idle;
  }
}
