package io.loquent.decoding.parallel.diffusion;

/**
 * A number of runs that is known before (LLaDA): a block's slots are divided evenly among its runs,
 * the remainder going to the first ones.
 */
final class StepSchedule implements CommitRule {

  private final Blocks blocks;
  private final long steps;
  private final boolean isRemasking;

  /**
   * Creates a schedule.
   *
   * @param blocks the blocks
   * @param steps runs for all blocks, at least one for each
   * @param isRemasking whether a block may have more runs than slots: without, those would fill
   *     nothing
   */
  StepSchedule(Blocks blocks, long steps, boolean isRemasking) {
    this.blocks = blocks;
    this.steps = isRemasking ? steps : Math.min(steps, blocks.slots());
    this.isRemasking = isRemasking;
  }

  /**
   * Returns how many slots of a block are filled after some of its runs.
   *
   * @param block from 0
   * @param runs how many runs
   */
  int filled(int block, int runs) {
    int size = blocks.size(block);
    int blockSteps = blocks.steps(block, steps);
    if (runs >= blockSteps) {
      return size;
    }
    if (isRemasking && blockSteps > size) {
      return (int) (((long) size * runs + blockSteps - 1) / blockSteps);
    }
    return Math.min(size, size / blockSteps * runs + Math.min(runs, size % blockSteps));
  }

  @Override
  public int choose(BlockRun run, int[] ranked, int masked, double[] confidence) {
    int filled = blocks.size(run.block()) - masked;
    int wanted = filled(run.block(), run.index() + 1) - filled + run.remasked();
    return Math.max(0, Math.min(masked, wanted));
  }
}
