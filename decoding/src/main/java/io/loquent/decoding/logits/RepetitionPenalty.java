package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * Multiplies negative scores by a penalty, and divides the others by it, once for every token that
 * is in the sequence, prompt included (Keskar et al. 2019, "CTRL"; Hugging Face {@code
 * RepetitionPenaltyLogitsProcessor}).
 */
final class RepetitionPenalty implements LoweringProcessor {

  private final float penalty;
  private final TokenMarks seen;

  RepetitionPenalty(double penalty, int vocabularySize) {
    this.penalty = (float) penalty;
    seen = new TokenMarks(vocabularySize);
  }

  @Override
  public int lowers(int length) {
    return penalty >= 1 ? length : ProcessorChain.ANY;
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    seen.clear();
    for (int i = 0; i < tokens.length(); i++) {
      int id = tokens.get(i);
      if (seen.add(id)) {
        scores[id] = penalized(scores[id], penalty);
      }
    }
  }

  static float penalized(float score, float penalty) {
    return score < 0 ? score * penalty : score / penalty;
  }
}
