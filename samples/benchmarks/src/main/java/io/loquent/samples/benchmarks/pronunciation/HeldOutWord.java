package io.loquent.samples.benchmarks.pronunciation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A word that no model has seen while it was trained.
 *
 * @param spelling its letters
 * @param pronunciations all that count as right, at least one; each a list of phonemes, vowels with
 *     their stress ({@code AH0})
 */
record HeldOutWord(String spelling, List<List<String>> pronunciations) {

  /**
   * Reads lines of a spelling, a tab, and pronunciations between bars with spaces between their
   * phonemes.
   */
  static List<HeldOutWord> read(Path file) throws IOException {
    List<HeldOutWord> words = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      String[] fields = line.split("\t", -1);
      if (fields.length != 2 || fields[0].isEmpty() || fields[1].isEmpty()) {
        throw new IOException(
            file
                + " line "
                + (words.size() + 1)
                + ": expected a word, a tab and its pronunciations; found \""
                + line
                + "\"");
      }
      words.add(
          new HeldOutWord(
              fields[0],
              Arrays.stream(fields[1].split("\\|", -1)).map(HeldOutWord::phonemes).toList()));
    }
    return words;
  }

  /** Takes a pronunciation apart. */
  static List<String> phonemes(String pronunciation) {
    return pronunciation.isEmpty() ? List.of() : List.of(pronunciation.split(" ", -1));
  }

  /**
   * Chooses words that are spread evenly over a list, so that fewer words are still of all letters
   * of an alphabetical one.
   */
  static List<HeldOutWord> spread(List<HeldOutWord> words, int count) {
    List<HeldOutWord> chosen = new ArrayList<>();
    for (int i = 0; i < Math.min(count, words.size()); i++) {
      chosen.add(words.get((int) ((long) i * words.size() / Math.min(count, words.size()))));
    }
    return chosen;
  }
}
