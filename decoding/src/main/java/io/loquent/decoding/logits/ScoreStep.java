package io.loquent.decoding.logits;

import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;

/** A step of a chain: a processor that may also look at which sequence it is working on. */
@FunctionalInterface
interface ScoreStep {

  void process(TokenSequence tokens, int row, float[] scores);

  /** As {@link LoweringProcessor#lowers}. */
  default int lowers(int length) {
    return ProcessorChain.ANY;
  }

  static ScoreStep of(LogitsProcessor processor) {
    if (processor instanceof LoweringProcessor lowering) {
      return new ScoreStep() {
        @Override
        public void process(TokenSequence tokens, int row, float[] scores) {
          lowering.process(tokens, scores);
        }

        @Override
        public int lowers(int length) {
          return lowering.lowers(length);
        }
      };
    }
    return (tokens, row, scores) -> processor.process(tokens, scores);
  }
}
