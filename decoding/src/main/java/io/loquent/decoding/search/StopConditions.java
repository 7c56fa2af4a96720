package io.loquent.decoding.search;

import io.loquent.FinishReason;
import io.loquent.Option;
import io.loquent.StoppingCriterion;
import io.loquent.TokenSequence;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.SequenceLimits;
import io.loquent.decoding.constraint.ConstraintPaths;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that ends a sequence from inside: end tokens, stop strings, a constraint that allows nothing
 * more, criteria, length. Confined to one thread.
 */
public final class StopConditions {

  private final int[] endTokens;
  private final @Nullable StopStringCheck stopStrings;
  private final List<StoppingCriterion> criteria;
  private final @Nullable ConstraintPaths constraint;
  private final SequenceLimits limits;
  private final TokenHistory continuation = new TokenHistory(new int[0]);

  /**
   * Creates the conditions of a request.
   *
   * @param setup the request
   * @throws io.loquent.ContextLengthException if the prompt leaves no room for a single token
   */
  public StopConditions(SearchSetup setup) {
    endTokens =
        setup.options().get(Option.EOS_TOKEN_ID).orElse(List.of()).stream()
            .mapToInt(Integer::intValue)
            .toArray();
    List<String> stops = setup.options().get(Option.STOP_STRINGS).orElse(List.of());
    stopStrings = stops.isEmpty() ? null : StopStringCheck.of(setup, stops);
    criteria = setup.request().stoppingCriteria();
    constraint = setup.constraint();
    limits = SequenceLimits.of(setup);
  }

  /**
   * Returns how short and how long sequences may be.
   *
   * @return the request's limits
   */
  public SequenceLimits limits() {
    return limits;
  }

  /** Returns how many end tokens there are. */
  int endTokenCount() {
    return endTokens.length;
  }

  /**
   * Returns why a sequence ends with its newest token.
   *
   * @param tokens the prompt and at least one generated token
   * @return the reason; null if it goes on
   */
  public @Nullable FinishReason after(TokenSequence tokens) {
    FinishReason reason = atContent(tokens);
    return reason == null ? atLength(tokens.length()) : reason;
  }

  /** Returns why a sequence would end if it got one more token; null if it would go on. */
  @Nullable FinishReason after(TokenHistory tokens, int next) {
    FinishReason reason = atContent(tokens, next);
    return reason == null ? atLength(tokens.length() + 1) : reason;
  }

  /** As {@link #after(TokenHistory, int)}, whatever the length. */
  @Nullable FinishReason atContent(TokenHistory tokens, int next) {
    if (isEndToken(next)) {
      return FinishReason.END_OF_SEQUENCE;
    }
    if (stopStrings == null && criteria.isEmpty()) {
      return constraint != null && constraint.after(tokens, next).isComplete()
          ? FinishReason.CONSTRAINT_COMPLETE
          : null;
    }
    continuation.become(tokens, next);
    return atContent(continuation);
  }

  /** Returns why sequences of a length, prompt included, end; null if they may grow. */
  @Nullable FinishReason atLength(int length) {
    return length >= limits.maxLength() ? limits.reasonAtMaxLength() : null;
  }

  private @Nullable FinishReason atContent(TokenSequence tokens) {
    if (isEndToken(tokens.get(tokens.length() - 1))) {
      return FinishReason.END_OF_SEQUENCE;
    }
    if (stopStrings != null && stopStrings.stops(tokens)) {
      return FinishReason.STOP_STRING;
    }
    if (constraint != null && constraint.after(tokens).isComplete()) {
      return FinishReason.CONSTRAINT_COMPLETE;
    }
    for (StoppingCriterion criterion : criteria) {
      if (criterion.shouldStop(tokens)) {
        return FinishReason.STOPPING_CRITERION;
      }
    }
    return null;
  }

  /**
   * Says whether a token ends a sequence.
   *
   * @param id vocabulary id
   * @return true for the end tokens
   */
  public boolean isEndToken(int id) {
    for (int endToken : endTokens) {
      if (id == endToken) {
        return true;
      }
    }
    return false;
  }
}
