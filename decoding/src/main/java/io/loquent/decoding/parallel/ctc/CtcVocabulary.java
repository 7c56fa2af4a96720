package io.loquent.decoding.parallel.ctc;

import io.loquent.FrameSpan;
import io.loquent.Word;
import io.loquent.decoding.ChosenToken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the tokens of a CTC model write, and where words begin: at a delimiter token ({@code |} or a
 * space), or at tokens that begin with {@code ▁} (U+2581, SentencePiece). A vocabulary with neither
 * has no words, as that of a phoneme model. Immutable and thread-safe.
 */
public final class CtcVocabulary {

  private static final String MARK = "\u2581";

  private final List<String> spellings;
  private final String[] texts;
  private final boolean[] startsWord;
  private final int delimiter;
  private final boolean hasWords;

  private CtcVocabulary(List<String> tokens, int delimiter) {
    this.delimiter = delimiter;
    spellings = List.copyOf(tokens);
    texts = new String[tokens.size()];
    startsWord = new boolean[tokens.size()];
    boolean anyStart = false;
    for (int id = 0; id < texts.length; id++) {
      String token = tokens.get(id);
      startsWord[id] = token.startsWith(MARK);
      anyStart |= startsWord[id];
      texts[id] = startsWord[id] ? token.substring(MARK.length()) : token;
    }
    hasWords = anyStart || delimiter >= 0;
  }

  /**
   * Creates a vocabulary whose spelling says where words begin: by {@code ▁} if any token begins
   * with it, else by the token {@code |}, else by the token that is one space.
   *
   * @param tokens what each id writes; empty for the blank, special tokens, and others that are no
   *     text
   * @return the vocabulary
   */
  public static CtcVocabulary of(List<String> tokens) {
    boolean marked = tokens.stream().anyMatch(token -> token.startsWith(MARK));
    int bar = tokens.indexOf("|");
    return new CtcVocabulary(tokens, marked ? -1 : bar >= 0 ? bar : tokens.indexOf(" "));
  }

  /**
   * Creates a vocabulary with a token between words (Hugging Face {@code word_delimiter_token}).
   *
   * @param tokens what each id writes; empty for the blank, special tokens, and others that are no
   *     text
   * @param delimiter the id of the token between words
   * @return the vocabulary
   */
  public static CtcVocabulary of(List<String> tokens, int delimiter) {
    if (delimiter < 0 || delimiter >= tokens.size()) {
      throw new IllegalArgumentException(
          "the token between words is " + delimiter + " of " + tokens.size());
    }
    return new CtcVocabulary(tokens, delimiter);
  }

  /**
   * Returns how many tokens there are.
   *
   * @return ids go up to one less
   */
  public int size() {
    return texts.length;
  }

  /**
   * Says whether tokens tell where words begin.
   *
   * @return false if all of a text is one word
   */
  public boolean hasWords() {
    return hasWords;
  }

  boolean isDelimiter(int id) {
    return id == delimiter;
  }

  boolean startsWord(int id) {
    return id < texts.length && startsWord[id];
  }

  /** Returns what a token writes into its word; the delimiter as it is spelt. */
  String text(int id) {
    return id < texts.length ? texts[id] : "";
  }

  /** Returns how a token is spelt; empty if it is no text. */
  String spelling(int id) {
    return id < texts.length ? spellings.get(id) : "";
  }

  /** Returns what the tokens write into their words. */
  Set<String> texts() {
    return new HashSet<>(Arrays.asList(texts));
  }

  /** Returns how the tokens are spelt. */
  Set<String> spellings() {
    return new HashSet<>(spellings);
  }

  /**
   * Returns the words of some tokens, with the frames they were heard in.
   *
   * @param tokens with spans
   * @return the words in order; empty if the vocabulary has none
   */
  public List<Word> words(List<ChosenToken> tokens) {
    List<Word> words = new ArrayList<>();
    if (!hasWords) {
      return words;
    }
    StringBuilder text = new StringBuilder();
    FrameSpan begin = null;
    FrameSpan end = null;
    for (ChosenToken token : tokens) {
      boolean isDelimiter = isDelimiter(token.id());
      if ((isDelimiter || startsWord(token.id())) && begin != null && end != null) {
        add(words, text, begin, end);
        begin = null;
      }
      if (!isDelimiter && !text(token.id()).isEmpty() && token.span().isPresent()) {
        text.append(text(token.id()));
        end = token.span().get();
        begin = begin == null ? end : begin;
      }
    }
    if (begin != null && end != null) {
      add(words, text, begin, end);
    }
    return words;
  }

  private static void add(List<Word> words, StringBuilder text, FrameSpan begin, FrameSpan end) {
    FrameSpan span = new FrameSpan(begin.first(), end.last(), begin.frameSeconds());
    words.add(new Word(text.toString(), span));
    text.setLength(0);
  }

  /**
   * Returns what some tokens write.
   *
   * @param tokens any tokens
   * @return the text, with one space between words
   */
  public String text(List<ChosenToken> tokens) {
    StringBuilder text = new StringBuilder();
    boolean spaceWanted = false;
    for (ChosenToken token : tokens) {
      boolean isDelimiter = isDelimiter(token.id());
      spaceWanted |= isDelimiter || startsWord(token.id());
      String own = isDelimiter ? "" : text(token.id());
      if (!own.isEmpty()) {
        text.append(spaceWanted && text.length() > 0 ? " " : "").append(own);
        spaceWanted = false;
      }
    }
    return text.toString();
  }
}
