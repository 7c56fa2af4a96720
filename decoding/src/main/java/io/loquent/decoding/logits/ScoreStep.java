package io.loquent.decoding.logits;

import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;

/** A step of a chain: a processor that may also look at which sequence it is working on. */
@FunctionalInterface
interface ScoreStep {

  void process(TokenSequence tokens, int row, float[] scores);

  static ScoreStep of(LogitsProcessor processor) {
    return (tokens, row, scores) -> processor.process(tokens, scores);
  }
}
