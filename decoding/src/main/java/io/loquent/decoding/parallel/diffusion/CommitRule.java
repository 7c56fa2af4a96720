package io.loquent.decoding.parallel.diffusion;

/** How many slots, and which, a run of the model fills. Immutable. */
sealed interface CommitRule permits StepSchedule, ConfidenceThreshold, ConfidenceFactor {

  /**
   * Chooses among the masked slots of a block.
   *
   * @param run which of the block's runs it was, and what it found
   * @param ranked the masked slots, those to be filled first in front; may be reordered
   * @param masked how many entries of {@code ranked} count, at least 1
   * @param confidence by slot, the probability of the token that would be filled in
   * @return how many of the first entries to fill, at least 0
   */
  int choose(BlockRun run, int[] ranked, int masked, double[] confidence);

  /**
   * Where in its schedule a block is.
   *
   * @param block from 0
   * @param index the block's runs before this one
   * @param remasked how many filled slots this run turns into masks again
   */
  record BlockRun(int block, int index, int remasked) {}
}
