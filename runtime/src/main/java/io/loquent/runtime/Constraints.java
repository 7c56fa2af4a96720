package io.loquent.runtime;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.Uninterruptibles;
import io.loquent.InvalidRequestException;
import io.loquent.OutputConstraint;
import io.loquent.decoding.constraint.TokenConstraint;
import io.loquent.spi.Tokenizer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The constraints that requests of one generator have asked for, made ready for its vocabulary. The
 * last few are kept, because most requests of an application ask for the same. Thread-safe: a
 * constraint is compiled once, by the first thread that asks for it, and only those that ask for
 * the same one wait.
 */
final class Constraints {

  static final int MOST_KEPT = 16;

  private final @Nullable Tokenizer tokenizer;
  private final int vocabularySize;
  private final BiFunction<OutputConstraint, TokenConstraint.Vocabulary, TokenConstraint> compiler;
  private @Nullable SpelledTokens tokens;
  private TokenConstraint.@Nullable Vocabulary vocabulary;

  /** Guarded by itself. */
  private final Map<OutputConstraint, FutureTask<TokenConstraint>> kept =
      new LinkedHashMap<>(MOST_KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(
            Map.Entry<OutputConstraint, FutureTask<TokenConstraint>> eldest) {
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
    this(tokenizer, vocabularySize, TokenConstraint::of);
  }

  /** Creates it over another way to compile. */
  Constraints(
      @Nullable Tokenizer tokenizer,
      int vocabularySize,
      BiFunction<OutputConstraint, TokenConstraint.Vocabulary, TokenConstraint> compiler) {
    this.tokenizer = tokenizer;
    this.vocabularySize = vocabularySize;
    this.compiler = compiler;
  }

  /**
   * Makes a constraint ready. A thread that is interrupted while another one compiles waits on, as
   * compiling always ends soon, and stays interrupted.
   *
   * @throws InvalidRequestException if it is not supported, or the model writes no text
   */
  TokenConstraint ready(OutputConstraint constraint) {
    FutureTask<TokenConstraint> compilation;
    synchronized (kept) {
      compilation =
          kept.computeIfAbsent(
              constraint, asked -> new FutureTask<>(() -> compiler.apply(asked, vocabulary())));
    }
    // Does nothing but for the first thread.
    compilation.run();
    try {
      return Objects.requireNonNull(Uninterruptibles.getUninterruptibly(compilation));
    } catch (ExecutionException e) {
      synchronized (kept) {
        kept.remove(constraint, compilation);
      }
      Throwable failure = Objects.requireNonNull(e.getCause());
      Throwables.throwIfUnchecked(failure);
      throw new IllegalStateException(failure);
    }
  }

  private synchronized TokenConstraint.Vocabulary vocabulary() {
    if (vocabulary == null) {
      vocabulary = TokenConstraint.Vocabulary.of(tokens(), vocabularySize);
    }
    return vocabulary;
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
