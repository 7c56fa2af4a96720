package io.loquent.decoding.parallel.diffusion;

import io.loquent.UnmaskingOrder;
import io.loquent.decoding.logits.CounterRandom;

/** Says which slots are filled first. Immutable. */
final class SlotOrder {

  /** The stream of random numbers for slots, behind those for tokens and for drafts. */
  private static final int STREAM = 4;

  private final boolean isRandom;
  private final double temperature;
  private final long seed;

  SlotOrder(DiffusionSettings settings) {
    isRandom = settings.order() == UnmaskingOrder.RANDOM;
    temperature = settings.orderTemperature();
    seed = settings.search().seed();
  }

  /**
   * Returns a slot's place in the order: the higher, the sooner. With a temperature, the first n
   * slots are n draws without replacement from the softmax of ranks divided by it (the Gumbel-max
   * trick).
   *
   * @param rank how sure the slot is
   * @param sequence which of the request's sequences it is in
   * @param moment differs for each slot and run
   */
  double priority(double rank, int sequence, int moment) {
    if (!isRandom && temperature == 0) {
      return rank;
    }
    double uniform = CounterRandom.uniform(seed, sequence, moment, STREAM);
    // Never 0, whose logarithm is infinite.
    double gumbel = -Math.log(-Math.log(uniform + 0x1p-54));
    return isRandom ? uniform : rank / temperature + gumbel;
  }

  /** Sorts slots by priority, the highest first, and equal ones from left to right. */
  static void sort(int[] slots, int count, double[] priority) {
    for (int i = 1; i < count; i++) {
      int slot = slots[i];
      int place = i;
      while (place > 0 && priority[slots[place - 1]] < priority[slot]) {
        slots[place] = slots[place - 1];
        place--;
      }
      slots[place] = slot;
    }
  }
}
