package io.loquent.decoding.search;

import io.loquent.decoding.DraftRows;
import io.loquent.decoding.StepOutput;
import java.util.Arrays;

/**
 * The rows of a run that verify guesses: one for each path of a sequence, all continuing the row
 * that the sequence was in, and one for a sequence without guesses. Afterwards it follows what is
 * chosen for a sequence along its paths. So a tree of guesses is verified by graphs that take no
 * mask of a tree. Confined to one thread.
 */
final class PathRows {

  private final DraftRows drafts;
  private int count;
  private int[] parents;
  private int[] tokens;

  /** By row, which sequence it is one of, and which of its paths it verifies. */
  private int[] sequences;

  private int[] paths;

  /** By row, how many guesses the run took. */
  private int[] guessed;

  /** By sequence the first of its rows, and behind the last sequence the number of rows. */
  private final int[] firstRows;

  /** The rows of the sequence that is followed whose guesses were all chosen so far. */
  private int[] right;

  private int rightCount;
  private int followed;
  private int accepted;

  PathRows(DraftRows drafts, int mostSequences) {
    this.drafts = drafts;
    firstRows = new int[mostSequences + 1];
    parents = new int[mostSequences];
    tokens = new int[mostSequences];
    sequences = new int[mostSequences];
    paths = new int[mostSequences];
    guessed = new int[mostSequences];
    right = new int[mostSequences];
  }

  /**
   * Lays the drafts out over rows.
   *
   * @param sequenceCount how many sequences go on
   * @param rows by sequence, the row of the last run that it continues
   * @param newest by sequence, the token that was chosen last
   */
  void layOut(int sequenceCount, int[] rows, int[] newest) {
    count = 0;
    for (int sequence = 0; sequence < sequenceCount; sequence++) {
      firstRows[sequence] = count;
      for (int path = 0; path < drafts.mostPaths(sequence); path++) {
        if (path == 0 || !drafts.isIdle(sequence, path)) {
          reserve(count + 1);
          parents[count] = rows[sequence];
          tokens[count] = newest[sequence];
          sequences[count] = sequence;
          paths[count] = path;
          count++;
        }
      }
    }
    firstRows[sequenceCount] = count;
  }

  private void reserve(int room) {
    if (room > parents.length) {
      int more = 2 * room;
      parents = Arrays.copyOf(parents, more);
      tokens = Arrays.copyOf(tokens, more);
      sequences = Arrays.copyOf(sequences, more);
      paths = Arrays.copyOf(paths, more);
      guessed = Arrays.copyOf(guessed, more);
      right = Arrays.copyOf(right, more);
    }
  }

  int count() {
    return count;
  }

  int[] parents() {
    return parents;
  }

  int[] tokens() {
    return tokens;
  }

  int firstRow(int sequence) {
    return firstRows[sequence];
  }

  /** The row behind those of a sequence. */
  int endRow(int sequence) {
    return firstRows[sequence + 1];
  }

  int guesses(int row) {
    return row < count ? drafts.count(sequences[row], paths[row]) : 0;
  }

  int guess(int row, int index) {
    return drafts.token(sequences[row], paths[row], index);
  }

  /**
   * Begins to follow what is chosen for a sequence.
   *
   * @param output what the run says about all rows
   * @param offset the number that row 0 has there
   */
  void follow(int sequence, StepOutput output, int offset) {
    followed = sequence;
    accepted = 0;
    rightCount = 0;
    for (int row = firstRows[sequence]; row < firstRows[sequence + 1]; row++) {
      guessed[row] = output.positions(offset + row) - 1;
      right[rightCount++] = row;
    }
  }

  /** A row whose guesses were all chosen so far: what follows can be read there. */
  int row() {
    return right[0];
  }

  /** How many guesses were chosen. */
  int accepted() {
    return accepted;
  }

  /** How many guesses the run took in one of its rows. */
  int guessed(int row) {
    return guessed[row];
  }

  /** How many guesses the longest path of the sequence has. */
  int longest() {
    int longest = 0;
    for (int row = firstRows[followed]; row < firstRows[followed + 1]; row++) {
      longest = Math.max(longest, guessed[row]);
    }
    return longest;
  }

  /** Goes along the paths on which a chosen token is the next guess; false if there is none. */
  boolean accept(int token) {
    int left = 0;
    for (int i = 0; i < rightCount; i++) {
      int row = right[i];
      if (guessed[row] > accepted && guess(row, accepted) == token) {
        right[left++] = row;
      }
    }
    if (left == 0) {
      return false;
    }
    rightCount = left;
    accepted++;
    return true;
  }
}
