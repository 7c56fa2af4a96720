package io.loquent.samples.benchmarks.pronunciation;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds places for the labels of points: close by, over no other label, over no point, and within
 * the frame where there is such a place. Each label takes the best place that earlier ones left.
 */
final class LabelPlacement {

  private static final double[] DISTANCES = {9, 18, 28, 40, 54, 70, 88};
  private static final int DIRECTIONS = 16;
  private static final double POINT = 6;

  private final Box frame;
  private final List<Box> taken = new ArrayList<>();

  /** Starts with an empty frame. */
  LabelPlacement(Box frame) {
    this.frame = frame;
  }

  /** Keeps labels off a point; all points come before the first label. */
  void keepFree(double x, double y) {
    taken.add(new Box(x - POINT, y - POINT, x + POINT, y + POINT));
  }

  /** Chooses where a label of that size belongs to a point. */
  Box place(double x, double y, double width, double height) {
    Box best = null;
    double least = Double.POSITIVE_INFINITY;
    for (double distance : DISTANCES) {
      for (int direction = 0; direction < DIRECTIONS; direction++) {
        Box box = beside(x, y, width, height, distance, direction);
        double cost = cost(box, distance);
        if (cost < least) {
          least = cost;
          best = box;
        }
      }
    }
    Box chosen = best == null ? beside(x, y, width, height, DISTANCES[0], 0) : best;
    taken.add(chosen);
    return chosen;
  }

  /** The box whose nearest edge or corner lies in the direction, to the right being the first. */
  private static Box beside(
      double x, double y, double width, double height, double distance, int direction) {
    double angle = 2 * Math.PI * direction / DIRECTIONS;
    double horizontal = Math.cos(angle);
    double vertical = Math.sin(angle);
    double centreX = x + horizontal * distance + Math.signum(round(horizontal)) * width / 2;
    double centreY = y + vertical * distance + round(vertical) * height / 2;
    return new Box(
        centreX - width / 2, centreY - height / 2, centreX + width / 2, centreY + height / 2);
  }

  /** Without the trace that a sine leaves where it should be nought. */
  private static double round(double value) {
    return Math.abs(value) < 1e-9 ? 0 : value;
  }

  private double cost(Box box, double distance) {
    double covered = box.area() - box.overlap(frame);
    for (Box other : taken) {
      covered += box.overlap(other);
    }
    return 100 * covered + distance;
  }

  /**
   * A rectangle; y grows downwards.
   *
   * @param left least x
   * @param top least y
   * @param right greatest x
   * @param bottom greatest y
   */
  record Box(double left, double top, double right, double bottom) {

    double area() {
      return (right - left) * (bottom - top);
    }

    double overlap(Box other) {
      double width = Math.min(right, other.right) - Math.max(left, other.left);
      double height = Math.min(bottom, other.bottom) - Math.max(top, other.top);
      return Math.max(0, width) * Math.max(0, height);
    }
  }
}
