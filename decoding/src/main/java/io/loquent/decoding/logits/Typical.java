package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * Keeps the tokens whose information is nearest to the entropy of the distribution, until they have
 * a certain mass (locally typical sampling, Meister et al. 2022; Hugging Face {@code
 * TypicalLogitsWarper}). The most probable token may go.
 */
final class Typical implements Warper {

  /** More than the sums of the histogram, in single precision, can be wrong by. */
  private static final double SLACK = 1e-4;

  private final double mass;
  private final int tokensToKeep;
  private final MassHistogram histogram = new MassHistogram();
  private final SelectionHeap heap = new SelectionHeap(false);

  /** Of the most typical tokens that are certain to be kept. */
  private double keptMass;

  private int keptCount;

  Typical(double mass, int tokensToKeep) {
    this.mass = mass;
    this.tokensToKeep = tokensToKeep;
  }

  @Override
  public void warp(TokenSequence tokens, int row, PossibleTokens possible) {
    double logSum = possible.logSumExp();
    double entropy = possible.entropy();
    findBoundary(possible, logSum, entropy);
    splitAtBoundary(possible, logSum, entropy);
    if (heap.isEmpty()) {
      // There are fewer tokens than are to be kept.
      return;
    }
    double furthest = -1;
    double last = -1;
    int lastId = -1;
    while (!heap.isEmpty() && (keptCount < tokensToKeep || keptMass < mass)) {
      last = heap.firstKey();
      lastId = heap.take();
      if (keptMass < mass) {
        furthest = last;
      }
      keptMass += Math.exp(possible.score(lastId) - logSum);
      keptCount++;
    }
    possible.beginKeeping();
    for (int i = 0; i < possible.size(); i++) {
      double distance = Math.abs(logSum - possible.scoreAt(i) - entropy);
      boolean taken = distance < last || (distance == last && possible.id(i) <= lastId);
      if (taken || distance <= furthest) {
        possible.keep(i);
      }
    }
    possible.endKeeping();
  }

  private void findBoundary(PossibleTokens possible, double logSum, double entropy) {
    float max = possible.max();
    double massOfMax = Math.exp(max - logSum);
    histogram.clear();
    for (int i = 0; i < possible.size(); i++) {
      float score = possible.scoreAt(i);
      if (score != Float.NEGATIVE_INFINITY) {
        int range = MassHistogram.range(Math.abs(logSum - score - entropy));
        histogram.add(range, massOfMax * PlainLaneLoops.exponential(score, max));
      }
    }
    histogram.locate(mass, SLACK, tokensToKeep);
  }

  private void splitAtBoundary(PossibleTokens possible, double logSum, double entropy) {
    keptMass = 0;
    keptCount = 0;
    heap.clear();
    for (int i = 0; i < possible.size(); i++) {
      float score = possible.scoreAt(i);
      if (score != Float.NEGATIVE_INFINITY) {
        double distance = Math.abs(logSum - score - entropy);
        int range = MassHistogram.range(distance);
        if (range < histogram.first()) {
          keptMass += Math.exp(score - logSum);
          keptCount++;
        } else if (range <= histogram.last()) {
          heap.add(possible.id(i), distance);
        }
      }
    }
    heap.order();
  }
}
