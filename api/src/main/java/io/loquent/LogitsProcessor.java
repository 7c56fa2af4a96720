package io.loquent;

/**
 * Changes the scores of the next token before it is chosen (Hugging Face {@code LogitsProcessor}).
 *
 * <p>As in Hugging Face, sampling and greedy search hand over raw logits, beam search
 * log-probabilities. Called once per hypothesis and step, on the generating thread; an instance
 * that is shared between requests must be thread-safe, which stateless ones are.
 */
@FunctionalInterface
public interface LogitsProcessor {

  /**
   * Changes the scores in place.
   *
   * @param tokens the hypothesis so far
   * @param scores one score per vocabulary entry, {@code [vocabulary]}; negative infinity forbids a
   *     token
   */
  void process(TokenSequence tokens, float[] scores);
}
