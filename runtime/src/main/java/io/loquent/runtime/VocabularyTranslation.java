package io.loquent.runtime;

import io.loquent.InvalidRequestException;
import io.loquent.spi.Tokenizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens of a model and of its draft model stand for the same text, so that a draft model
 * with another tokenizer can guess (token-level intersection: Timor et al. 2025, "Accelerating LLM
 * Inference with Lossless Speculative Decoding Algorithms for Heterogeneous Vocabularies"). What
 * the model has chosen and the draft vocabulary lacks is encoded anew from its text; what the draft
 * model predicts and the model's vocabulary lacks is never guessed.
 *
 * <p>A token's text is what it adds behind another one, so that the spaces that tokens begin with
 * count, however a vocabulary spells them. Immutable and thread-safe until the tokenizers are
 * closed.
 */
final class VocabularyTranslation {

  /** What tokens are read behind; tokenizers hardly join it with what follows. */
  private static final String ANCHOR = ",";

  private static final int NONE = -1;

  /** Stands for bytes that are no character alone. */
  private static final char BROKEN = '\uFFFD';

  private final Side target;
  private final Side draft;

  /** By the model's ids: the draft token of the same text, or {@link #NONE}. */
  private final int[] drafts;

  /** By the model's ids: the draft token whose score is its score; each at most once. */
  private final int[] scoredBy;

  private VocabularyTranslation(Side target, Side draft) {
    this.target = target;
    this.draft = draft;
    drafts = new int[target.size];
    scoredBy = new int[target.size];
    Arrays.fill(drafts, NONE);
    Arrays.fill(scoredBy, NONE);
  }

  /** One of the two models' vocabularies. */
  static final class Side {
    private final Tokenizer tokenizer;
    private final Tokenizer pieces;
    private final int size;
    private final int inputSize;
    private final List<Integer> endTokens;
    private final int[] anchor;
    private final String anchorText;

    /** What each token says. */
    private final String[] texts;

    /**
     * Looks at a vocabulary.
     *
     * @param tokenizer reads and writes its ids
     * @param pieces encodes what is generated, where that is another one
     * @param size ids that the model has scores for and reads behind the prompt
     * @param inputSize ids that it reads as its input
     * @param endTokens the ids that end a sequence
     */
    Side(
        Tokenizer tokenizer,
        @Nullable Tokenizer pieces,
        int size,
        int inputSize,
        List<Integer> endTokens) {
      this.tokenizer = tokenizer;
      this.pieces = pieces == null ? tokenizer : pieces;
      this.size = size;
      this.inputSize = inputSize;
      this.endTokens = endTokens;
      anchor = encoded(ANCHOR);
      anchorText = tokenizer.decode(anchor, false);
      texts = new String[Math.min(size, tokenizer.vocabularySize())];
      for (int id = 0; id < texts.length; id++) {
        texts[id] = textOrBytes(id);
      }
    }

    private int[] encoded(String text) {
      return encoded(pieces, text, false, size);
    }

    /** The ids of a text as the model's whole input. */
    private int[] input(String text, boolean addSpecialTokens) {
      return encoded(tokenizer, text, addSpecialTokens, inputSize);
    }

    private static int[] encoded(
        Tokenizer tokenizer, String text, boolean addSpecialTokens, int limit) {
      try {
        int[] ids = tokenizer.encode(text, addSpecialTokens);
        return Arrays.stream(ids).filter(id -> id < limit).toArray();
      } catch (InvalidRequestException e) {
        // A vocabulary that cannot say it: it is only a guess that suffers.
        return new int[0];
      }
    }

    /** The token that an input begins with; {@link #NONE} if it begins with the text. */
    private int start() {
      int[] plain = input(ANCHOR, false);
      int[] whole = input(ANCHOR, true);
      boolean begins = plain.length > 0 && whole.length > 0 && plain[0] != whole[0];
      return begins ? whole[0] : NONE;
    }

    /** The text that ids add to one that goes before them. */
    private String text(int... ids) {
      int[] behind = Arrays.copyOf(anchor, anchor.length + ids.length);
      System.arraycopy(ids, 0, behind, anchor.length, ids.length);
      String text = tokenizer.decode(behind, false);
      return text.startsWith(anchorText)
          ? text.substring(anchorText.length())
          : tokenizer.decode(ids, false);
    }

    /** What a token says; bytes that are no character alone are told apart by their spelling. */
    private String textOrBytes(int id) {
      String text = text(id);
      return text.indexOf(BROKEN) < 0
          ? text
          : tokenizer.idToToken(id).map(spelled -> BROKEN + ByteSpelling.of(spelled)).orElse("");
    }

    /** The ids of a text that goes on from another one. */
    private int[] continuation(String text) {
      int[] ids = encoded(ANCHOR + text);
      boolean isBehind =
          ids.length >= anchor.length && Arrays.equals(anchor, Arrays.copyOf(ids, anchor.length));
      return isBehind ? Arrays.copyOfRange(ids, anchor.length, ids.length) : encoded(text);
    }

    /** Which token has each text; of several, the one that the tokenizer uses itself. */
    private Map<String, Integer> tokensByText() {
      Map<String, Integer> tokens = new HashMap<>();
      for (int id = 0; id < texts.length; id++) {
        String text = texts[id];
        if (text.isEmpty()) {
          continue;
        }
        if (tokens.putIfAbsent(text, id) != null) {
          int[] own = continuation(text);
          if (own.length == 1 && own[0] == id) {
            tokens.put(text, id);
          }
        }
      }
      return tokens;
    }
  }

  /** Compares two vocabularies, token by token. */
  static VocabularyTranslation of(Side target, Side draft) {
    VocabularyTranslation translation = new VocabularyTranslation(target, draft);
    translation.matchTexts();
    translation.matchEnds();
    return translation;
  }

  private void matchTexts() {
    Map<String, Integer> ofDraft = draft.tokensByText();
    Map<String, Integer> ofTarget = target.tokensByText();
    for (int id = 0; id < target.texts.length; id++) {
      String text = target.texts[id];
      Integer same = ofDraft.get(text);
      if (same != null) {
        drafts[id] = same;
        scoredBy[id] = Integer.valueOf(id).equals(ofTarget.get(text)) ? same : NONE;
      }
    }
  }

  /** End tokens stand for the same, whatever their names are. */
  private void matchEnds() {
    if (draft.endTokens.isEmpty() || target.endTokens.isEmpty()) {
      return;
    }
    int end = draft.endTokens.get(0);
    if (end < 0 || end >= draft.size) {
      return;
    }
    for (int id : target.endTokens) {
      if (id >= 0 && id < target.size && drafts[id] == NONE) {
        drafts[id] = end;
      }
    }
    int first = target.endTokens.get(0);
    boolean isTaken = IntStream.of(scoredBy).anyMatch(scored -> scored == end);
    if (first >= 0 && first < target.size && scoredBy[first] == NONE && !isTaken) {
      scoredBy[first] = end;
    }
  }

  /** How many of the model's tokens can be guessed. */
  int guessable() {
    return (int) IntStream.of(scoredBy).filter(id -> id != NONE).count();
  }

  /** The length of a logits vector of the model. */
  int targetSize() {
    return target.size;
  }

  /**
   * Returns the draft model's prompt: the same tokens where it has them all and uses them itself,
   * otherwise the text of the prompt, encoded anew as the prompt of its own.
   *
   * @param ids the model's, at least one
   * @return at least one draft id
   */
  int[] prompt(int[] ids) {
    int[] mapped = IntStream.of(ids).map(this::draftOf).toArray();
    boolean allKnown = IntStream.of(mapped).allMatch(id -> id != NONE && id < draft.inputSize);
    int[] anew = draft.input(target.tokenizer.decode(ids, false), false);
    if (allKnown && anew.length == mapped.length) {
      int start = draft.start();
      return start == NONE || start == mapped[0]
          ? mapped
          : IntStream.concat(IntStream.of(start), IntStream.of(mapped)).toArray();
    }
    int[] own = draft.input(target.tokenizer.decode(ids, true), true);
    return own.length == 0 ? continuation(ids, 0, ids.length) : own;
  }

  /**
   * Returns the draft model's tokens for some that go on a sequence.
   *
   * @param ids the model's
   * @param from the first of them
   * @param to behind the last of them, above {@code from}
   * @return at least one draft id
   */
  int[] continuation(int[] ids, int from, int to) {
    IntStream.Builder result = IntStream.builder();
    int next = from;
    while (next < to) {
      int known = draftOf(ids[next]);
      if (known != NONE) {
        result.add(known);
        next++;
        continue;
      }
      int first = next;
      while (next < to && draftOf(ids[next]) == NONE) {
        next++;
      }
      String text = target.text(Arrays.copyOfRange(ids, first, next));
      for (int id : draft.continuation(text.replace(String.valueOf(BROKEN), ""))) {
        result.add(id);
      }
    }
    int[] translated = result.build().toArray();
    return translated.length == 0 ? new int[] {filler()} : translated;
  }

  /** Stands where there is no text at all. */
  private int filler() {
    return draft.anchor.length == 0 ? 0 : draft.anchor[draft.anchor.length - 1];
  }

  private int draftOf(int id) {
    return id < 0 || id >= drafts.length ? NONE : drafts[id];
  }

  /**
   * Gives the model's tokens the draft model's scores.
   *
   * @param scores {@code [draft vocabulary]}
   * @param receiver receives {@code [vocabulary]} scores, negative infinity for tokens that cannot
   *     be guessed
   */
  void translate(float[] scores, float[] receiver) {
    for (int id = 0; id < scoredBy.length; id++) {
      receiver[id] = scoredBy[id] == NONE ? Float.NEGATIVE_INFINITY : scores[scoredBy[id]];
    }
  }
}
