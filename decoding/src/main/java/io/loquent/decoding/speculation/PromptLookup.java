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
 * continued for as long as is wanted. Confined to one thread.
 */
public final class PromptLookup implements Drafter {

  private final int longestNgram;
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
   */
  public PromptLookup(int longestNgram, int[] encoderIds) {
    this.longestNgram = longestNgram;
    suffix = new int[longestNgram];
    encoder = encoderIds.length == 0 ? null : new NgramIndex(longestNgram);
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
          own.computeIfAbsent(rows.number(row), number -> new NgramIndex(longestNgram));
      index.extend(sequence);
      draft(rows, row, index, Math.min(longestNgram, sequence.length()));
    }
  }

  private void draft(DraftRows rows, int row, NgramIndex index, int longest) {
    for (int i = 0; i < longest; i++) {
      suffix[i] = index.token(index.length() - longest + i);
    }
    for (int size = longest; size > 0; size--) {
      int found = index.find(suffix, longest, size);
      if (found >= 0) {
        copy(rows, row, index, found, true);
        return;
      }
      found = encoder == null ? -1 : encoder.find(suffix, longest, size);
      if (encoder != null && found >= 0) {
        copy(rows, row, encoder, found, false);
        return;
      }
    }
  }

  private static void copy(
      DraftRows rows, int row, NgramIndex source, int from, boolean continuesItself) {
    int next = from;
    while (rows.room(row) > 0 && (next < source.length() || continuesItself)) {
      int guessed = next - source.length();
      rows.propose(row, guessed < 0 ? source.token(next) : rows.token(row, guessed));
      next++;
    }
  }

  @Override
  public void close() {
    own.clear();
  }
}
