package io.loquent.decoding.logits;

import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;

/**
 * Keeps the tokens whose information is nearest to the entropy of the distribution, until they have
 * a certain mass (locally typical sampling, Meister et al. 2022; Hugging Face {@code
 * TypicalLogitsWarper}). The most probable token may go.
 */
final class Typical implements LogitsProcessor {

  private final double mass;
  private final int tokensToKeep;
  private final SelectionHeap heap;

  Typical(double mass, int tokensToKeep, int vocabularySize) {
    this.mass = mass;
    this.tokensToKeep = tokensToKeep;
    heap = new SelectionHeap(vocabularySize, false);
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    double logSum = LogProbabilities.logSumExp(scores);
    double entropy = LogProbabilities.entropy(scores, logSum);
    heap.clear();
    for (int id = 0; id < scores.length; id++) {
      if (scores[id] != Float.NEGATIVE_INFINITY) {
        heap.add(id, Math.abs(logSum - scores[id] - entropy));
      }
    }
    heap.order();
    double kept = 0;
    double furthest = 0;
    int count = 0;
    while (heap.size() > 0 && (count < tokensToKeep || kept < mass)) {
      int id = heap.take();
      if (kept < mass) {
        furthest = heap.key(id);
      }
      kept += Math.exp(scores[id] - logSum);
      count++;
    }
    for (int i = 0; i < heap.size(); i++) {
      int id = heap.id(i);
      if (heap.key(id) > furthest) {
        scores[id] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
