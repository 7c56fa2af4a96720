package io.loquent.decoding.logits;

/**
 * Random numbers that are a function of what they are for: the seed, the sequence, the position in
 * it and the purpose, and the token where each token has a number of its own. There is no state to
 * advance, so a draw does not depend on which other draws were made before it, by whom, or in which
 * order. Stateless and thread-safe.
 *
 * <p>Each part of the key is added to the hash of the parts before it, as a multiple of the golden
 * ratio, and the sum is scrambled by the 64-bit finaliser of SplitMix64 (Steele, Lea and Flood
 * 2014). Equal keys give equal numbers in every version of the library.
 */
public final class CounterRandom {

  /** The stream that chooses a token. */
  public static final int TOKEN = 0;

  /** The stream that decides whether a step excludes the top choices (XTC). */
  public static final int XTC = 1;

  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  /** How many tokens get their numbers at once. */
  static final int MOST_NEIGHBOURS = 1024;

  private static final long[] STEPS = new long[MOST_NEIGHBOURS];

  static {
    for (int i = 0; i < MOST_NEIGHBOURS; i++) {
      STEPS[i] = GOLDEN_RATIO * (i + 1);
    }
  }

  private CounterRandom() {}

  /**
   * Returns the random number of a key.
   *
   * @param seed the request's seed
   * @param row which of the request's sequences
   * @param position how many tokens that sequence had generated
   * @param stream what the number is for, such as {@link #TOKEN}
   * @return uniform in [0, 1), a multiple of 2^-53
   */
  public static double uniform(long seed, int row, int position, int stream) {
    return toUniform(key(seed, row, position, stream));
  }

  /** Returns the hash of a key, from which every token gets a number of its own. */
  static long key(long seed, int row, int position, int stream) {
    long hash = scramble(seed + GOLDEN_RATIO);
    hash = append(hash, row);
    hash = append(hash, position);
    return append(hash, stream);
  }

  /**
   * Returns the random number of a token under a key, as {@code id} were a further part of it.
   *
   * @param key from {@link #key}
   * @param id the token
   * @return uniform in [0, 2^53): {@link #uniform} times 2^53
   */
  static long bits(long key, int id) {
    return append(key, id) >>> 11;
  }

  /**
   * As {@link #bits(long, int)}, for neighbouring tokens.
   *
   * @param key from {@link #key}
   * @param firstId the first of them
   * @param count how many there are, at most {@link #MOST_NEIGHBOURS}
   * @param target receives their numbers
   */
  static void bits(long key, int firstId, int count, long[] target) {
    long start = key + GOLDEN_RATIO * firstId;
    // A loop over arrays and nothing else, so that HotSpot makes vector instructions of it.
    for (int i = 0; i < count; i++) {
      target[i] = scramble(STEPS[i] + start) >>> 11;
    }
  }

  private static double toUniform(long hash) {
    return (hash >>> 11) * 0x1p-53;
  }

  private static long append(long hash, int part) {
    return scramble(hash + GOLDEN_RATIO * ((part & 0xFFFFFFFFL) + 1));
  }

  private static long scramble(long bits) {
    bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
    return bits ^ (bits >>> 31);
  }
}
