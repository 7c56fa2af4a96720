package io.loquent.samples.benchmarks.pronunciation;

import java.util.ArrayList;
import java.util.List;

/** Numbers along an axis, equal differences equally far apart. */
final class LinearScale {

  private static final int MOST_TICKS = 10;
  private static final int[] STEPS = {1, 2, 5, 10, 20, 50, 100};

  private final int step;
  private final int low;
  private final int high;

  /** Covers the values, from a tick to a tick. */
  LinearScale(double least, double greatest) {
    int chosen = STEPS[STEPS.length - 1];
    for (int i = STEPS.length - 1; i >= 0; i--) {
      if ((greatest - least) / STEPS[i] < MOST_TICKS - 2) {
        chosen = STEPS[i];
      }
    }
    step = chosen;
    low = (int) Math.floor(least / step) * step;
    high = Math.max(low + step, (int) Math.ceil(greatest / step) * step);
  }

  /** Where a value is, from 0 at the beginning of the axis to 1 at its end. */
  double at(double value) {
    return (value - low) / (high - low);
  }

  /** Its round numbers, both ends among them. */
  List<Integer> ticks() {
    List<Integer> ticks = new ArrayList<>();
    for (int tick = low; tick <= high; tick += step) {
      ticks.add(tick);
    }
    return ticks;
  }
}
