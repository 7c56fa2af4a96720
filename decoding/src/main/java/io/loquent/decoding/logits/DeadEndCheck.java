package io.loquent.decoding.logits;

import io.loquent.InvalidRequestException;
import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;
import io.loquent.decoding.constraint.ConstraintPaths;
import io.loquent.decoding.constraint.ConstraintState;
import io.loquent.decoding.constraint.TokenMask;

/**
 * Says why no token is left under a constraint. A search over several sequences does without: one
 * of them may end there while others go on.
 */
final class DeadEndCheck implements LogitsProcessor {

  private final ConstraintPaths paths;
  private final int[] endTokens;

  DeadEndCheck(ConstraintPaths paths, int[] endTokens) {
    this.paths = paths;
    this.endTokens = endTokens;
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    ConstraintState state = paths.after(tokens);
    TokenMask mask = paths.constraint().mask(state);
    if (!mask.anyPossible(scores) && nonePossible(scores)) {
      throw error(tokens, state, mask);
    }
  }

  private static boolean nonePossible(float[] scores) {
    boolean none = true;
    for (int id = 0; none && id < scores.length; id++) {
      none = scores[id] == Float.NEGATIVE_INFINITY;
    }
    return none;
  }

  private InvalidRequestException error(
      TokenSequence tokens, ConstraintState state, TokenMask mask) {
    String place = "under the request's constraint no token can follow " + paths.describe(tokens);
    if (state.isDead()) {
      return new InvalidRequestException(
          place
              + ", which the constraint does not allow: a token was forced (forced_bos_token_id,"
              + " forced_eos_token_id, prefixAllowedTokens); switch that off");
    }
    if (mask.count() > 0) {
      return new InvalidRequestException(
          place
              + ": the "
              + mask.count()
              + " tokens that could are all forbidden by other options (bad_words_ids,"
              + " suppress_tokens, no_repeat_ngram_size, sequence_bias, ...) or impossible in the"
              + " model; relax these options");
    }
    return new InvalidRequestException(
        place
            + (state.isAccepting()
                ? (endTokens.length == 0
                    ? ": the text may end here, but the model has no end token; set eos_token_id"
                    : ": the text may only end here, but end tokens are forbidden; lower"
                        + " min_new_tokens")
                : ": the vocabulary has no token that spells what must come; relax the"
                    + " constraint"));
  }
}
