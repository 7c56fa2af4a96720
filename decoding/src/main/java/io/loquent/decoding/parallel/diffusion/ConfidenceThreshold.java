package io.loquent.decoding.parallel.diffusion;

/**
 * Fills every slot whose token is probable enough, and always the first one (Wu et al. 2025,
 * Fast-dLLM).
 */
final class ConfidenceThreshold implements CommitRule {

  private final double threshold;

  ConfidenceThreshold(double threshold) {
    this.threshold = threshold;
  }

  @Override
  public int choose(BlockRun run, int[] ranked, int masked, double[] confidence) {
    int count = 1;
    // A probability that rounds to 1 is not certainty: at 1 each run fills one slot.
    for (int i = 1; i < masked && threshold < 1; i++) {
      int slot = ranked[i];
      if (confidence[slot] >= threshold) {
        ranked[i] = ranked[count];
        ranked[count++] = slot;
      }
    }
    return count;
  }
}
