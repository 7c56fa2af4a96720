package io.loquent.decoding.parallel.dag;

/** Looks for repeated n-grams. */
final class Ngrams {

  private Ngrams() {}

  /**
   * Says whether a token would complete an n-gram that is already there.
   *
   * @param size of n-grams; 0 for none
   * @param tokens the tokens before it
   * @param count how many of them count
   * @param next the token
   */
  static boolean repeats(int size, int[] tokens, int count, int next) {
    if (size == 0) {
      return false;
    }
    for (int end = size - 1; end < count; end++) {
      boolean isSame = tokens[end] == next;
      for (int back = 1; isSame && back < size; back++) {
        isSame = tokens[end - back] == tokens[count - back];
      }
      if (isSame) {
        return true;
      }
    }
    return false;
  }
}
