package io.loquent.samples.benchmarks.encoders;

import io.loquent.samples.benchmarks.models.WordPieceVocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Sentences of made-up words whose lengths are spread as those of real text are: most are short, a
 * few are long. The same ones at each call.
 */
final class Sentences {

  private static final long SEED = 11;
  private static final int FEWEST_WORDS = 5;
  private static final int MOST_WORDS = 90;

  /** Of the normal distribution of the logarithm of the number of words. */
  private static final double LOG_MEAN = Math.log(18);

  private static final double LOG_DEVIATION = 0.7;

  /** How many syllables words have: one as often as three and four together. */
  private static final int[] SYLLABLES = {1, 1, 1, 2, 2, 2, 2, 3, 3, 4};

  private Sentences() {}

  static List<String> of(int count) {
    Random random = new Random(SEED);
    List<String> syllables = WordPieceVocabulary.syllables();
    List<String> sentences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double words = Math.exp(LOG_MEAN + LOG_DEVIATION * random.nextGaussian());
      int length = (int) Math.max(FEWEST_WORDS, Math.min(MOST_WORDS, Math.round(words)));
      sentences.add(sentence(length, syllables, random));
    }
    return sentences;
  }

  private static String sentence(int words, List<String> syllables, Random random) {
    StringBuilder sentence = new StringBuilder();
    for (int word = 0; word < words; word++) {
      sentence.append(word == 0 ? "" : " ");
      int length = SYLLABLES[random.nextInt(SYLLABLES.length)];
      for (int i = 0; i < length; i++) {
        sentence.append(syllables.get(random.nextInt(syllables.size())));
      }
    }
    return sentence.append('.').toString();
  }
}
