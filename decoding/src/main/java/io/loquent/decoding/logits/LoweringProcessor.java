package io.loquent.decoding.logits;

import io.loquent.LogitsProcessor;

/**
 * A processor that lowers the scores of a few tokens and leaves all others as they are, so that it
 * can do its work on the best tokens alone: as many more of them as it may lower.
 *
 * <p>Each score changes independently of the others, and a token that cannot be chosen stays so.
 */
interface LoweringProcessor extends LogitsProcessor {

  /**
   * Returns how many log-probabilities it may lower.
   *
   * @param length of the sequence, prompt included
   * @return a bound; {@link ProcessorChain#ANY} if it may do more at this length
   */
  int lowers(int length);
}
