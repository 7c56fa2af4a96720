package io.loquent.samples.benchmarks.constraints;

import io.loquent.decoding.constraint.TokenBytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A byte-level vocabulary that is shaped like those of language models: all bytes, words and parts
 * of words with and without a space before them, numbers, runs of spaces, and the punctuation that
 * source text and JSON are full of. The same every time.
 */
final class SyntheticVocabulary implements TokenBytes {

  private static final String[] SYLLABLES = {
    "a", "an", "ar", "ber", "ca", "con", "de", "der", "di", "e", "el", "en", "er", "est", "fi",
    "ga", "i", "in", "ing", "is", "la", "le", "li", "lo", "ma", "men", "mi", "na", "ne", "o", "on",
    "or", "pa", "per", "pro", "ra", "re", "ri", "sa", "se", "st", "ta", "te", "ti", "tion", "to",
    "tra", "u", "un", "ur", "ve", "y"
  };

  private static final String[] PUNCTUATION = {
    "\"", "\":", "\": ", "\",", "\", ", "\"}", "\"]", "{\"", "[\"", "},", "}]", "]}", "}}", "],",
    ": ", ", ", ":\"", ",\"", "\":\"", "\",\"", "\"},", "\"},{\"", "()", "();", "//", "/*", "*/",
    "==", "!=", "=>", "->", "\\n", "\\\"", "...", "--", "</", "/>", "\n\n", "\r\n", "{\n", "}\n",
    ",\n", "[\n", "]\n", "\"\n", "\",\n", "é", "ü", "ñ", "。", "的", "、", "😀"
  };

  private final List<byte[]> tokens = new ArrayList<>();

  SyntheticVocabulary(int size) {
    for (int value = 0; value < 256; value++) {
      tokens.add(new byte[] {(byte) value});
    }
    Set<String> texts = new LinkedHashSet<>(List.of(PUNCTUATION));
    for (int spaces = 2; spaces <= 32; spaces++) {
      texts.add(" ".repeat(spaces));
      texts.add("\n" + " ".repeat(spaces));
    }
    for (int number = 10; number < 1000; number++) {
      texts.add(String.valueOf(number));
    }
    texts.addAll(List.of("true", "false", "null", "name", "id", "items", "city", "2026", "0."));
    Random random = new Random(7);
    while (tokens.size() + texts.size() < size - 1) {
      addForms(word(random), texts, size - 1 - tokens.size());
    }
    for (String text : texts) {
      tokens.add(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String word(Random random) {
    StringBuilder word = new StringBuilder();
    int syllables = 1 + random.nextInt(2) + random.nextInt(3);
    for (int i = 0; i < syllables; i++) {
      // Some syllables are far more frequent than others.
      double rank = Math.pow(random.nextDouble(), 2);
      word.append(SYLLABLES[(int) (rank * SYLLABLES.length)]);
    }
    return word.toString();
  }

  private static void addForms(String word, Set<String> texts, int most) {
    String capital = Character.toUpperCase(word.charAt(0)) + word.substring(1);
    for (String form : List.of(" " + word, word, " " + capital, capital, "_" + word)) {
      if (texts.size() < most) {
        texts.add(form);
      }
    }
  }

  @Override
  public int size() {
    return tokens.size() + 1;
  }

  @Override
  public byte @Nullable [] bytes(int id, boolean first) {
    return id < tokens.size() ? tokens.get(id) : null;
  }
}
