package io.loquent.decoding.logits;

import io.loquent.TokenSequence;

/**
 * Keeps the smallest set of most probable tokens whose probability reaches p (nucleus sampling,
 * Holtzman et al. 2019; Hugging Face {@code TopPLogitsWarper}). Among tokens of one probability
 * those with higher ids are kept, as by Hugging Face's stable ascending sort.
 *
 * <p>A histogram of the tokens by score says in which narrow range p is reached. Of the tokens
 * above it only the sum matters; those within it are put in order.
 */
final class TopP implements Warper {

  /** By range of distances to the highest score, how probable a token is beside the best one. */
  private static final double[] RATIOS = new double[MassHistogram.ranges()];

  /** How wrong sums of the ratios are at most, and as much again for rounding. */
  private static final double SLACK = MassHistogram.width();

  private static final double ROUNDING = 1e-8;

  /** So many tokens are put in order sooner than a histogram is made of them. */
  private static final int FEW = 256;

  static {
    for (int range = 0; range < RATIOS.length; range++) {
      RATIOS[range] = Math.exp(-MassHistogram.width() * (range + 0.5));
    }
  }

  private final double mass;
  private final int tokensToKeep;
  private final MassHistogram histogram = new MassHistogram();
  private final SelectionHeap heap = new SelectionHeap(true);

  /** Of the most probable tokens that are certain to be kept. */
  private double keptMass;

  private int keptCount;

  TopP(double mass, int tokensToKeep) {
    this.mass = mass;
    this.tokensToKeep = tokensToKeep;
  }

  @Override
  public void warp(TokenSequence tokens, int row, PossibleTokens possible) {
    double logSum = possible.logSumExp();
    float max = possible.max();
    if (possible.size() > FEW) {
      dropUnlikely(possible, logSum);
      splitAtBoundary(possible, logSum, max, histogram.first(), histogram.last());
    } else {
      splitAtBoundary(possible, logSum, max, 0, MassHistogram.ranges());
    }
    double last = Double.NaN;
    int leastId = 0;
    while (!heap.isEmpty() && (keptCount < tokensToKeep || keptMass < mass)) {
      last = -heap.firstKey();
      leastId = heap.take();
      keptMass += Math.exp(last - logSum);
      keptCount++;
    }
    // Else there are fewer tokens than are to be kept.
    if (!Double.isNaN(last)) {
      possible.keepFrom((float) last, leastId);
    }
  }

  /** Finds the boundary, and drops the tokens that are below it for certain. */
  private void dropUnlikely(PossibleTokens possible, double logSum) {
    float max = possible.max();
    histogram.clear();
    for (int i = 0; i < possible.size(); i++) {
      // What is impossible is in the last range, and weighs nothing to speak of.
      histogram.add(MassHistogram.range(max - possible.scoreAt(i)));
    }
    histogram.weigh(RATIOS);
    double total = Math.exp(logSum - max);
    // The smaller part is known more precisely: what is to be kept, or what may go.
    if (mass < 0.5) {
      histogram.locate(mass * total, SLACK * mass * total, tokensToKeep);
    } else {
      double rest = (1 - mass) * total;
      histogram.locate(histogram.total() - rest, SLACK * rest + ROUNDING * total, tokensToKeep);
    }
    int rangesToKeep = histogram.last() + 1;
    if (rangesToKeep < MassHistogram.ranges()) {
      // A little lower, so that no rounding of a distance matters.
      double distance = rangesToKeep * MassHistogram.width();
      possible.keepFrom(max - distance - 1e-6 * (distance + Math.abs(max)));
    }
  }

  /** Of the tokens in certain ranges the boundary is found one by one. */
  private void splitAtBoundary(
      PossibleTokens possible, double logSum, float max, int firstRange, int lastRange) {
    keptMass = 0;
    keptCount = 0;
    heap.clear();
    for (int i = 0; i < possible.size(); i++) {
      float score = possible.scoreAt(i);
      int range = score == Float.NEGATIVE_INFINITY ? -1 : MassHistogram.range(max - score);
      if (range >= firstRange && range <= lastRange) {
        heap.add(possible.id(i), -score);
      } else if (range >= 0 && range < firstRange) {
        keptMass += Math.exp(score - logSum);
        keptCount++;
      }
    }
    heap.order();
  }
}
