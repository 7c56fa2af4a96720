package io.loquent.decoding.logits;

import io.loquent.InvalidRequestException;
import io.loquent.LogitsProcessor;
import io.loquent.PrefixAllowedTokens;
import io.loquent.TokenSequence;
import java.util.Arrays;
import java.util.List;

/**
 * Forbids all tokens but those that a callback names (Hugging Face {@code
 * PrefixConstrainedLogitsProcessor}). If earlier processors have forbidden all of these, the
 * callback wins: they are the only tokens, with score 0.
 */
final class AllowedTokens implements LogitsProcessor {

  private final PrefixAllowedTokens callback;
  private final TokenMarks allowed;

  AllowedTokens(PrefixAllowedTokens callback, int vocabularySize) {
    this.callback = callback;
    allowed = new TokenMarks(vocabularySize);
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    List<Integer> ids = callback.allowed(tokens);
    if (ids.isEmpty()) {
      throw new InvalidRequestException(
          "the request's PrefixAllowedTokens callback allows no token after "
              + tokens.generatedLength()
              + " generated ones, expected at least one; allow an end token where nothing else may"
              + " follow");
    }
    boolean anyLeft = false;
    allowed.clear();
    for (int id : ids) {
      if (id < 0 || id >= scores.length) {
        throw new InvalidRequestException(
            "the request's PrefixAllowedTokens callback allows token "
                + id
                + ", which is not in the model's vocabulary of "
                + scores.length);
      }
      allowed.add(id);
      anyLeft |= scores[id] != Float.NEGATIVE_INFINITY;
    }
    if (!anyLeft) {
      Arrays.fill(scores, 0);
    }
    for (int id = 0; id < scores.length; id++) {
      if (!allowed.contains(id)) {
        scores[id] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
