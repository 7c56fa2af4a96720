package io.loquent.decoding.parallel.diffusion;

/**
 * Fills the first n slots while the n-th one's probability is at least {@code 1 - factor / (n +
 * 1)}, and always the first one: the more slots, the surer each has to be (Wu et al. 2025,
 * Fast-dLLM).
 */
final class ConfidenceFactor implements CommitRule {

  private final double factor;

  ConfidenceFactor(double factor) {
    this.factor = factor;
  }

  @Override
  public int choose(BlockRun run, int[] ranked, int masked, double[] confidence) {
    int count = 1;
    while (count < masked && confidence[ranked[count]] >= 1 - factor / (count + 2)) {
      count++;
    }
    return count;
  }
}
