package io.loquent;

import java.util.List;

/**
 * Names the only tokens that may come next (Hugging Face {@code prefix_allowed_tokens_fn}). Called
 * once per hypothesis and step, on the generating thread.
 */
@FunctionalInterface
public interface PrefixAllowedTokens {

  /**
   * Returns the allowed tokens.
   *
   * @param tokens the hypothesis so far
   * @return token ids, at least one
   */
  List<Integer> allowed(TokenSequence tokens);
}
