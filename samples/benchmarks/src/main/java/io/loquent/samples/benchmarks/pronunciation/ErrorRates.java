package io.loquent.samples.benchmarks.pronunciation;

import java.util.List;

/**
 * Word and phoneme error rate. A word is right if it is one of the listed pronunciations; else the
 * edits (Levenshtein 1966) to the nearest of them count as wrong phonemes, of as many phonemes as
 * that one has.
 */
final class ErrorRates {

  private final boolean stress;
  private int words;
  private int wrongWords;
  private int phonemes;
  private int edits;

  /** Counts with stress, or takes vowels for the same whatever their stress. */
  ErrorRates(boolean stress) {
    this.stress = stress;
  }

  void add(List<String> answer, HeldOutWord word) {
    List<String> given = view(answer);
    int nearest = Integer.MAX_VALUE;
    int length = 0;
    for (List<String> pronunciation : word.pronunciations()) {
      int distance = distance(given, view(pronunciation));
      if (distance < nearest || (distance == nearest && pronunciation.size() < length)) {
        nearest = distance;
        length = pronunciation.size();
      }
    }
    words++;
    wrongWords += nearest == 0 ? 0 : 1;
    edits += nearest;
    phonemes += length;
  }

  /** Percent of the words that are wrong; not a number before the first. */
  double wordErrorRate() {
    return 100.0 * wrongWords / words;
  }

  /** Edits in percent of the phonemes of the right answers; not a number before the first. */
  double phonemeErrorRate() {
    return 100.0 * edits / phonemes;
  }

  private List<String> view(List<String> pronunciation) {
    return stress ? pronunciation : pronunciation.stream().map(ErrorRates::unstressed).toList();
  }

  private static String unstressed(String phoneme) {
    int last = phoneme.length() - 1;
    return last > 0 && Character.isDigit(phoneme.charAt(last))
        ? phoneme.substring(0, last)
        : phoneme;
  }

  /** Fewest insertions, deletions and substitutions that turn one into the other. */
  static int distance(List<String> from, List<String> to) {
    int[] row = new int[to.size() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.size(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substituted = diagonal + (from.get(i - 1).equals(to.get(j - 1)) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.size()];
  }
}
