package io.loquent.decoding.parallel.ctc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.base.Splitter;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Runs;
import io.loquent.decoding.lm.NgramModel;
import io.loquent.decoding.parallel.ctc.Frames.Saying;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Language models and hotwords, against the sums that they stand for. */
class FusionTest {

  private static final Splitter SPACES = Splitter.on(' ').omitEmptyStrings();

  private static final double LN_10 = Math.log(10);

  /** Blank, space and three letters. */
  private static final CtcVocabulary LETTERS = CtcVocabulary.of(List.of("", " ", "a", "b", "c"));

  private static final NgramModel WORDS =
      Frames.languageModel(
          """
          \\data\\
          ngram 1=6
          ngram 2=4

          \\1-grams:
          -99 <s> -0.4
          -1.2 </s>
          -2.5 <unk>
          -0.8 a -0.3
          -1.1 ab -0.2
          -0.9 ba -0.1

          \\2-grams:
          -0.3 <s> ab
          -0.5 ab a
          -0.4 a </s>
          -0.7 ba ab

          \\end\\
          """);

  @Test
  void words_are_scored_when_they_are_complete_and_the_end_at_the_end() {
    checkAgainstDefinition(
        LETTERS,
        WORDS,
        "lm_alpha 0.7 lm_beta 1.1",
        tokens -> {
          String text = text(tokens);
          double sum = 0;
          int state = WORDS.begin();
          for (String word : words(text)) {
            int id = WORDS.id(word);
            double log10 = WORDS.logProbability(state, id) / LN_10 + (id < 0 ? -10 : 0);
            sum += 0.7 * LN_10 * log10 + 1.1;
            state = WORDS.next(state, id);
          }
          return sum + 0.7 * WORDS.logProbabilityOfEnd(state);
        });
  }

  @Test
  void tokens_are_scored_where_the_model_is_one_of_tokens() {
    CtcVocabulary phonemes = CtcVocabulary.of(List.of("", "AA1", "B", "K", "<s>"));
    NgramModel model =
        Frames.languageModel(
            """
            \\data\\
            ngram 1=5
            ngram 2=2
            \\1-grams:
            -99 <s> -0.1
            -0.5 </s>
            -0.7 AA1 -0.3
            -0.8 B -0.4
            -0.9 K
            \\2-grams:
            -0.2 AA1 B
            -0.1 B </s>
            \\end\\
            """);
    checkAgainstDefinition(
        phonemes,
        model,
        "lm_alpha 0.5 lm_beta 0.3",
        tokens -> {
          double sum = 0;
          int state = model.begin();
          for (int token : tokens) {
            int id = model.id(phonemes.spelling(token));
            double log10 = model.logProbability(state, id) / LN_10 + (id < 0 ? -10 : 0);
            sum += 0.5 * LN_10 * log10 + 0.3;
            state = model.next(state, id);
          }
          return sum + 0.5 * model.logProbabilityOfEnd(state);
        });
  }

  @Test
  void whole_hotwords_earn_the_weight_and_begun_ones_nothing_in_the_end() {
    checkAgainstDefinition(
        LETTERS,
        null,
        "hotword_weight 3",
        tokens -> 3.0 * words(text(tokens)).stream().filter("ab"::equals).count(),
        "ab");
  }

  @Test
  void phrases_earn_the_weight_once_for_all_their_words() {
    checkAgainstDefinition(
        LETTERS,
        null,
        "hotword_weight 3",
        tokens -> {
          List<String> words = words(text(tokens));
          double sum = 0;
          for (int i = 1; i < words.size(); i++) {
            sum += words.get(i - 1).equals("a") && words.get(i).equals("b") ? 3 : 0;
          }
          return sum;
        },
        "a b");
  }

  @Test
  void hotwords_are_matched_token_by_token_where_there_are_no_words() {
    CtcVocabulary syllables = CtcVocabulary.of(List.of("", "ka", "na", "k", "a"));
    checkAgainstDefinition(
        syllables,
        null,
        "hotword_weight 2",
        tokens -> {
          double sum = 0;
          for (int i = 1; i < tokens.size(); i++) {
            sum += tokens.get(i - 1) == 1 && tokens.get(i) == 2 ? 2 : 0;
          }
          return sum;
        },
        "kana");
  }

  /**
   * With a beam that holds all prefixes, every result's score is its log-probability and what is
   * added, whatever was added and taken back on the way.
   */
  private static void checkAgainstDefinition(
      CtcVocabulary vocabulary,
      NgramModel model,
      String options,
      ToDoubleFunction<List<Integer>> bonus,
      String... hotwords) {
    for (int seed = 0; seed < 8; seed++) {
      float[][] frames = Frames.random(new Random(seed), 5, vocabulary.size());
      List<Object> all =
          new ArrayList<>(
              List.of(
                  "num_beams",
                  4096,
                  "num_return_sequences",
                  4096,
                  "beam_prune_logp",
                  -1e9,
                  "token_min_logp",
                  -1e9));
      List<String> words = SPACES.splitToList(options);
      for (int i = 0; i < words.size(); i += 2) {
        all.addAll(List.of(words.get(i), Double.valueOf(words.get(i + 1))));
      }
      if (hotwords.length > 0) {
        all.addAll(List.of("hotwords", List.of(hotwords)));
      }
      if (model != null) {
        all.addAll(List.of("language_model", "test"));
      }
      List<Hypothesis> results =
          Frames.decode(
              frames,
              Frames.search(
                  Runs.setup(vocabulary.size(), new int[0], all.toArray()), vocabulary, model));
      Map<List<Integer>, Saying> sayings = Frames.byDefinition(frames);
      assertThat(results).hasSize(sayings.size());
      for (Hypothesis result : results) {
        List<Integer> tokens = Frames.ids(result);
        double expected = sayings.get(tokens).logProbability() + bonus.applyAsDouble(tokens);
        assertThat(result.score()).as("%s", tokens).isCloseTo(expected, within(1e-4));
      }
      assertThat(results)
          .isSortedAccordingTo(Comparator.comparingDouble(Hypothesis::score).reversed());
    }
  }

  private static String text(List<Integer> tokens) {
    StringBuilder text = new StringBuilder();
    tokens.forEach(token -> text.append(" abc".charAt(token - 1)));
    return text.toString();
  }

  private static List<String> words(String text) {
    return SPACES.splitToList(text);
  }

  @Test
  void sentence_pieces_begin_words() {
    CtcVocabulary pieces = CtcVocabulary.of(List.of("", "\u2581a", "b", "\u2581"));
    PrefixScorer scorer = new PrefixScorer(pieces, WORDS, 1, 0, null);
    PrefixBonus ab = scorer.extend(scorer.extend(scorer.begin(), 1), 2);
    assertThat(ab.partial()).isEqualTo("ab");
    assertThat(ab.total()).isZero();
    PrefixBonus next = scorer.extend(ab, 1);
    assertThat(next.partial()).isEqualTo("a");
    assertThat(next.settled()).isCloseTo(-0.3 * LN_10, within(1e-6));
    PrefixBonus alone = scorer.extend(ab, 3);
    assertThat(alone.partial()).isEmpty();
    assertThat(alone.settled()).isEqualTo(next.settled());
    assertThat(scorer.end(next)).isCloseTo((-0.3 - 0.5 - 0.4) * LN_10, within(1e-6));
  }

  @Test
  void an_unfinished_word_that_none_begins_with_is_fined_and_more_if_it_is_long() {
    PrefixScorer scorer = new PrefixScorer(LETTERS, WORDS, 1, 0, null);
    assertThat(after(scorer, 2).total()).isZero();
    assertThat(after(scorer, 2, 2).total()).isEqualTo(-10);
    assertThat(after(scorer, 2, 2, 2, 2, 2, 2).total()).isEqualTo(-10);
    assertThat(after(scorer, 2, 2, 2, 2, 2, 2, 2, 2, 2).total()).isEqualTo(-15);
    PrefixBonus complete = after(scorer, 2, 2, 1);
    assertThat(complete.total()).isEqualTo(complete.settled());
    assertThat(complete.settled()).isCloseTo((-0.4 - 2.5 - 10) * LN_10, within(1e-5));
  }

  @Test
  void a_begun_hotword_earns_its_part_and_is_not_fined() {
    Hotwords hotwords = new Hotwords(List.of(List.of("cab"), List.of("caba")), 12);
    PrefixScorer scorer = new PrefixScorer(LETTERS, WORDS, 1, 0, hotwords);
    assertThat(after(scorer, 4).total()).isCloseTo(4, within(1e-9));
    assertThat(after(scorer, 4, 2).total()).isCloseTo(8, within(1e-9));
    assertThat(after(scorer, 4, 2, 3).total()).isCloseTo(12, within(1e-9));
    assertThat(after(scorer, 4, 2, 3, 2).total()).isCloseTo(12, within(1e-9));
    assertThat(after(scorer, 4, 2, 3, 3).total()).isEqualTo(-10);
    double unknown = (-0.4 - 2.5 - 10) * LN_10;
    assertThat(after(scorer, 4, 2, 3, 1).total()).isCloseTo(12 + unknown, within(1e-5));
    assertThat(after(scorer, 4, 2, 1).total()).isCloseTo(unknown, within(1e-5));
  }

  @Test
  void a_begun_phrase_earns_its_part_until_it_breaks_off() {
    Hotwords hotwords = new Hotwords(List.of(List.of("a", "bc"), List.of("bc", "c")), 12);
    PrefixScorer scorer = new PrefixScorer(LETTERS, null, 1, 0, hotwords);
    assertThat(after(scorer, 2).total()).isCloseTo(6, within(1e-9));
    assertThat(after(scorer, 2, 1).total()).isCloseTo(6, within(1e-9));
    assertThat(after(scorer, 2, 1, 3).total()).isCloseTo(9, within(1e-9));
    // Complete, and nothing is left of it for the other phrase.
    assertThat(after(scorer, 2, 1, 3, 4, 1).total()).isCloseTo(12, within(1e-9));
    assertThat(after(scorer, 2, 1, 3, 4, 1, 4, 1).total()).isCloseTo(12, within(1e-9));
    assertThat(after(scorer, 2, 1, 3, 3).total()).isZero();
    assertThat(after(scorer, 2, 1, 2, 1).total()).isCloseTo(6, within(1e-9));
  }

  private static PrefixBonus after(PrefixScorer scorer, int... tokens) {
    PrefixBonus bonus = scorer.begin();
    for (int token : tokens) {
      bonus = scorer.extend(bonus, token);
    }
    return bonus;
  }

  @Test
  void a_language_model_and_a_hotword_change_the_result() {
    // "ac" or "ab", and "ac" is a little likelier.
    float[][] frames =
        Frames.probabilities(
            new double[] {0.01, 0.01, 0.96, 0.01, 0.01},
            new double[] {0.02, 0.01, 0.01, 0.46, 0.5});
    assertThat(best(frames, null)).isEqualTo("ac");
    assertThat(best(frames, WORDS, "language_model", "test")).isEqualTo("ab");
    assertThat(best(frames, null, "hotwords", "ab")).isEqualTo("ab");
    assertThat(
            best(frames, WORDS, "language_model", "test", "hotwords", "ac", "hotword_weight", 40))
        .isEqualTo("ac");
  }

  private static String best(float[][] frames, NgramModel model, Object... options) {
    List<Object> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("num_beams", 20));
    Hypothesis best =
        Frames.decode(
                frames, Frames.search(Runs.setup(5, new int[0], all.toArray()), LETTERS, model))
            .get(0);
    assertThat(best.words()).hasSize(1);
    return best.words().get(0).text();
  }
}
