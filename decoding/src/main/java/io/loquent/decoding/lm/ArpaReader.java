package io.loquent.decoding.lm;

import io.loquent.ModelLoadException;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an ARPA file: {@code \data\} with the number of n-grams of each order, a section for each
 * order with a line for each n-gram ({@code log10 probability, words, log10 back-off weight}), and
 * {@code \end\}. Used once.
 */
final class ArpaReader {

  /** How ARPA files write the logarithm of 0. */
  private static final float LOG_ZERO = -99;

  private final BufferedReader reader;
  private final String name;
  private int lineNumber;
  private String line = "";

  /** Where the fields of the line begin and end. */
  private int[] bounds = new int[32];

  private int fields;

  ArpaReader(BufferedReader reader, String name) {
    this.reader = reader;
    this.name = name;
  }

  NgramModel read() throws IOException {
    int[] counts = readCounts();
    expectSection(1);
    Words words = readWords(counts[0]);
    long all = 0;
    for (int count : counts) {
      all += count;
    }
    if (all > Integer.MAX_VALUE - 8) {
      throw broken("the model has " + all + " n-grams, more than the reader can number");
    }
    NgramTable ngrams = new NgramTable(words.probability, words.backOff, (int) all);
    int firstOfHighest = counts.length == 1 ? 0 : words.table.size();
    for (int order = 2; order <= counts.length; order++) {
      expectSection(order);
      firstOfHighest = ngrams.size();
      readNgrams(order, counts[order - 1], words.table, ngrams);
    }
    if (!line.equals("\\end\\")) {
      throw broken("expected \\end\\ behind the " + counts.length + "-grams; found " + quoted());
    }
    return new NgramModel(counts.length, words.table, ngrams, firstOfHighest);
  }

  /** Reads the header, and the line of the first section. */
  private int[] readCounts() throws IOException {
    do {
      if (!nextLine()) {
        throw broken("there is no line \\data\\; is it an ARPA file?");
      }
    } while (!line.equals("\\data\\"));
    List<Integer> counts = new ArrayList<>();
    while (nextFilledLine() && line.startsWith("ngram ")) {
      int equals = line.indexOf('=');
      int order = equals < 0 ? -1 : wholeNumber(line.substring("ngram ".length(), equals));
      int count = equals < 0 ? -1 : wholeNumber(line.substring(equals + 1));
      if (order != counts.size() + 1 || count < 0 || (order == 1 && count == 0)) {
        throw broken("expected \"ngram " + (counts.size() + 1) + "=COUNT\"; found " + quoted());
      }
      counts.add(count);
    }
    if (counts.isEmpty()) {
      throw broken("expected \"ngram 1=COUNT\"; found " + quoted());
    }
    return counts.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The 1-grams, by the order of their words. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Words(WordTable table, float[] probability, float[] backOff) {}

  private Words readWords(int count) throws IOException {
    int room = Math.min(count, 1 << 12);
    List<String> found = new ArrayList<>(room);
    float[] probability = new float[room];
    float[] backOff = new float[room];
    while (nextEntry(1, count, found.size())) {
      if (found.size() == probability.length) {
        int more = (int) Math.min(count, 2L * probability.length);
        probability = Arrays.copyOf(probability, more);
        backOff = Arrays.copyOf(backOff, more);
      }
      probability[found.size()] = probability();
      backOff[found.size()] = backOff(1);
      found.add(line.substring(begin(1), end(1)));
    }
    String[] sorted = found.toArray(new String[0]);
    Arrays.sort(sorted);
    String twice = WordTable.firstDouble(sorted);
    if (twice != null) {
      throw broken("the 1-grams before this line list \"" + twice + "\" twice");
    }
    WordTable table = WordTable.of(sorted);
    float[] sortedProbability = new float[count];
    float[] sortedBackOff = new float[count];
    for (int i = 0; i < count; i++) {
      int id = table.find(found.get(i), 0, found.get(i).length());
      sortedProbability[id] = probability[i];
      sortedBackOff[id] = backOff[i];
    }
    return new Words(table, sortedProbability, sortedBackOff);
  }

  private void readNgrams(int order, int count, WordTable table, NgramTable ngrams)
      throws IOException {
    int[] ids = new int[order];
    for (int read = 0; nextEntry(order, count, read); read++) {
      for (int i = 0; i < order; i++) {
        ids[i] = table.find(line, begin(i + 1), end(i + 1));
        if (ids[i] < 0) {
          throw broken(
              "the word \""
                  + line.substring(begin(i + 1), end(i + 1))
                  + "\" is not among the 1-grams");
        }
      }
      int beginning = ngram(ngrams, ids, 0, order - 1);
      if (beginning == NgramTable.NONE) {
        throw broken(
            "the "
                + (order - 1)
                + "-grams lack the beginning of this "
                + order
                + "-gram, \""
                + line.substring(begin(1), end(order - 1))
                + "\"");
      }
      int suffix = NgramTable.NONE;
      for (int from = 1; suffix == NgramTable.NONE; from++) {
        suffix = ngram(ngrams, ids, from, order);
      }
      if (ngrams.add(beginning, ids[order - 1], suffix, probability(), backOff(order))
          == NgramTable.NONE) {
        throw broken("this " + order + "-gram is listed twice");
      }
    }
  }

  private static int ngram(NgramTable ngrams, int[] ids, int from, int to) {
    int ngram = ids[from];
    for (int i = from + 1; i < to && ngram != NgramTable.NONE; i++) {
      ngram = ngrams.find(ngram, ids[i]);
    }
    return ngram;
  }

  private void expectSection(int order) {
    if (!line.equals("\\" + order + "-grams:")) {
      throw broken("expected \\" + order + "-grams: here; found " + quoted());
    }
  }

  /**
   * Goes to the next n-gram of a section, or to the line behind the section.
   *
   * @return false at the end of the section
   */
  private boolean nextEntry(int order, int count, int read) throws IOException {
    if (!nextFilledLine()) {
      throw broken("it ends within the " + order + "-grams, without \\end\\; is it complete?");
    }
    // A word may begin with a backslash, but an entry begins with a number.
    if (line.charAt(0) == '\\') {
      if (read < count) {
        throw broken("\\data\\ announces " + count + " " + order + "-grams, but there are " + read);
      }
      return false;
    }
    if (read == count) {
      throw broken("\\data\\ announces " + count + " " + order + "-grams, but here is another one");
    }
    split();
    if (fields != order + 1 && fields != order + 2) {
      throw broken(
          "expected a log-probability, "
              + order
              + (order == 1 ? " word" : " words")
              + " and possibly a back-off weight; found "
              + fields
              + " fields");
    }
    return true;
  }

  private float probability() {
    float value = number(0, "log-probability");
    if (value > 0) {
      throw broken("the log-probability " + line.substring(begin(0), end(0)) + " is above 0");
    }
    return value;
  }

  private float backOff(int order) {
    return fields == order + 2 ? number(order + 1, "back-off weight") : 0;
  }

  private float number(int field, String what) {
    String text = line.substring(begin(field), end(field));
    float value = Float.NaN;
    try {
      value = text.equals("-inf") ? LOG_ZERO : Float.parseFloat(text);
    } catch (NumberFormatException e) {
      // Reported below, like "NaN".
    }
    if (Float.isNaN(value)) {
      throw broken("the " + what + " \"" + text + "\" is not a number");
    }
    return value;
  }

  private static int wholeNumber(String text) {
    try {
      return Integer.parseInt(text.trim());
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Splits the line at spaces and tabs alone: words may hold other kinds of white space. */
  private void split() {
    fields = 0;
    int at = 0;
    while (at < line.length()) {
      int begin = at;
      while (at < line.length() && line.charAt(at) != ' ' && line.charAt(at) != '\t') {
        at++;
      }
      if (at > begin) {
        if (2 * fields == bounds.length) {
          bounds = Arrays.copyOf(bounds, 2 * bounds.length);
        }
        bounds[2 * fields] = begin;
        bounds[2 * fields + 1] = at;
        fields++;
      }
      at++;
    }
  }

  private int begin(int field) {
    return bounds[2 * field];
  }

  private int end(int field) {
    return bounds[2 * field + 1];
  }

  private boolean nextFilledLine() throws IOException {
    do {
      if (!nextLine()) {
        return false;
      }
    } while (line.isEmpty());
    return true;
  }

  private boolean nextLine() throws IOException {
    @Nullable String next = reader.readLine();
    line = next == null ? "" : next.trim();
    lineNumber++;
    return next != null;
  }

  private String quoted() {
    return line.isEmpty() ? "the end of the file" : "\"" + line + "\"";
  }

  private ModelLoadException broken(String problem) {
    return new ModelLoadException(
        "the language model " + name + " is broken at line " + lineNumber + ": " + problem);
  }
}
