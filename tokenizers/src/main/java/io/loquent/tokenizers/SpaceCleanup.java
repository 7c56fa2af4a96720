package io.loquent.tokenizers;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes out the spaces that splitting English into words puts before punctuation and contractions:
 * Hugging Face's {@code clean_up_tokenization}. Its rules run one after another over the whole
 * text.
 */
final class SpaceCleanup {

  private static final List<Rule> RULES =
      List.of(
          new Rule(" .", "."),
          new Rule(" ?", "?"),
          new Rule(" !", "!"),
          new Rule(" ,", ","),
          new Rule(" ' ", "'"),
          new Rule(" n't", "n't"),
          new Rule(" 'm", "'m"),
          new Rule(" 's", "'s"),
          new Rule(" 've", "'ve"),
          new Rule(" 're", "'re"));

  // The WordPiece decoder has one rule more, between the contractions.
  private static final List<Rule> WORD_PIECE_RULES = wordPieceRules();

  private SpaceCleanup() {}

  static String of(String text) {
    return apply(RULES, text);
  }

  static String ofWordPiece(String text) {
    return apply(WORD_PIECE_RULES, text);
  }

  /** The same rules for a text that comes in parts. */
  static PieceSink before(PieceSink next) {
    return chain(RULES, next);
  }

  static PieceSink wordPieceBefore(PieceSink next) {
    return chain(WORD_PIECE_RULES, next);
  }

  private static String apply(List<Rule> rules, String text) {
    String clean = text;
    for (Rule rule : rules) {
      clean = clean.replace(rule.pattern, rule.replacement);
    }
    return clean;
  }

  private static PieceSink chain(List<Rule> rules, PieceSink next) {
    PieceSink first = next;
    for (int i = rules.size() - 1; i >= 0; i--) {
      first = new ReplaceStage(rules.get(i).pattern, rules.get(i).replacement, first);
    }
    return first;
  }

  private static List<Rule> wordPieceRules() {
    List<Rule> rules = new ArrayList<>(RULES);
    rules.add(rules.indexOf(new Rule(" 's", "'s")), new Rule(" do not", " don't"));
    return rules;
  }

  /** One replacement. */
  private record Rule(String pattern, String replacement) {}
}
