package io.loquent.decoding.logits;

import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;

/**
 * Keeps the smallest set of most probable tokens whose probability reaches p (nucleus sampling,
 * Holtzman et al. 2019; Hugging Face {@code TopPLogitsWarper}). Among tokens of one probability
 * those with higher ids are kept, as by Hugging Face's stable ascending sort.
 */
final class TopP implements LogitsProcessor {

  private final double mass;
  private final int tokensToKeep;
  private final SelectionHeap heap;

  TopP(double mass, int tokensToKeep, int vocabularySize) {
    this.mass = mass;
    this.tokensToKeep = tokensToKeep;
    heap = new SelectionHeap(vocabularySize, true);
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    double logSum = LogProbabilities.logSumExp(scores);
    // Tokens below this have, all together, less than the mass that may go, so most of a large
    // vocabulary need not be put in order.
    double floor =
        tokensToKeep == 1
            ? logSum + Math.log((1 - mass) / scores.length)
            : Double.NEGATIVE_INFINITY;
    heap.clear();
    for (int id = 0; id < scores.length; id++) {
      if (scores[id] < floor) {
        scores[id] = Float.NEGATIVE_INFINITY;
      } else if (scores[id] != Float.NEGATIVE_INFINITY) {
        heap.add(id, -scores[id]);
      }
    }
    heap.order();
    double kept = 0;
    for (int count = 0; heap.size() > 0 && (count < tokensToKeep || kept < mass); count++) {
      kept += Math.exp(scores[heap.take()] - logSum);
    }
    for (int i = 0; i < heap.size(); i++) {
      scores[heap.id(i)] = Float.NEGATIVE_INFINITY;
    }
  }
}
