package io.loquent.decoding.parallel.diffusion;

/**
 * The new slots of a canvas, cut into blocks from left to right; the last one may be shorter.
 *
 * @param slots how many there are, at least 1
 * @param blockLength slots of a full block, at least 1
 */
record Blocks(int slots, int blockLength) {

  int count() {
    return (int) (((long) slots + blockLength - 1) / blockLength);
  }

  int start(int block) {
    return (int) Math.min(slots, (long) block * blockLength);
  }

  int end(int block) {
    return start(block + 1);
  }

  int size(int block) {
    return end(block) - start(block);
  }

  /**
   * Divides runs among the blocks: one for each, and the others by the slots that a block has
   * beside one, the remainder going to the first blocks. So equal blocks have equal shares, and as
   * many runs as slots are one for each slot.
   *
   * @param steps all runs, at least {@link #count}
   */
  int steps(int block, long steps) {
    return 1 + (int) (shareUpTo(block + 1, steps) - shareUpTo(block, steps));
  }

  private long shareUpTo(int block, long steps) {
    long spare = steps - count();
    int parts = slots - count();
    // Blocks of one slot each have equal shares.
    return parts == 0
        ? ceilDivide(spare * block, count())
        : ceilDivide(spare * (start(block) - Math.min(block, count())), parts);
  }

  private static long ceilDivide(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }
}
