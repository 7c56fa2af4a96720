package io.loquent.samples.benchmarks.worker;

import java.util.Locale;
import java.util.Map;

/**
 * One measured call.
 *
 * @param method how tokens are chosen
 * @param batch number of prompts that are generated for together; for {@link Method#STREAMS} the
 *     number of requests that threads of their own make at the same time
 * @param beams number of beams of each prompt; 1 unless the method is beam search
 * @param promptTokens length of each prompt
 * @param newTokens how many tokens each prompt gets
 */
public record Workload(Method method, int batch, int beams, int promptTokens, int newTokens) {

  /** How tokens are chosen. */
  public enum Method {
    /** The most probable token. */
    GREEDY,
    /** A random token: temperature 0.8, top-k 50, top-p 0.95. */
    SAMPLING,
    /** Beam search. */
    BEAM,
    /** Greedy, with one request per thread. */
    STREAMS;

    /**
     * Returns the name in options and tables.
     *
     * @return such as {@code greedy}
     */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The temperature of sampling. */
  public static final double TEMPERATURE = 0.8;

  /** The number of tokens that sampling chooses among. */
  public static final int TOP_K = 50;

  /** The probability that sampling's tokens have together. */
  public static final double TOP_P = 0.95;

  /**
   * Reads a workload.
   *
   * @param line what {@link #toString} gives
   * @return the workload
   */
  public static Workload parse(String line) {
    Map<String, String> values = Pairs.parse(line);
    return new Workload(
        Method.valueOf(Pairs.text(values, "method").toUpperCase(Locale.ROOT)),
        Pairs.integer(values, "batch"),
        Pairs.integer(values, "beams"),
        Pairs.integer(values, "prompt"),
        Pairs.integer(values, "new"));
  }

  /**
   * Returns the prompt of a row: the same in every program, another one for each row.
   *
   * @param row the row, from 0
   * @param vocabulary number of tokens
   * @return token ids above the special ones
   */
  public int[] prompt(int row, int vocabulary) {
    int[] ids = new int[promptTokens];
    long state = 12345L + row;
    for (int i = 0; i < ids.length; i++) {
      state = (state * 1103515245L + 12345L) % (1L << 31);
      ids[i] = (int) (3 + state % (vocabulary - 4));
    }
    return ids;
  }

  /**
   * Returns the same call with another number of new tokens.
   *
   * @param count how many tokens each prompt gets
   * @return the shorter or longer workload
   */
  public Workload withNewTokens(int count) {
    return new Workload(method, batch, beams, promptTokens, count);
  }

  /** Returns the line that {@link #parse} reads. */
  @Override
  public String toString() {
    return "method="
        + method.label()
        + " batch="
        + batch
        + " beams="
        + beams
        + " prompt="
        + promptTokens
        + " new="
        + newTokens;
  }
}
