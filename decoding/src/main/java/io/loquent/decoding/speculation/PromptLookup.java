package io.loquent.decoding.speculation;

import io.loquent.TokenSequence;
import io.loquent.decoding.DraftRows;
import io.loquent.decoding.Drafter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prompt lookup decoding (Saxena 2023): the last few tokens of a sequence are looked for earlier in
 * it, or in the encoder's input, and what followed them there is the guess. The longest match
 * counts, and among those the latest.
 *
 * <p>A guess that reaches the end of the sequence goes on with itself, so that a repetition is
 * continued for as long as is wanted. Where several paths are wanted, they are what followed other
 * occurrences: different continuations, latest first, those of the longest match before others.
 * Confined to one thread.
 */
public final class PromptLookup implements Drafter {

  /** Occurrences that are looked at for one n-gram, where they go on alike. */
  private static final int MOST_TRIED = 64;

  private final int longestNgram;
  private final boolean severally;
  private final @Nullable NgramIndex encoder;

  /** By sequence. */
  private final Map<Integer, NgramIndex> own = new HashMap<>();

  private final int[] suffix;

  /**
   * Creates a lookup for one request.
   *
   * @param longestNgram how many of the last tokens are looked for at first, at least 1; if they
   *     are not found, fewer are
   * @param encoderIds the input of an encoder, to look there as well; empty if there is none
   * @param severally whether it may be asked for several paths
   */
  public PromptLookup(int longestNgram, int[] encoderIds, boolean severally) {
    this.longestNgram = longestNgram;
    this.severally = severally;
    suffix = new int[longestNgram];
    encoder = encoderIds.length == 0 ? null : new NgramIndex(longestNgram, severally);
    if (encoder != null) {
      for (int id : encoderIds) {
        encoder.append(id);
      }
    }
  }

  @Override
  public void draft(DraftRows rows) {
    for (int row = 0; row < rows.size(); row++) {
      TokenSequence sequence = rows.sequence(row);
      NgramIndex index =
          own.computeIfAbsent(rows.number(row), number -> new NgramIndex(longestNgram, severally));
      index.extend(sequence);
      if (rows.room(row) > 0) {
        draft(rows, row, index, Math.min(longestNgram, sequence.length()));
      }
    }
  }

  private void draft(DraftRows rows, int row, NgramIndex index, int longest) {
    for (int i = 0; i < longest; i++) {
      suffix[i] = index.token(index.length() - longest + i);
    }
    int paths = 0;
    for (int size = longest; size > 0 && paths < rows.mostPaths(row); size--) {
      paths = copyEach(rows, row, paths, index, longest, size);
      if (encoder != null) {
        paths = copyEach(rows, row, paths, encoder, longest, size);
      }
    }
  }

  /** Guesses what followed an n-gram, its latest occurrence first; returns the number of paths. */
  private int copyEach(
      DraftRows rows, int row, int before, NgramIndex source, int longest, int size) {
    int paths = before;
    int found = source.find(suffix, longest, size);
    for (int tried = 0; found >= 0 && tried < MOST_TRIED && paths < rows.mostPaths(row); tried++) {
      copy(rows, row, paths, source, found);
      if (rows.isIdle(row, paths)) {
        rows.limit(row, paths, 0);
      } else {
        paths++;
      }
      found = source.before(found, size);
    }
    return paths;
  }

  /** What reaches the end of the sequence goes on with itself; an encoder's input just ends. */
  private void copy(DraftRows rows, int row, int path, NgramIndex source, int from) {
    int next = from;
    while (rows.room(row, path) > 0 && (next < source.length() || source != encoder)) {
      int guessed = next - source.length();
      rows.propose(row, path, guessed < 0 ? source.token(next) : rows.token(row, path, guessed));
      next++;
    }
  }

  @Override
  public void close() {
    own.clear();
  }
}
