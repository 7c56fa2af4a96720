package io.loquent.decoding.speculation;

import io.loquent.TokenSequence;
import io.loquent.decoding.DraftRows;
import io.loquent.decoding.Drafter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Guesses without another model, from what the model has predicted behind its own guesses: Jacobi
 * decoding (Santilli et al. 2023) with a pool of n-grams from its iterations (lookahead decoding:
 * Fu et al. 2024), each verified as one path of guesses.
 *
 * <p>Behind every guess of a round, right or wrong, the model has predicted a token. Such pairs,
 * and those with one token more before them, are kept; a guess follows them from the newest token
 * on. Where the pool knows nothing, the prediction for that very position counts (the next iterate
 * of Jacobi's method), and at first a token of the sequence itself. Confined to one thread.
 */
public final class LookaheadDrafter implements Drafter {

  private static final int MOST_NGRAMS = 1 << 14;

  /**
   * The token behind the newest pair of tokens, or behind one; the least recently used go first.
   */
  private final Map<Long, Integer> pool =
      new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Integer> eldest) {
          return size() > MOST_NGRAMS;
        }
      };

  /** By sequence, the predictions of the last round for the positions that are still open. */
  private final Map<Integer, Block> blocks = new HashMap<>();

  /** Predictions for neighbouring positions. */
  private static final class Block {
    private int[] tokens = new int[0];
    private int count;
  }

  /** Creates the drafter of one request. */
  public LookaheadDrafter() {}

  @Override
  public boolean learns() {
    return true;
  }

  @Override
  public void learn(int number, int[] tokens, int[] predicted, int count) {
    for (int i = 0; i < count; i++) {
      pool.put(key(tokens[i]), predicted[i]);
      if (i > 0) {
        pool.put(key(tokens[i - 1], tokens[i]), predicted[i]);
      }
    }
    // The first prediction that differs from the guess there is chosen or nearly so; those behind
    // it are the next iterate.
    int right = 0;
    while (right + 1 < count && predicted[right] == tokens[right + 1]) {
      right++;
    }
    Block block = blocks.computeIfAbsent(number, key -> new Block());
    block.count = Math.max(0, count - right - 1);
    if (block.tokens.length < block.count) {
      block.tokens = new int[block.count];
    }
    System.arraycopy(predicted, right + 1, block.tokens, 0, block.count);
  }

  @Override
  public void draft(DraftRows rows) {
    for (int row = 0; row < rows.size(); row++) {
      TokenSequence sequence = rows.sequence(row);
      Block block = blocks.computeIfAbsent(rows.number(row), key -> new Block());
      int length = sequence.length();
      int before = length > 1 ? sequence.get(length - 2) : -1;
      int newest = sequence.get(length - 1);
      for (int i = 0; rows.room(row) > 0; i++) {
        Integer next = before < 0 ? null : pool.get(key(before, newest));
        next = next == null ? pool.get(key(newest)) : next;
        if (next == null) {
          next = i < block.count ? block.tokens[i] : sequence.get((length + i) % length);
        }
        rows.propose(row, next);
        before = newest;
        newest = next;
      }
    }
  }

  private static long key(int token) {
    return token | 1L << 63;
  }

  private static long key(int before, int token) {
    return (long) before << 32 | token;
  }

  @Override
  public void close() {
    pool.clear();
    blocks.clear();
  }
}
