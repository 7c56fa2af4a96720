package io.loquent.decoding.parallel.ctc;

import io.loquent.decoding.lm.NgramModel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Shallow fusion of a language model and hotwords into a prefix beam search, by the rules of
 * pyctcdecode. A complete word adds {@code alpha} times its log-probability and {@code beta}; a
 * word that the model does not have counts as {@code <unk>} and 10 powers of ten less. An
 * unfinished word that no word of the model begins with is fined 10 at once, more if it is long, so
 * that it does not live until it is complete; unless a hotword begins with it. At the end comes
 * {@code alpha} times the log-probability of {@code </s>}.
 *
 * <p>A model of tokens adds as much for each token that is text. Hotwords are matched word by word,
 * or token by token where the vocabulary has no words. Immutable and thread-safe.
 */
final class PrefixScorer {

  private static final double LN_10 = Math.log(10);

  /** Added to the base-10 logarithm of an unknown word's probability. */
  private static final double UNKNOWN_OFFSET = -10;

  /** Unfinished words that are longer than this are fined more. */
  private static final double USUAL_LENGTH = 6;

  private final CtcVocabulary vocabulary;
  private final @Nullable NgramModel model;
  private final boolean isWordModel;
  private final double alpha;
  private final double beta;
  private final @Nullable Hotwords hotwords;

  /**
   * Creates a scorer.
   *
   * @param model null for none
   * @param alpha weight of its log-probabilities
   * @param beta added for each of its words or tokens
   * @param hotwords null for none
   */
  PrefixScorer(
      CtcVocabulary vocabulary,
      @Nullable NgramModel model,
      double alpha,
      double beta,
      @Nullable Hotwords hotwords) {
    this.vocabulary = vocabulary;
    this.model = model;
    isWordModel = model != null && !isTokenLevel(model, vocabulary);
    this.alpha = alpha;
    this.beta = beta;
    this.hotwords = hotwords;
  }

  /** Says whether a model is one of a vocabulary's tokens: it knows no others. */
  static boolean isTokenLevel(NgramModel model, CtcVocabulary vocabulary) {
    Set<String> tokens = vocabulary.spellings();
    for (int id = 0; id < model.wordCount(); id++) {
      if (!model.isMark(id) && !tokens.contains(model.word(id))) {
        return false;
      }
    }
    return true;
  }

  /** Returns what the empty prefix gets. */
  PrefixBonus begin() {
    int context = model == null ? NgramModel.EMPTY : model.begin();
    return new PrefixBonus(0, 0, context, hotwords == null ? null : hotwords.begin(), "", "");
  }

  /** Returns what a prefix with one more token gets. */
  PrefixBonus extend(PrefixBonus before, int token) {
    if (vocabulary.spelling(token).isEmpty()) {
      return before;
    }
    PrefixBonus prefix = before;
    if (model != null && !isWordModel) {
      prefix = afterUnit(model, prefix, vocabulary.spelling(token));
    }
    if (!vocabulary.hasWords()) {
      return show(afterHotwordUnit(prefix, vocabulary.spelling(token)));
    }
    boolean isDelimiter = vocabulary.isDelimiter(token);
    if (isDelimiter || vocabulary.startsWord(token)) {
      prefix = afterWord(prefix);
    }
    String more = isDelimiter ? "" : vocabulary.text(token);
    return show(withPartial(prefix, prefix.partial() + more));
  }

  /** Returns what a prefix gets if nothing follows. */
  double end(PrefixBonus prefix) {
    PrefixBonus whole = afterWord(prefix);
    return model == null
        ? whole.settled()
        : whole.settled() + alpha * model.logProbabilityOfEnd(whole.context());
  }

  /** Completes the unfinished word, if there is one. */
  private PrefixBonus afterWord(PrefixBonus prefix) {
    String word = prefix.partial();
    if (word.isEmpty()) {
      return prefix;
    }
    PrefixBonus scored = model != null && isWordModel ? afterUnit(model, prefix, word) : prefix;
    return withPartial(afterHotwordUnit(scored, word), "");
  }

  private PrefixBonus afterUnit(NgramModel words, PrefixBonus prefix, String unit) {
    int id = words.id(unit);
    double offset = id == NgramModel.UNKNOWN ? UNKNOWN_OFFSET * LN_10 : 0;
    double more = alpha * (words.logProbability(prefix.context(), id) + offset) + beta;
    return new PrefixBonus(
        prefix.settled() + more,
        prefix.total(),
        words.next(prefix.context(), id),
        prefix.hotword(),
        prefix.lastWord(),
        prefix.partial());
  }

  private PrefixBonus afterHotwordUnit(PrefixBonus prefix, String unit) {
    Hotwords.Node hotword = prefix.hotword();
    double more = 0;
    if (hotwords != null && hotword != null) {
      more = hotwords.completes(hotword, unit) ? hotwords.weight() : 0;
      hotword = hotwords.next(hotword, unit);
    }
    return new PrefixBonus(
        prefix.settled() + more,
        prefix.total(),
        prefix.context(),
        hotword,
        model == null ? unit : "",
        prefix.partial());
  }

  private static PrefixBonus withPartial(PrefixBonus prefix, String partial) {
    return new PrefixBonus(
        prefix.settled(),
        prefix.total(),
        prefix.context(),
        prefix.hotword(),
        prefix.lastWord(),
        partial);
  }

  /** Adds up what the prefix gets for now. */
  private PrefixBonus show(PrefixBonus prefix) {
    String partial = prefix.partial();
    double forNow = 0;
    if (hotwords != null && prefix.hotword() != null) {
      forNow =
          partial.isEmpty()
              ? hotwords.credit(prefix.hotword())
              : hotwords.credit(prefix.hotword(), partial);
    }
    if (forNow == 0 && !partial.isEmpty()) {
      forNow = fine(partial);
    }
    return new PrefixBonus(
        prefix.settled(),
        prefix.settled() + forNow,
        prefix.context(),
        prefix.hotword(),
        prefix.lastWord(),
        partial);
  }

  private double fine(String partial) {
    if (model == null || !isWordModel || model.hasWordBeginning(partial)) {
      return 0;
    }
    return UNKNOWN_OFFSET * Math.max(1, partial.length() / USUAL_LENGTH);
  }
}
