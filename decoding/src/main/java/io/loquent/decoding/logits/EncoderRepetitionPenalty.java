package io.loquent.decoding.logits;

import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;
import java.util.Arrays;

/**
 * Applies the inverse of a repetition penalty to the tokens of the encoder's input, which makes
 * them more likely if it is above 1 (Hugging Face {@code EncoderRepetitionPenaltyLogitsProcessor}).
 */
final class EncoderRepetitionPenalty implements LogitsProcessor {

  private final float penalty;

  /** Every token of the encoder's input that the decoder knows, once. */
  private final int[] ids;

  EncoderRepetitionPenalty(double penalty, int[] encoderIds, int vocabularySize) {
    this.penalty = (float) (1 / penalty);
    TokenMarks seen = new TokenMarks(vocabularySize);
    seen.clear();
    ids = Arrays.stream(encoderIds).filter(seen::add).toArray();
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    for (int id : ids) {
      scores[id] = RepetitionPenalty.penalized(scores[id], penalty);
    }
  }
}
