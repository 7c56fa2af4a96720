package io.loquent.decoding.speculation;

import io.loquent.TokenSequence;
import io.loquent.decoding.DraftRows;
import io.loquent.decoding.Drafter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Guesses without another model, from what the model has predicted behind its own guesses: Jacobi
 * decoding (Santilli et al. 2023) with a pool of n-grams from its iterations (lookahead decoding:
 * Fu et al. 2024), verified as one path of guesses or as several that begin with different tokens.
 *
 * <p>Behind every guess of a round, right or wrong, the model has predicted a token. Such pairs,
 * and those with one token more before them, are kept; a guess follows them from the newest token
 * on. Where the pool knows nothing, the prediction for that very position counts (the next iterate
 * of Jacobi's method), and at first a token of the sequence itself. Confined to one thread.
 */
public final class LookaheadDrafter implements Drafter {

  private static final int MOST_NGRAMS = 1 << 14;

  /**
   * The tokens behind a pair of tokens, or behind one, the newest first, as many as there may be
   * paths; the pairs that were least recently used go first.
   */
  private final Map<Long, int[]> pool =
      new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, int[]> eldest) {
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

  private final int mostPaths;

  /**
   * Creates the drafter of one request.
   *
   * @param mostPaths how many paths it may be asked for, at least 1
   */
  public LookaheadDrafter(int mostPaths) {
    this.mostPaths = mostPaths;
  }

  @Override
  public boolean learns() {
    return true;
  }

  @Override
  public void learn(int number, int[] tokens, int[] predicted, int count) {
    for (int i = 0; i < count; i++) {
      remember(key(tokens[i]), predicted[i]);
      if (i > 0) {
        remember(key(tokens[i - 1], tokens[i]), predicted[i]);
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

  private void remember(long key, int token) {
    int[] known = pool.get(key);
    if (known == null) {
      pool.put(key, new int[] {token});
    } else if (known[0] != token) {
      pool.put(
          key,
          IntStream.concat(IntStream.of(token), IntStream.of(known).filter(id -> id != token))
              .limit(mostPaths)
              .toArray());
    }
  }

  @Override
  public void draft(DraftRows rows) {
    for (int row = 0; row < rows.size(); row++) {
      if (rows.room(row) > 0) {
        Block block = blocks.computeIfAbsent(rows.number(row), key -> new Block());
        int path = 0;
        for (int first : firstTokens(rows.sequence(row), block, rows.mostPaths(row))) {
          follow(rows, row, path++, first, block);
        }
      }
    }
  }

  /** Different tokens to begin the paths with, the best guess first. */
  private Set<Integer> firstTokens(TokenSequence sequence, Block block, int most) {
    int length = sequence.length();
    int newest = sequence.get(length - 1);
    Set<Integer> found = new LinkedHashSet<>();
    if (length > 1) {
      add(pool.get(key(sequence.get(length - 2), newest)), found, most);
    }
    add(pool.get(key(newest)), found, most);
    if (block.count > 0 && found.size() < most) {
      found.add(block.tokens[0]);
    }
    if (found.isEmpty()) {
      found.add(sequence.get(0));
    }
    return found;
  }

  private static void add(int @Nullable [] tokens, Set<Integer> found, int most) {
    for (int i = 0; tokens != null && i < tokens.length && found.size() < most; i++) {
      found.add(tokens[i]);
    }
  }

  private void follow(DraftRows rows, int row, int path, int first, Block block) {
    TokenSequence sequence = rows.sequence(row);
    int length = sequence.length();
    int before = sequence.get(length - 1);
    int newest = first;
    rows.propose(row, path, first);
    for (int i = 1; rows.room(row, path) > 0; i++) {
      int[] known = pool.get(key(before, newest));
      known = known == null ? pool.get(key(newest)) : known;
      int fallback = i < block.count ? block.tokens[i] : sequence.get((length + i) % length);
      before = newest;
      newest = known == null ? fallback : known[0];
      rows.propose(row, path, newest);
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
