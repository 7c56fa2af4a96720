package io.loquent.decoding.logits;

import java.lang.reflect.InvocationTargetException;

/**
 * The inner loops of the passes over a vocabulary. A score's lane is its id modulo {@link #LANES};
 * within a lane, scores come in the order of their ids. So every implementation does the same
 * arithmetic in the same order, and gives the same bits. Confined to one thread.
 */
interface LaneLoops {

  /** Many more than any processor has, so that loops over the lanes of a block pay. */
  int LANES = 1024;

  /** Distances below count as this one: {@code e^-69} is nothing beside the highest score's 1. */
  float LEAST_DISTANCE = -69;

  float LOG2_E = 1.442695f;

  /** Added and taken away again, it rounds a float of less than 2^22 to a whole number. */
  float ROUNDING = 0x1.8p23f;

  /** How many bits the exponent of a float is shifted by, and the bits of 1. */
  int EXPONENT_SHIFT = 23;

  int ONE_BITS = 0x3f800000;

  // 2^x for x from -1/2 to 1/2 as 1 + x * (C1 + x * (C2 + ...)), fitted by Lawson's algorithm
  // (iterated weighted least squares) for the least relative error, which is 1e-7. It is exact
  // at 0, so that the highest score itself counts as exactly 1.
  float C1 = 0.693147f;
  float C2 = 0.24022242f;
  float C3 = 0.055507336f;
  float C4 = 0.009671513f;
  float C5 = 0.0013264727f;

  /**
   * Raises each lane's highest score.
   *
   * @param scores {@code [vocabulary]} scores
   * @param from the first of a block: the score of lane 0
   * @param count how many there are in the block, at most {@link #LANES}
   * @param lanes the highest scores so far; NaN after a NaN
   */
  void raise(float[] scores, int from, int count, float[] lanes);

  /**
   * Adds a block.
   *
   * @param numbers {@code [vocabulary]} numbers
   * @param from the first of a block: the number of lane 0
   * @param count how many there are in the block, at most {@link #LANES}
   * @param lanes the sums so far
   */
  void add(float[] numbers, int from, int count, float[] lanes);

  /**
   * Adds the exponentials of a block's distances to the highest score.
   *
   * @param scores {@code [vocabulary]} scores, no NaN among them
   * @param from the first of a block: the score of lane 0
   * @param count how many there are in the block, at most {@link #LANES}
   * @param max the highest of all scores, finite
   * @param lanes the sums so far
   */
  void addExponentials(float[] scores, int from, int count, float max, float[] lanes);

  /**
   * Chooses an implementation: by the Vector API if its module is there, else plain loops.
   *
   * @return a new instance
   */
  static LaneLoops fastest() {
    try {
      // By name: on Android, and without the incubating module, that class cannot be loaded.
      Class<?> vectors = Class.forName(LaneLoops.class.getPackage().getName() + ".VectorLaneLoops");
      return (LaneLoops) vectors.getDeclaredConstructor().newInstance();
    } catch (ClassNotFoundException
        | LinkageError
        | NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      return new PlainLaneLoops();
    }
  }
}
