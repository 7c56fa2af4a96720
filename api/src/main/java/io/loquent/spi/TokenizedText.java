package io.loquent.spi;

import java.util.Arrays;
import java.util.Objects;

/**
 * One or two texts as tokens, with where each token stands in them. Immutable and thread-safe.
 *
 * <p>Offsets count UTF-16 units of the text as it was given, so that {@code
 * text.substring(start(i), end(i))} is what token {@code i} was made of.
 */
public final class TokenizedText {

  /** What {@link #sequence} and {@link #word} say of a token that stands in no text. */
  public static final int NONE = -1;

  private final int[] ids;
  private final int[] typeIds;
  private final int[] sequences;
  private final int[] words;
  private final int[] starts;
  private final int[] ends;

  /**
   * Puts tokens together; the arrays are copied.
   *
   * @param ids vocabulary ids
   * @param typeIds segment of each token, as BERT's {@code token_type_ids}
   * @param sequences which text each token is of: 0, 1 or {@link #NONE} for special tokens
   * @param words which word of its text each token is of, from 0; {@link #NONE} for special tokens
   * @param starts where each token starts in its text, in UTF-16 units; 0 for special tokens
   * @param ends where each token ends in its text, exclusive; 0 for special tokens
   * @throws IllegalArgumentException if the arrays are not equally long
   */
  public TokenizedText(
      int[] ids, int[] typeIds, int[] sequences, int[] words, int[] starts, int[] ends) {
    for (int[] column : new int[][] {typeIds, sequences, words, starts, ends}) {
      if (Objects.requireNonNull(column, "column").length != ids.length) {
        throw new IllegalArgumentException(
            "columns of " + ids.length + " and " + column.length + " tokens");
      }
    }
    this.ids = ids.clone();
    this.typeIds = typeIds.clone();
    this.sequences = sequences.clone();
    this.words = words.clone();
    this.starts = starts.clone();
    this.ends = ends.clone();
  }

  /**
   * Returns the number of tokens.
   *
   * @return tokens, special ones included
   */
  public int length() {
    return ids.length;
  }

  /**
   * Returns the ids.
   *
   * @return a new array
   */
  public int[] ids() {
    return ids.clone();
  }

  /**
   * Returns the segments.
   *
   * @return a new array
   */
  public int[] typeIds() {
    return typeIds.clone();
  }

  /**
   * Returns one id.
   *
   * @param token index of a token
   * @return its vocabulary id
   */
  public int id(int token) {
    return ids[token];
  }

  /**
   * Says which text a token is of.
   *
   * @param token index of a token
   * @return 0 for the first text, 1 for the second, {@link #NONE} for a token that the tokenizer
   *     added
   */
  public int sequence(int token) {
    return sequences[token];
  }

  /**
   * Says whether the tokenizer added a token, such as a start or separator token.
   *
   * @param token index of a token
   * @return true if it stands in no text
   */
  public boolean isSpecial(int token) {
    return sequences[token] == NONE;
  }

  /**
   * Says which word a token is of, as the tokenizer's pre-tokenizer splits words.
   *
   * @param token index of a token
   * @return index of the word in its text, from 0; {@link #NONE} for special tokens
   */
  public int word(int token) {
    return words[token];
  }

  /**
   * Returns where a token starts.
   *
   * @param token index of a token
   * @return index in its text, in UTF-16 units; 0 for special tokens
   */
  public int start(int token) {
    return starts[token];
  }

  /**
   * Returns where a token ends.
   *
   * @param token index of a token
   * @return index after its last UTF-16 unit; 0 for special tokens
   */
  public int end(int token) {
    return ends[token];
  }

  /**
   * Keeps some of the tokens.
   *
   * @param tokens indices of tokens, ascending
   * @return those tokens
   */
  public TokenizedText select(int... tokens) {
    return new TokenizedText(
        pick(ids, tokens),
        pick(typeIds, tokens),
        pick(sequences, tokens),
        pick(words, tokens),
        pick(starts, tokens),
        pick(ends, tokens));
  }

  /**
   * Puts other ids where these are; everything else stays.
   *
   * @param newIds as many vocabulary ids as there are tokens; copied
   * @return those tokens
   * @throws IllegalArgumentException if there are more or fewer
   */
  public TokenizedText withIds(int... newIds) {
    return new TokenizedText(newIds, typeIds, sequences, words, starts, ends);
  }

  private static int[] pick(int[] column, int[] tokens) {
    return Arrays.stream(tokens).map(token -> column[token]).toArray();
  }
}
