package io.loquent.samples.benchmarks.models;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A WordPiece vocabulary of made-up words: letters, syllables, and words of two and three of them,
 * so that short words are one token and longer ones two, as in English. Immutable.
 */
public final class WordPieceVocabulary {

  private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
  private static final String CONSONANTS = "bcdfghjklmnprstvwz";
  private static final String VOWELS = "aeiou";
  private static final String INSIDE = "##";

  private WordPieceVocabulary() {}

  /**
   * Returns what words are made of.
   *
   * @return syllables, a consonant and a vowel each
   */
  public static List<String> syllables() {
    return joined(letters(CONSONANTS), letters(VOWELS));
  }

  /** The first tokens of the vocabulary, in the order of their ids. */
  static List<String> tokens(int size) {
    List<String> tokens = new ArrayList<>(SPECIAL);
    tokens.add(",");
    tokens.add(".");
    addAll(letters(LETTERS), tokens);
    List<String> syllables = syllables();
    addAll(syllables, tokens);
    List<String> words = joined(syllables, syllables);
    addAll(words, tokens);
    for (int i = 0; tokens.size() < size; i++) {
      tokens.add(words.get(i % words.size()) + syllables.get(i / words.size()));
    }
    return tokens.subList(0, size);
  }

  private static List<String> letters(String letters) {
    return letters
        .chars()
        .mapToObj(letter -> String.valueOf((char) letter))
        .collect(Collectors.toList());
  }

  /** As the beginning of a word, and inside of one. */
  private static void addAll(List<String> pieces, List<String> tokens) {
    tokens.addAll(pieces);
    pieces.forEach(piece -> tokens.add(INSIDE + piece));
  }

  private static List<String> joined(List<String> firsts, List<String> seconds) {
    return firsts.stream()
        .flatMap(first -> seconds.stream().map(second -> first + second))
        .collect(Collectors.toList());
  }

  /** The {@code tokenizer.json} of a vocabulary with a size. */
  static String tokenizer(int size) {
    List<String> entries = new ArrayList<>();
    for (String token : tokens(size)) {
      entries.add("\"" + token + "\":" + entries.size());
    }
    List<String> added = new ArrayList<>();
    for (String token : SPECIAL) {
      added.add(
          """
          {"id": %d, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false, \
          "normalized": false, "special": true}"""
              .formatted(added.size(), token));
    }
    return """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [%s],
         "normalizer": {"type": "BertNormalizer", "clean_text": true, \
        "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
         "pre_tokenizer": {"type": "BertPreTokenizer"},
         "post_processor": {"type": "TemplateProcessing",
          "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
           {"Sequence": {"id": "A", "type_id": 0}},
           {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
          "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
           {"Sequence": {"id": "A", "type_id": 0}},
           {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
           {"Sequence": {"id": "B", "type_id": 1}},
           {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
          "special_tokens": {
           "[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
           "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
         "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
         "model": {"type": "WordPiece", "unk_token": "[UNK]", \
        "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {%s}}}
        """
        .formatted(String.join(",", added), String.join(",", entries));
  }
}
