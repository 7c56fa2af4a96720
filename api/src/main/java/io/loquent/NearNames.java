package io.loquent;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Finds the names that somebody who made a typing mistake may have meant. */
final class NearNames {

  private static final int MOST_NAMES = 3;

  private NearNames() {}

  /**
   * Ends an error message about an unknown name.
   *
   * @param name what was written
   * @param known all names there are
   * @return "; did you mean a, b?" with the nearest names, or "; known: " with all of them
   */
  static String hint(String name, Collection<String> known) {
    List<String> near = near(name, known);
    return near.isEmpty()
        ? "; known: " + String.join(", ", known)
        : "; did you mean " + String.join(", ", near) + "?";
  }

  /** Finds the nearest names, the nearest first. */
  static List<String> near(String name, Collection<String> known) {
    String lower = name.toLowerCase(Locale.ROOT);
    int limit = Math.max(2, name.length() / 3);
    return known.stream()
        .filter(candidate -> distance(lower, candidate) <= limit || related(lower, candidate))
        .sorted(Comparator.comparingInt(candidate -> distance(lower, candidate)))
        .limit(MOST_NAMES)
        .collect(Collectors.toList());
  }

  private static boolean related(String name, String candidate) {
    String plain = name.replace("_", "").replace("-", "");
    String other = candidate.replace("_", "");
    boolean partOfIt = plain.length() >= 4 && (other.contains(plain) || plain.contains(other));
    List<String> words = Arrays.asList(name.split("[_.-]"));
    return partOfIt
        || (words.size() > 1 && Arrays.asList(candidate.split("[_.]")).containsAll(words));
  }

  /** The Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[b.length()];
  }
}
