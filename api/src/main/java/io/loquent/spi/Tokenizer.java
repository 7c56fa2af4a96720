package io.loquent.spi;

import io.loquent.InvalidRequestException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/**
 * Turns text into vocabulary ids and back. Thread-safe until closed.
 *
 * <p>Nothing is truncated or padded.
 */
public interface Tokenizer extends AutoCloseable {

  /**
   * Encodes a text.
   *
   * @param text any text; special tokens written in it are recognised
   * @param addSpecialTokens whether the post-processor adds start, end and separator tokens
   * @return vocabulary ids
   */
  int[] encode(String text, boolean addSpecialTokens);

  /**
   * Encodes two texts, joined in the model's way.
   *
   * @param first the first text
   * @param second the second text
   * @param addSpecialTokens whether the post-processor adds start, end and separator tokens
   * @return vocabulary ids
   */
  int[] encode(String first, String second, boolean addSpecialTokens);

  /**
   * Encodes a text, or two joined in the model's way, and keeps where each token stands.
   *
   * @param first the first text
   * @param second the second text, if there is one
   * @param addSpecialTokens whether the post-processor adds start, end and separator tokens
   * @return the tokens, with the ids that {@code encode} gives
   */
  TokenizedText tokenize(String first, Optional<String> second, boolean addSpecialTokens);

  /**
   * Decodes ids.
   *
   * @param ids vocabulary ids; ids without a vocabulary entry are skipped
   * @param skipSpecialTokens whether special tokens are left out
   * @return the text; bytes that are not valid UTF-8 become U+FFFD
   */
  String decode(int[] ids, boolean skipSpecialTokens);

  /**
   * Starts decoding ids one after another.
   *
   * @param skipSpecialTokens whether special tokens are left out
   * @return a new detokenizer
   */
  IncrementalDetokenizer detokenizer(boolean skipSpecialTokens);

  /**
   * Returns the number of ids, added tokens included.
   *
   * @return one more than the highest id
   */
  int vocabularySize();

  /**
   * Looks a token up.
   *
   * @param token the token as the vocabulary spells it
   * @return its id, if it is there
   */
  OptionalInt tokenToId(String token);

  /**
   * Looks an id up.
   *
   * @param id a vocabulary id
   * @return its token as the vocabulary spells it; empty if there is none, or if the tokenizer does
   *     not tell
   */
  default Optional<String> idToToken(int id) {
    return Optional.empty();
  }

  /**
   * Tells what single tokens add to a decoded text. Spaces that are tidied up in a whole text are
   * not left out.
   *
   * @param first whether of tokens that a text begins with; otherwise of those behind others
   * @return by id the token's bytes in UTF-8, which may begin or end within a character; empty for
   *     a special token and for an id without a token
   * @throws InvalidRequestException if the tokenizer cannot tell
   */
  default IntFunction<Optional<byte[]>> tokenBytes(boolean first) {
    throw new InvalidRequestException(
        "the model's tokenizer does not say what single tokens add to a text, so that output cannot"
            + " be constrained; leave the constraint out");
  }

  /**
   * Says whether a token is special: one that stands for no text, such as a start, mask or unknown
   * token.
   *
   * @param id a vocabulary id
   * @return true for what {@code skipSpecialTokens} leaves out
   */
  default boolean isSpecial(int id) {
    int[] one = {id};
    return decode(one, true).isEmpty() && !decode(one, false).isEmpty();
  }

  /** Frees native memory. */
  @Override
  void close();
}
