package io.loquent.decoding.search;

import java.util.List;

/**
 * Where stop strings are, or may be about to appear, in a generated text. Stateless and
 * thread-safe.
 */
public final class StopStrings {

  private StopStrings() {}

  /**
   * Finds where a text has to end.
   *
   * @param text a generated text, without the prompt
   * @param stops stop strings; empty ones are never found
   * @return the index at which the earliest stop string begins; -1 if there is none
   */
  public static int indexOfFirst(String text, List<String> stops) {
    int first = -1;
    for (String stop : stops) {
      int index = stop.isEmpty() ? -1 : text.indexOf(stop);
      if (index >= 0 && (first < 0 || index < first)) {
        first = index;
      }
    }
    return first;
  }

  /**
   * Finds where a text has to end that keeps the stop string which ends it.
   *
   * @param text a generated text, without the prompt
   * @param stops stop strings; empty ones are never found
   * @return the index behind the stop string that ends first; -1 if there is none
   */
  public static int endOfFirst(String text, List<String> stops) {
    int first = -1;
    for (String stop : stops) {
      int index = stop.isEmpty() ? -1 : text.indexOf(stop);
      if (index >= 0 && (first < 0 || index + stop.length() < first)) {
        first = index + stop.length();
      }
    }
    return first;
  }

  /**
   * Returns how much of a text's end must not be shown yet, because it may turn out to be the
   * beginning of a stop string.
   *
   * @param text a generated text that contains no stop string
   * @param stops stop strings
   * @return the length, in chars, of the longest suffix of the text that is a proper prefix of a
   *     stop string; 0 if there is none
   */
  public static int heldBack(String text, List<String> stops) {
    int longest = 0;
    for (String stop : stops) {
      int length = Math.min(stop.length() - 1, text.length());
      while (length > longest && !text.regionMatches(text.length() - length, stop, 0, length)) {
        length--;
      }
      longest = Math.max(longest, length);
    }
    return longest;
  }

  /**
   * Says whether a stop string ends inside the newest part of a text.
   *
   * @param text the text
   * @param known how many of its chars are not new
   * @param stops stop strings
   */
  static boolean endsInside(String text, int known, List<String> stops) {
    for (String stop : stops) {
      int from = Math.max(0, known - stop.length() + 1);
      if (!stop.isEmpty() && text.indexOf(stop, from) >= 0) {
        return true;
      }
    }
    return false;
  }
}
