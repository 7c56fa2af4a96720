package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import io.loquent.OutputConstraint;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * A constraint made ready for one vocabulary. What it finds out about its states it keeps, so one
 * should serve all requests that ask for the same. Thread-safe: callers take turns.
 */
public final class TokenConstraint {

  /** States are small, but a recursive grammar has no end of them. */
  private static final int MOST_STATES = 20_000;

  private static final long MOST_MASK_BYTES = 64L << 20;

  private final TokenBytes vocabulary;
  private final int vocabularySize;
  private final PushdownAutomaton automaton;

  /** For tokens that follow others, and for those that a text begins with. */
  private final TokenMasks[] masks;

  /** How much memory the masks of states take. */
  private long maskBytes;

  private TokenConstraint(Grammar grammar, Vocabulary vocabulary) {
    this.vocabulary = vocabulary.bytes;
    this.vocabularySize = vocabulary.size;
    automaton = new PushdownAutomaton(grammar);
    TokenMasks following = new TokenMasks(automaton, vocabulary.following);
    TokenMasks first =
        vocabulary.first == vocabulary.following
            ? following
            : new TokenMasks(automaton, vocabulary.first);
    masks = new TokenMasks[] {following, first};
  }

  /** A vocabulary whose tokens were looked through. Immutable and thread-safe. */
  public static final class Vocabulary {
    private final TokenBytes bytes;
    private final int size;
    private final TokenTrie first;
    private final TokenTrie following;

    private Vocabulary(TokenBytes bytes, int size) {
      this.bytes = bytes;
      this.size = size;
      following = TokenTrie.of(bytes, size, false);
      first = beginsAlike(bytes, size) ? following : TokenTrie.of(bytes, size, true);
    }

    /**
     * Looks a vocabulary through, which takes some time and should be done once for each.
     *
     * @param bytes how its tokens are written
     * @param size length of a logits vector; tokens above it never come
     * @return the vocabulary
     */
    public static Vocabulary of(TokenBytes bytes, int size) {
      return new Vocabulary(bytes, size);
    }

    private static boolean beginsAlike(TokenBytes bytes, int size) {
      boolean alike = true;
      for (int id = 0; alike && id < Math.min(bytes.size(), size); id++) {
        alike = Arrays.equals(bytes.bytes(id, true), bytes.bytes(id, false));
      }
      return alike;
    }
  }

  /**
   * Makes a constraint ready.
   *
   * @param constraint what the text must be
   * @param vocabulary what it is written with
   * @return the constraint
   * @throws InvalidRequestException if it is malformed, asks for something that is not supported,
   *     or matches no text
   */
  public static TokenConstraint of(OutputConstraint constraint, Vocabulary vocabulary) {
    return new TokenConstraint(ConstraintCompiler.compile(constraint), vocabulary);
  }

  /**
   * Returns the state of a text that has not begun.
   *
   * @return the first state
   */
  public synchronized ConstraintState start() {
    return new ConstraintState(automaton.start(), false);
  }

  /**
   * Appends a token.
   *
   * @param state how far the text has come
   * @param token a vocabulary id; one that is no text changes nothing
   * @return how far it has come then; dead if the token was not possible
   */
  public synchronized ConstraintState next(ConstraintState state, int token) {
    byte[] bytes = token < vocabulary.size() ? vocabulary.bytes(token, !state.begun) : null;
    if (bytes == null) {
      return state;
    }
    ParseState parse = state.parse;
    for (byte value : bytes) {
      parse = automaton.next(parse, value & 0xFF);
    }
    return new ConstraintState(parse, true);
  }

  /**
   * Returns the tokens that may come: all after which the text can still be completed; but where
   * only one text can come, only the longest token that writes nothing else, unless a token could
   * go on behind it.
   *
   * @param state how far the text has come
   * @return vocabulary ids; end tokens are not among them
   */
  public synchronized TokenMask mask(ConstraintState state) {
    int index = state.begun ? 0 : 1;
    TokenMask mask = state.parse.masks[index];
    if (mask == null) {
      limitMemory();
      TokenMask forced = masks[index].forced(state.parse);
      mask = forced == null ? masks[index].possible(state.parse) : forced;
      state.parse.masks[index] = mask;
      maskBytes += mask.bytes();
    }
    return mask;
  }

  /**
   * Returns all tokens after which the text can still be completed.
   *
   * @param state how far the text has come
   * @return vocabulary ids; end tokens are not among them
   */
  public synchronized TokenMask possible(ConstraintState state) {
    return masks[state.begun ? 0 : 1].possible(state.parse);
  }

  /**
   * Returns the only token that may come.
   *
   * @param state how far the text has come
   * @return a vocabulary id; -1 if there are several, or none, or if the text may end
   */
  public int forcedToken(ConstraintState state) {
    if (state.isAccepting() || state.isDead()) {
      return -1;
    }
    TokenMask mask = mask(state);
    return mask.count() == 1 ? mask.ids()[0] : -1;
  }

  /**
   * Returns the number of scores that masks are for.
   *
   * @return length of a logits vector
   */
  public int vocabularySize() {
    return vocabularySize;
  }

  /** Writes a token's bytes behind others. */
  void write(int token, boolean first, ByteArrayOutputStream text) {
    byte[] bytes = token < vocabulary.size() ? vocabulary.bytes(token, first) : null;
    if (bytes != null) {
      text.write(bytes, 0, bytes.length);
    }
  }

  private void limitMemory() {
    long kept = maskBytes + masks[0].bytes() + masks[1].bytes();
    if (automaton.size() > MOST_STATES || kept > MOST_MASK_BYTES) {
      maskBytes = 0;
      automaton.forget();
      masks[0].forget();
      masks[1].forget();
    }
  }
}
