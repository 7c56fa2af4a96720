package io.loquent.decoding.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.loquent.ModelLoadException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NgramModelTest {

  private static final String SMALL =
      """
      made by hand

      \\data\\
      ngram 1=5
      ngram 2=4
      ngram 3=1

      \\1-grams:
      -99\t<s>\t-0.5
      -1.0\t</s>
      -2.0\t<unk>
      -0.6\ta\t-0.3
      -0.7\tb\t-0.2

      \\2-grams:
      -0.4\t<s> a\t-0.1
      -0.25 a b -0.15
      -0.35\ta a
      -0.8\tb </s>

      \\3-grams:
      -0.05\t<s> a b

      \\end\\
      """;

  @Test
  void the_longest_ngram_decides_and_shorter_ones_cost_back_off_weights() throws IOException {
    NgramModel model = read(SMALL);
    int a = model.id("a");
    int b = model.id("b");
    int afterBegin = model.begin();
    int afterA = model.next(afterBegin, a);
    int afterAb = model.next(afterA, b);
    assertThat(log10(model, afterBegin, a)).isCloseTo(-0.4, within(1e-6));
    assertThat(log10(model, afterBegin, b)).isCloseTo(-0.5 - 0.7, within(1e-6));
    assertThat(log10(model, afterA, b)).isCloseTo(-0.05, within(1e-6));
    assertThat(log10(model, afterA, a)).isCloseTo(-0.1 - 0.35, within(1e-6));
    // Behind "<s> a b" there is the longest n-gram that may be continued, "a b".
    assertThat(log10(model, afterAb, a)).isCloseTo(-0.15 - 0.2 - 0.6, within(1e-6));
    assertThat(model.logProbabilityOfEnd(afterAb) / Math.log(10))
        .isCloseTo(-0.15 - 0.8, within(1e-6));
    assertThat(log10(model, NgramModel.EMPTY, b)).isCloseTo(-0.7, within(1e-6));
  }

  @Test
  void an_unknown_word_is_unk_and_forgets_what_was_before_it() throws IOException {
    NgramModel model = read(SMALL);
    assertThat(model.id("c")).isEqualTo(NgramModel.UNKNOWN);
    int afterA = model.next(model.begin(), model.id("a"));
    assertThat(log10(model, afterA, NgramModel.UNKNOWN)).isCloseTo(-0.1 - 0.3 - 2, within(1e-6));
    int afterUnknown = model.next(afterA, NgramModel.UNKNOWN);
    assertThat(log10(model, afterUnknown, model.id("a"))).isCloseTo(-0.6, within(1e-6));
  }

  @Test
  void a_model_without_marks_has_no_beginning_no_end_and_no_unknown_words() throws IOException {
    NgramModel model =
        read("\\data\\\nngram 1=2\n\\1-grams:\n-0.3 a\n-inf b\n\\end\\\nwhat comes behind it");
    assertThat(model.order()).isEqualTo(1);
    assertThat(model.begin()).isEqualTo(NgramModel.EMPTY);
    assertThat(model.next(NgramModel.EMPTY, model.id("a"))).isEqualTo(NgramModel.EMPTY);
    assertThat(model.next(NgramModel.EMPTY, NgramModel.UNKNOWN)).isEqualTo(NgramModel.EMPTY);
    assertThat(model.logProbabilityOfEnd(NgramModel.EMPTY)).isZero();
    assertThat(log10(model, NgramModel.EMPTY, NgramModel.UNKNOWN)).isCloseTo(-100, within(1e-6));
    assertThat(log10(model, NgramModel.EMPTY, model.id("b"))).isCloseTo(-99, within(1e-6));
  }

  @Test
  void words_are_found_by_their_beginnings() throws IOException {
    NgramModel model =
        read(
            "\\data\\\nngram 1=4\n\\1-grams:\n-1 see\n-1 bee\n-1 \u00e9t\u00e9\n-1 beehive\n\\end\\");
    assertThat(List.of("b", "bee", "beeh", "beehive", "s", "\u00e9t", ""))
        .allMatch(model::hasWordBeginning);
    assertThat(List.of("beez", "beehives", "a", "t", "seee")).noneMatch(model::hasWordBeginning);
    assertThat(model.id("bee")).isNotEqualTo(NgramModel.UNKNOWN);
    assertThat(List.of("be", "beeh", "", "z")).allMatch(word -> model.id(word) == -1);
    assertThat(model.word(model.id("beehive"))).isEqualTo("beehive");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void probabilities_are_those_of_the_definition(long seed) throws IOException {
    Random random = new Random(seed);
    int order = 1 + random.nextInt(4);
    List<String> words = List.of("<s>", "</s>", "<unk>", "a", "b", "c", "d");
    Map<List<String>, double[]> entries = randomEntries(random, order, words);
    NgramModel model = read(arpa(entries, order));
    assertThat(model.ngramCount()).isEqualTo(entries.size());
    for (int trial = 0; trial < 300; trial++) {
      List<String> history = new ArrayList<>(List.of("<s>"));
      int state = model.begin();
      for (int length = random.nextInt(7); length > 0; length--) {
        String word = words.get(3 + random.nextInt(4));
        history.add(word);
        state = model.next(state, model.id(word));
      }
      for (String word : words) {
        assertThat(log10(model, state, model.id(word)))
            .as("%s after %s", word, history)
            .isCloseTo(byDefinition(entries, order, history, word), within(1e-5));
      }
    }
  }

  /** Each n-gram's beginning is there, but not always its suffix, as in a pruned model. */
  private static Map<List<String>, double[]> randomEntries(
      Random random, int order, List<String> words) {
    Map<List<String>, double[]> entries = new LinkedHashMap<>();
    for (String word : words) {
      entries.put(List.of(word), new double[] {-3 * random.nextDouble(), -random.nextDouble()});
    }
    for (int length = 2; length <= order; length++) {
      for (List<String> beginning : List.copyOf(entries.keySet())) {
        for (String word : words) {
          if (beginning.size() == length - 1 && random.nextInt(3) == 0) {
            List<String> ngram = new ArrayList<>(beginning);
            ngram.add(word);
            entries.put(ngram, new double[] {-3 * random.nextDouble(), -random.nextDouble()});
          }
        }
      }
    }
    return entries;
  }

  private static String arpa(Map<List<String>, double[]> entries, int order) {
    StringBuilder text = new StringBuilder("\\data\\\n");
    Map<Integer, StringBuilder> sections = new HashMap<>();
    for (int length = 1; length <= order; length++) {
      int now = length;
      long count = entries.keySet().stream().filter(ngram -> ngram.size() == now).count();
      text.append("ngram ").append(length).append('=').append(count).append('\n');
      sections.put(length, new StringBuilder("\n\\" + length + "-grams:\n"));
    }
    entries.forEach(
        (ngram, values) -> {
          StringBuilder section = sections.get(ngram.size());
          section.append(values[0]).append('\t').append(String.join(" ", ngram));
          section.append(ngram.size() < order ? "\t" + values[1] : "").append('\n');
        });
    sections.values().forEach(text::append);
    return text.append("\\end\\\n").toString();
  }

  private static double byDefinition(
      Map<List<String>, double[]> entries, int order, List<String> history, String word) {
    List<String> context = history.subList(Math.max(0, history.size() - order + 1), history.size());
    double backOff = 0;
    while (true) {
      List<String> ngram = new ArrayList<>(context);
      ngram.add(word);
      if (entries.containsKey(ngram)) {
        return backOff + entries.get(ngram)[0];
      }
      backOff += entries.containsKey(context) ? entries.get(context)[1] : 0;
      context = context.subList(1, context.size());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "no header; line 2; no line \\data\\",
        "\\data\\|ngram 2=1; line 2; ngram 1=COUNT",
        "\\data\\|ngram 1=x; line 2; ngram 1=COUNT",
        "\\data\\|ngram 1=1|\\2-grams:; line 3; expected \\1-grams:",
        "\\data\\|ngram 1=2|\\1-grams:|-1 a|\\end\\; line 5; announces 2 1-grams, but there are 1",
        "\\data\\|ngram 1=1|\\1-grams:|-1 a|-1 b|\\end\\; line 5; announces 1 1-grams",
        "\\data\\|ngram 1=1|\\1-grams:|-1 a b c|\\end\\; line 4; found 4 fields",
        "\\data\\|ngram 1=1|\\1-grams:|x a|\\end\\; line 4; \"x\" is not a number",
        "\\data\\|ngram 1=1|\\1-grams:|-1 a NaN|\\end\\; line 4; back-off weight \"NaN\"",
        "\\data\\|ngram 1=1|\\1-grams:|0.5 a|\\end\\; line 4; 0.5 is above 0",
        "\\data\\|ngram 1=2|\\1-grams:|-1 a|-1 a|\\end\\; line 6; \"a\" twice",
        "\\data\\|ngram 1=1|ngram 2=1|\\1-grams:|-1 a|\\2-grams:|-1 a b|\\end\\; line 7; \"b\" is not",
        "\\data\\|ngram 1=1|ngram 2=2|\\1-grams:|-1 a|\\2-grams:|-1 a a|-1 a a; line 8; listed twice",
        "\\data\\|ngram 1=1|\\1-grams:|-1 a; line 5; without \\end\\",
        "\\data\\|ngram 1=1|\\1-grams:|-1 a|\\2-grams:; line 5; expected \\end\\",
      })
  void a_broken_file_is_refused_with_its_line(String text, String line, String problem) {
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> read(text.replace('|', '\n')))
        .withMessageContaining("words.arpa")
        .withMessageContaining("at " + line + ":")
        .withMessageContaining(problem);
  }

  @Test
  void an_ngram_without_its_beginning_is_refused() {
    String text =
        "\\data\\\nngram 1=2\nngram 2=1\nngram 3=1\n\\1-grams:\n-1 a\n-1 b\n\\2-grams:\n-1 a b\n"
            + "\\3-grams:\n-1 b a b\n\\end\\";
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> read(text))
        .withMessageContaining("line 11")
        .withMessageContaining("2-grams lack the beginning of this 3-gram, \"b a\"");
  }

  private static double log10(NgramModel model, int state, int word) {
    return model.logProbability(state, word) / Math.log(10);
  }

  private static NgramModel read(String text) throws IOException {
    return NgramModel.read(new BufferedReader(new StringReader(text)), "words.arpa");
  }
}
