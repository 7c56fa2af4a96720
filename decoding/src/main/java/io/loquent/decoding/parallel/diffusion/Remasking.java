package io.loquent.decoding.parallel.diffusion;

import io.loquent.decoding.logits.CounterRandom;

/**
 * Turns filled slots into masks again, so that later runs may correct them (Wang et al. 2025,
 * "Remasking Discrete Diffusion Models with Inference-Time Scaling", the rescaled schedule). In the
 * step that raises the share of filled slots from {@code a} to {@code b}, a filled slot becomes a
 * mask with the probability {@code eta * min(1, (1 - b) / a)}; as many slots more are filled
 * instead. A block's last step has probability 0. Immutable.
 */
final class Remasking {

  /** The stream of random numbers that decides, behind those for tokens and for drafts. */
  private static final int STREAM = 5;

  private final double eta;
  private final StepSchedule schedule;
  private final long seed;

  Remasking(double eta, StepSchedule schedule, long seed) {
    this.eta = eta;
    this.schedule = schedule;
    this.seed = seed;
  }

  /**
   * Returns the probability with which each filled slot becomes a mask.
   *
   * @param block from 0
   * @param run the block's runs before this one
   * @param size slots of the block
   */
  double probability(int block, int run, int size) {
    int before = schedule.filled(block, run);
    int after = schedule.filled(block, run + 1);
    return before == 0 ? 0 : eta * Math.min(1, (double) (size - after) / before);
  }

  /**
   * Decides about one slot.
   *
   * @param probability from {@link #probability}
   * @param sequence which of the request's sequences
   * @param moment differs for each slot and run
   */
  boolean masks(double probability, int sequence, int moment) {
    return CounterRandom.uniform(seed, sequence, moment, STREAM) < probability;
  }
}
