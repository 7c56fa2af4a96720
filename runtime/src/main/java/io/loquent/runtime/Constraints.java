package io.loquent.runtime;

import io.loquent.InvalidRequestException;
import io.loquent.OutputConstraint;
import io.loquent.decoding.constraint.TokenConstraint;
import io.loquent.spi.Tokenizer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The constraints that requests of one generator have asked for, made ready for its vocabulary. The
 * last few are kept, because most requests of an application ask for the same. Thread-safe.
 */
final class Constraints {

  private static final int MOST_KEPT = 16;

  private final @Nullable Tokenizer tokenizer;
  private final int vocabularySize;
  private @Nullable SpelledTokens tokens;
  private TokenConstraint.@Nullable Vocabulary vocabulary;

  private final Map<OutputConstraint, TokenConstraint> kept =
      new LinkedHashMap<>(MOST_KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<OutputConstraint, TokenConstraint> eldest) {
          return size() > MOST_KEPT;
        }
      };

  /**
   * Creates it without constraints.
   *
   * @param tokenizer the model's; null if it has none
   * @param vocabularySize length of a logits vector
   */
  Constraints(@Nullable Tokenizer tokenizer, int vocabularySize) {
    this.tokenizer = tokenizer;
    this.vocabularySize = vocabularySize;
  }

  /**
   * Makes a constraint ready.
   *
   * @throws InvalidRequestException if it is not supported, or the model writes no text
   */
  synchronized TokenConstraint ready(OutputConstraint constraint) {
    TokenConstraint known = kept.get(constraint);
    if (known == null) {
      if (vocabulary == null) {
        vocabulary = TokenConstraint.Vocabulary.of(tokens(), vocabularySize);
      }
      known = TokenConstraint.of(constraint, vocabulary);
      kept.put(constraint, known);
    }
    return known;
  }

  /**
   * How the model's tokens are written.
   *
   * @throws InvalidRequestException if the model has no tokenizer, or it cannot tell
   */
  synchronized SpelledTokens tokens() {
    if (tokens == null) {
      if (tokenizer == null) {
        throw new InvalidRequestException(
            "constraint is set, but the model has no tokenizer that says what its tokens stand for;"
                + " put its tokenizer.json into the model folder");
      }
      tokens = new SpelledTokens(tokenizer);
    }
    return tokens;
  }
}
