package io.loquent.decoding.lm;

import io.loquent.ModelLoadException;
import java.io.BufferedReader;
import java.io.IOException;

/**
 * An n-gram language model with back-off (Katz 1987), as ARPA files hold it: {@code p(w | h)} is
 * what the model lists for the n-gram {@code h w}; where it lists none, it is the back-off weight
 * of {@code h} (1 if there is none) times {@code p(w | h without its first word)}.
 *
 * <p>What it knows of the words before is a <em>state</em>: the number of the longest n-gram of the
 * model that they end with. Two histories of one state have the same future.
 *
 * <p>An n-gram takes some 30 bytes, without objects of its own. Immutable and thread-safe.
 */
public final class NgramModel {

  /** The state of no words at all. */
  public static final int EMPTY = NgramTable.NONE;

  /** What {@link #id} returns for a word that the model does not have. */
  public static final int UNKNOWN = -1;

  /** The probability of unknown words where the model has no {@code <unk>}, log10. */
  private static final double NEVER = -100;

  private static final double LN_10 = Math.log(10);

  private final int order;
  private final WordTable words;
  private final NgramTable ngrams;

  /** The number of the first n-gram of the highest order. */
  private final int firstOfHighest;

  private final int unknownWord;
  private final int endWord;
  private final int begin;

  NgramModel(int order, WordTable words, NgramTable ngrams, int firstOfHighest) {
    this.order = order;
    this.words = words;
    this.ngrams = ngrams;
    this.firstOfHighest = firstOfHighest;
    int unknown = id("<unk>");
    unknownWord = unknown == UNKNOWN ? id("<UNK>") : unknown;
    endWord = id("</s>");
    int beginWord = id("<s>");
    begin = beginWord == UNKNOWN ? EMPTY : shortened(beginWord);
  }

  /**
   * Reads a model in the ARPA format: text, base-10 logarithms, of any order.
   *
   * @param reader the text, UTF-8 as a rule; read to its end mark and not closed
   * @param name what errors call it, such as the file's path
   * @return the model
   * @throws ModelLoadException if the text is not such a model; the message names the line
   * @throws IOException if reading fails
   */
  public static NgramModel read(BufferedReader reader, String name) throws IOException {
    return new ArpaReader(reader, name).read();
  }

  /**
   * Returns the length of the longest n-grams.
   *
   * @return at least 1
   */
  public int order() {
    return order;
  }

  /**
   * Returns how many words there are, the special ones included.
   *
   * @return at least 1
   */
  public int wordCount() {
    return words.size();
  }

  /**
   * Returns how many n-grams there are, of all orders.
   *
   * @return at least {@link #wordCount}
   */
  public int ngramCount() {
    return ngrams.size();
  }

  /**
   * Returns a word.
   *
   * @param id from 0 to {@code wordCount() - 1}
   * @return as the model spells it
   */
  public String word(int id) {
    return words.word(id);
  }

  /**
   * Finds a word.
   *
   * @param word as the model spells it
   * @return its id; {@link #UNKNOWN} if the model does not have it
   */
  public int id(CharSequence word) {
    return words.find(word, 0, word.length());
  }

  /**
   * Says whether a word is one of the marks for beginnings, ends and unknown words.
   *
   * @param id of a word
   * @return true for {@code <s>}, {@code </s>}, {@code <unk>} and {@code <UNK>}
   */
  public boolean isMark(int id) {
    return id == unknownWord || id == endWord || words.word(id).equals("<s>");
  }

  /**
   * Says whether any word begins with a text.
   *
   * @param text the beginning
   * @return true if there is such a word
   */
  public boolean hasWordBeginning(CharSequence text) {
    return words.hasPrefix(text);
  }

  /**
   * Returns the state at the beginning of a sentence.
   *
   * @return the state behind {@code <s>}; {@link #EMPTY} if the model does not have that
   */
  public int begin() {
    return begin;
  }

  /**
   * Returns the state behind one more word.
   *
   * @param state of the words before
   * @param word its id; {@link #UNKNOWN} stands for {@code <unk>}
   * @return the next state
   */
  public int next(int state, int word) {
    int id = word == UNKNOWN ? unknownWord : word;
    return id == UNKNOWN ? EMPTY : shortened(longest(state, id));
  }

  /**
   * Returns the probability of a word.
   *
   * @param state of the words before
   * @param word its id; {@link #UNKNOWN} stands for {@code <unk>}, and where the model does not
   *     have that, its probability is 1e-100
   * @return natural logarithm
   */
  public double logProbability(int state, int word) {
    int id = word == UNKNOWN ? unknownWord : word;
    if (id == UNKNOWN) {
      return NEVER * LN_10;
    }
    double backOff = 0;
    int context = state;
    int ngram = ngrams.find(context, id);
    while (ngram == NgramTable.NONE) {
      backOff += ngrams.backOff(context);
      context = ngrams.suffix(context);
      ngram = ngrams.find(context, id);
    }
    return (backOff + ngrams.probability(ngram)) * LN_10;
  }

  /**
   * Returns the probability that the sentence ends.
   *
   * @param state of the words before
   * @return natural logarithm; 0 if the model has no {@code </s>}
   */
  public double logProbabilityOfEnd(int state) {
    return endWord == UNKNOWN ? 0 : logProbability(state, endWord);
  }

  private int longest(int state, int word) {
    int context = state;
    int ngram = ngrams.find(context, word);
    while (ngram == NgramTable.NONE) {
      context = ngrams.suffix(context);
      ngram = ngrams.find(context, word);
    }
    return ngram;
  }

  /** No n-gram continues one of the highest order, but its suffix may be continued. */
  private int shortened(int ngram) {
    return ngram >= firstOfHighest ? ngrams.suffix(ngram) : ngram;
  }

  @Override
  public String toString() {
    return order + "-gram model of " + wordCount() + " words and " + ngramCount() + " n-grams";
  }
}
