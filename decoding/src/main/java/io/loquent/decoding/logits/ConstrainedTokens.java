package io.loquent.decoding.logits;

import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;
import io.loquent.decoding.constraint.ConstraintPaths;
import io.loquent.decoding.constraint.ConstraintState;

/**
 * Forbids all tokens after which the text could no longer become what its constraint asks for, and
 * end tokens where it is not that yet. It comes before all other processors, so that these choose
 * among what is possible.
 */
final class ConstrainedTokens implements LogitsProcessor {

  private final ConstraintPaths paths;
  private final int[] endTokens;
  private final float[] endScores;

  ConstrainedTokens(ConstraintPaths paths, int[] endTokens) {
    this.paths = paths;
    this.endTokens = endTokens;
    endScores = new float[endTokens.length];
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    ConstraintState state = paths.after(tokens);
    for (int i = 0; i < endTokens.length; i++) {
      endScores[i] = state.isAccepting() ? scores[endTokens[i]] : Float.NEGATIVE_INFINITY;
    }
    paths.constraint().mask(state).applyTo(scores);
    for (int i = 0; i < endTokens.length; i++) {
      scores[endTokens[i]] = endScores[i];
    }
  }
}
