package io.loquent.decoding.parallel.ctc;

import io.loquent.FrameSpan;
import io.loquent.decoding.ChosenToken;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a token and, as a chain, of those before it. Immutable.
 *
 * @param before the tokens before; null for the first one
 * @param first the token's first frame
 * @param last its last frame
 * @param surest its most probable frame, which gives the token its log-probabilities
 */
record Alignment(@Nullable Alignment before, int first, int last, FrameChoice surest) {

  /** Begins a token. */
  static Alignment begin(@Nullable Alignment before, FrameChoice choice) {
    return new Alignment(before, choice.frame(), choice.frame(), choice);
  }

  /** Goes on with the token. */
  Alignment extend(FrameChoice choice) {
    boolean isSurer = choice.logProbability() > surest.logProbability();
    return new Alignment(before, first, choice.frame(), isSurer ? choice : surest);
  }

  private ChosenToken token(OptionalDouble frameSeconds) {
    return new ChosenToken(
        surest.id(),
        surest.logProbability(),
        surest.rawLogProbability(),
        surest.top(),
        Optional.of(new FrameSpan(first, last, frameSeconds)));
  }

  /** Returns the tokens of a chain, the first one first. */
  static List<ChosenToken> tokens(@Nullable Alignment newest, OptionalDouble frameSeconds) {
    List<ChosenToken> tokens = new ArrayList<>();
    for (Alignment node = newest; node != null; node = node.before) {
      tokens.add(node.token(frameSeconds));
    }
    Collections.reverse(tokens);
    return tokens;
  }
}
