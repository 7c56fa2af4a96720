package io.loquent.runtime.encoder;

import java.util.Arrays;

/**
 * Cuts rows that are sorted by length into batches, so that the runs of the graph cost least
 * together: few runs on the one hand, little padding on the other. Immutable and thread-safe.
 *
 * @param mostRows rows of a batch at most
 * @param mostTokens tokens of a batch at most, padding included; a row alone may have more
 * @param padded whether rows of unequal length can go together
 * @param rowsPerRun how many rows a run computes at least, because the graph has that many
 * @param tokensPerRun what a run costs besides its tokens, as many tokens
 */
public record BatchCuts(
    int mostRows, long mostTokens, boolean padded, int rowsPerRun, int tokensPerRun) {

  /**
   * What a run costs on a CPU. On two cores, runs of a BERT of 12 layers, 384 wide, over rows of 8
   * to 122 tokens took as long as if each had 16 tokens more (13 with dynamic int8 quantization).
   */
  public static final int TOKENS_PER_RUN = 16;

  /**
   * Finds the cheapest cuts by dynamic programming: the best ones of the first rows are found
   * before those of more rows.
   *
   * @param lengths of the rows, the longest first
   * @return where each batch ends, exclusive, in order
   */
  public int[] of(int[] lengths) {
    int rows = lengths.length;
    long[] cost = new long[rows + 1];
    int[] from = new int[rows + 1];
    for (int end = 1; end <= rows; end++) {
      cost[end] = Long.MAX_VALUE;
      for (int start = end - 1; start >= 0 && allows(lengths, start, end); start--) {
        long together = cost[start] + cost(end - start, lengths[start]);
        // At equal cost, the fewer runs.
        if (together <= cost[end]) {
          cost[end] = together;
          from[end] = start;
        }
      }
    }
    return ends(from);
  }

  private boolean allows(int[] lengths, int start, int end) {
    int rows = end - start;
    return rows == 1
        || (rows <= mostRows
            && (long) rows * lengths[start] <= mostTokens
            && (padded || lengths[start] == lengths[end - 1]));
  }

  private long cost(int rows, int longest) {
    return tokensPerRun + (long) Math.max(rows, rowsPerRun) * longest;
  }

  private static int[] ends(int[] from) {
    int[] ends = new int[from.length - 1];
    int first = ends.length;
    for (int end = from.length - 1; end > 0; end = from[end]) {
      ends[--first] = end;
    }
    return Arrays.copyOfRange(ends, first, ends.length);
  }
}
