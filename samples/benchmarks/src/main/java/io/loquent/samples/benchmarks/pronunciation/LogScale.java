package io.loquent.samples.benchmarks.pronunciation;

import java.util.ArrayList;
import java.util.List;

/** Positive numbers along an axis, equal ratios equally far apart. */
final class LogScale {

  private static final double[] STEPS = {1, 2, 5};

  private final double low;
  private final double high;

  /** Covers the values, with some room at both ends. */
  LogScale(double least, double greatest) {
    low = least / 1.15;
    // Room for the label beside the last point.
    high = greatest * 1.6;
  }

  /** Where a value is, from 0 at the beginning of the axis to 1 at its end. */
  double at(double value) {
    return Math.log(value / low) / Math.log(high / low);
  }

  /** One, two and five of each power of ten on the axis. */
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    for (int power = (int) Math.floor(Math.log10(low)); Math.pow(10, power) <= high; power++) {
      for (double step : STEPS) {
        // A power of ten that is no integer is exact as a quotient alone.
        double tick = power < 0 ? step / Math.pow(10, -power) : step * Math.pow(10, power);
        if (tick >= low && tick <= high) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }
}
