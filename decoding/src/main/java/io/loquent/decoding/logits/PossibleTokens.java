package io.loquent.decoding.logits;

import io.loquent.InferenceException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that can be chosen at a step, with their scores: at first a whole vocabulary, which is
 * only read, then what filters keep of it, as a list. So a filter behind one that keeps few tokens
 * has little work, and what one pass has found out about the scores need not be found out again.
 * Scores that lie in a run's memory stay there until a filter wants an array of all of them.
 * Reusable: after its first steps it allocates nothing. Confined to one thread.
 */
public final class PossibleTokens {

  /** Lanes that are looked at one by one; the scores of more are found sooner one after another. */
  private static final int MOST_LANES = LaneLoops.LANES / 8;

  private static final float[] NONE = new float[0];

  /** The scores, and whose they are: those of the tokens 0, 1, 2, ... where there are no ids. */
  private float[] scores = NONE;

  /** Has the scores of the vocabulary instead, where there is no array of them yet. */
  private final ScoresInPlace inPlace = new ScoresInPlace();

  private boolean isInPlace;

  private int @Nullable [] ids;
  private int size;
  private int vocabularySize;

  /** What a filter keeps; also has memory for changed scores of a vocabulary. */
  private final KeptTokens kept = new KeptTokens();

  /** What is known about the scores. */
  private boolean hasMax;

  private float max;
  private final float[] highest = new float[LaneLoops.LANES];
  private final int[] highLanes = new int[MOST_LANES];
  private boolean hasLogSum;
  private double logSum;

  /** Creates a list without tokens. */
  public PossibleTokens() {}

  /**
   * Begins a step.
   *
   * @param vocabularyScores {@code [vocabulary]} scores, negative infinity for tokens that cannot
   *     be chosen; must not change while the step lasts, and are not changed
   */
  public void start(float[] vocabularyScores) {
    scores = vocabularyScores;
    isInPlace = false;
    start(vocabularyScores.length);
  }

  /**
   * Begins a step with scores that are not copied.
   *
   * @param vocabularyScores {@code [vocabulary]} scores from its position on, negative infinity for
   *     tokens that cannot be chosen; must not change while the step lasts, and are not changed
   * @param count how many there are
   */
  public void start(FloatBuffer vocabularyScores, int count) {
    inPlace.start(vocabularyScores, count);
    isInPlace = true;
    start(count);
  }

  private void start(int count) {
    ids = null;
    size = count;
    vocabularySize = count;
    forget();
  }

  /** Makes an array of scores that lie in place. */
  private void gather() {
    if (isInPlace) {
      float[] target = kept.scoresFor(size);
      inPlace.copyTo(target);
      scores = target;
      isInPlace = false;
    }
  }

  private float at(int index) {
    return isInPlace ? inPlace.get(index) : scores[index];
  }

  private void forget() {
    hasMax = false;
    hasLogSum = false;
  }

  /**
   * Returns the logarithm of the sum of exponentials: what has to be taken from a score to get its
   * log-probability.
   *
   * @return the logarithm, in nats; negative infinity if no token can be chosen
   * @throws InferenceException if a score is NaN or positive infinity
   */
  public double logSumExp() {
    if (!hasLogSum) {
      float highestScore = max();
      logSum = highestScore;
      if (highestScore != Float.NEGATIVE_INFINITY) {
        logSum += Math.log(sumOfExponentials(highestScore));
      }
      hasLogSum = true;
    }
    return logSum;
  }

  private double sumOfExponentials(float highestScore) {
    if (isInPlace && inPlace.isUnscaled()) {
      return inPlace.sumOfExponentials(highestScore);
    }
    gather();
    Lanes lanes = Lanes.borrow();
    double sum = lanes.sumOfExponentials(scores, size, highestScore);
    Lanes.giveBack(lanes);
    return sum;
  }

  /**
   * Returns the token with the highest score.
   *
   * @return its id; the lowest of those that share the highest score
   * @throws InferenceException if a score is NaN or positive infinity, or no token can be chosen
   */
  public int mostProbable() {
    float highestScore = max();
    if (highestScore == Float.NEGATIVE_INFINITY) {
      throw noneLeft();
    }
    gather();
    return id(Lanes.firstOf(scores, size, highestScore, highest));
  }

  /**
   * Checks that all scores are numbers.
   *
   * @throws InferenceException if a score is NaN or positive infinity
   */
  public void checkScores() {
    max();
  }

  /**
   * Says whether no token can be chosen.
   *
   * @return true if all scores are negative infinity
   * @throws InferenceException if a score is NaN or positive infinity
   */
  public boolean isEmpty() {
    return max() == Float.NEGATIVE_INFINITY;
  }

  /**
   * Returns a token's score.
   *
   * @param id vocabulary id
   * @return its score, negative infinity if it cannot be chosen
   */
  public float score(int id) {
    if (ids == null) {
      return at(id);
    }
    int index = Arrays.binarySearch(ids, 0, size, id);
    return index < 0 ? Float.NEGATIVE_INFINITY : scores[index];
  }

  /**
   * Takes a token away.
   *
   * @param id vocabulary id; nothing changes if it is not listed
   */
  public void remove(int id) {
    beginKeeping();
    for (int i = 0; i < size; i++) {
      if (id(i) != id) {
        keep(i);
      }
    }
    endKeeping();
  }

  InferenceException noneLeft() {
    return LogProbabilities.noneLeft(vocabularySize);
  }

  float[] scores() {
    gather();
    return scores;
  }

  /** Returns whose the scores are; null if those of the tokens 0, 1, 2, and so on. */
  int @Nullable [] ids() {
    return ids;
  }

  /** Returns how many tokens are listed; some may be impossible while the list is a vocabulary. */
  int size() {
    return size;
  }

  /** Returns a listed token's id; ids ascend. */
  int id(int index) {
    return ids == null ? index : ids[index];
  }

  /** Returns a listed token's score. */
  float scoreAt(int index) {
    gather();
    return scores[index];
  }

  /** Returns the highest score, after checking that all of them are numbers. */
  float max() {
    if (!hasMax) {
      max = findMax();
      if (!(max < Float.POSITIVE_INFINITY)) {
        gather();
        LogProbabilities.check(max, scores, size);
      }
      hasMax = true;
    }
    return max;
  }

  private float findMax() {
    if (isInPlace) {
      return inPlace.max(highest);
    }
    Lanes lanes = Lanes.borrow();
    float found = lanes.max(scores, size, highest);
    Lanes.giveBack(lanes);
    return found;
  }

  /**
   * Returns the entropy of the distribution.
   *
   * @return in nats, at least 0 but for rounding
   * @throws InferenceException if a score is NaN or positive infinity
   */
  public double entropy() {
    if (max() == Float.NEGATIVE_INFINITY) {
      return 0;
    }
    double logOfSum = logSumExp() - max;
    gather();
    double sum = 0;
    for (int i = 0; i < size; i++) {
      float distance = scores[i] - max;
      // Not negative infinity either, nor anything else that counts for nothing.
      if (distance > LaneLoops.LEAST_DISTANCE) {
        sum += (double) PlainLaneLoops.exponential(scores[i], max) * distance;
      }
    }
    return logOfSum - sum * Math.exp(-logOfSum);
  }

  /** Divides all scores by a number above 0, after taking another from them. */
  void scale(double shift, double divisor) {
    float divisorAsFloat = (float) divisor;
    boolean onlyDivides = shift == 0 && divisorAsFloat >= Float.MIN_NORMAL;
    hasLogSum = false;
    if (onlyDivides && isInPlace && inPlace.isUnscaled()) {
      inPlace.divideBy(divisorAsFloat);
      scaleMax(divisorAsFloat);
      return;
    }
    gather();
    float[] target = kept.scoresFor(size);
    if (onlyDivides) {
      for (int i = 0; i < size; i++) {
        target[i] = scores[i] / divisorAsFloat;
      }
      scaleMax(divisorAsFloat);
    } else {
      for (int i = 0; i < size; i++) {
        target[i] = (float) ((scores[i] - shift) / divisor);
      }
      hasMax = false;
    }
    scores = target;
  }

  /** The quotient of the highest is the highest quotient. */
  private void scaleMax(float divisor) {
    max /= divisor;
    for (int lane = 0; lane < LaneLoops.LANES; lane++) {
      highest[lane] /= divisor;
    }
  }

  /** Turns scores into log-probabilities. */
  void normalize() {
    float highestScore = max();
    if (highestScore != Float.NEGATIVE_INFINITY) {
      float rest = (float) (logSumExp() - highestScore);
      gather();
      float[] target = kept.scoresFor(size);
      for (int i = 0; i < size; i++) {
        target[i] = scores[i] - highestScore - rest;
      }
      scores = target;
      forget();
    }
  }

  /** Keeps the tokens with at least a certain score. */
  void keepFrom(double floor) {
    // The least float that is not below it, so that floats are compared.
    float nearest = (float) floor;
    float lowest = Math.max(nearest < floor ? Math.nextUp(nearest) : nearest, -Float.MAX_VALUE);
    if (ids != null || !hasMax || !keepByLane(lowest)) {
      gather();
      kept.become(scores, ids, size, lowest);
    }
    endKeeping();
  }

  /** Keeps the tokens with a score above a floor, and of those on it the ids from a given one. */
  void keepFrom(float floor, int leastId) {
    keepFrom(floor);
    beginKeeping();
    for (int i = 0; i < size; i++) {
      if (scores[i] > floor || id(i) >= leastId) {
        keep(i);
      }
    }
    endKeeping();
  }

  /** Begins to choose what is kept: indexes that are given to {@link #keep} in ascending order. */
  void beginKeeping() {
    gather();
    kept.clear();
  }

  void keep(int index) {
    kept.add(id(index), scores[index]);
  }

  void endKeeping() {
    scores = kept.scores();
    isInPlace = false;
    ids = kept.ids();
    size = kept.size();
    forget();
  }

  /** Drops tokens that are not among the best few, nor tied with the last of these: not all. */
  void narrow(TopTokens best) {
    // Also checks the scores: to a filter, NaN would be one more low score.
    max();
    if (ids == null && best.capacity() <= MOST_LANES && size > LaneLoops.LANES) {
      // So many lanes have a score of at least this, each of another token.
      best.select(highest);
      if (best.size() == best.capacity()) {
        keepFrom(best.score(best.size() - 1));
      }
    }
  }

  /** Offers all tokens, as those of row 0. */
  void offerTo(TopTokens best) {
    gather();
    for (int i = 0; i < size; i++) {
      best.offer(0, id(i), scores[i]);
    }
  }

  /**
   * Writes the scores back.
   *
   * @param target receives {@code [vocabulary]} scores, negative infinity for tokens that are not
   *     listed; may be what the step began with
   */
  public void writeTo(float[] target) {
    gather();
    if (ids == null) {
      System.arraycopy(scores, 0, target, 0, size);
      return;
    }
    Arrays.fill(target, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < size; i++) {
      target[ids[i]] = scores[i];
    }
  }

  /**
   * Looks only at those lanes of a vocabulary whose highest score is high enough.
   *
   * @return false if that is no less work than looking at all scores
   */
  private boolean keepByLane(float lowest) {
    int count = 0;
    for (int lane = 0; lane < LaneLoops.LANES; lane++) {
      if (highest[lane] >= lowest) {
        if (count == MOST_LANES) {
          return false;
        }
        highLanes[count++] = lane;
      }
    }
    kept.clear();
    for (int from = 0; from < size; from += LaneLoops.LANES) {
      for (int i = 0; i < count; i++) {
        int id = from + highLanes[i];
        if (id < size && at(id) >= lowest) {
          kept.add(id, at(id));
        }
      }
    }
    return true;
  }
}
