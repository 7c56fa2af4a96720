package io.loquent.decoding.logits;

import com.google.common.primitives.Floats;
import com.google.common.primitives.Ints;
import io.loquent.InferenceException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that can be chosen at a step, with their scores: at first a whole vocabulary, which is
 * only read, then what filters keep of it, as a list. So a filter behind one that keeps few tokens
 * has little work, and what one pass has found out about the scores need not be found out again.
 * Reusable: after its first steps it allocates nothing. Confined to one thread.
 */
public final class PossibleTokens {

  /** Tokens that are collected lane by lane at most; more are found sooner one after another. */
  private static final int MOST_BY_LANE = 2048;

  private static final int MOST_LANES = LaneLoops.LANES / 8;
  private static final int LEAST_ROOM = 64;
  private static final float[] NONE = new float[0];

  /** The scores, and whose they are: those of the tokens 0, 1, 2, ... where there are no ids. */
  private float[] scores = NONE;

  private int @Nullable [] ids;
  private int size;
  private int vocabularySize;

  /** Where kept tokens are listed, in the order of their ids. */
  private float[] keptScores = NONE;

  private int[] keptIds = new int[0];
  private int kept;

  /** What is known about the scores. */
  private boolean hasMax;

  private float max;
  private final float[] highest = new float[LaneLoops.LANES];
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
    ids = null;
    size = vocabularyScores.length;
    vocabularySize = size;
    forget();
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
        Lanes lanes = Lanes.borrow();
        logSum += Math.log(lanes.sumOfExponentials(scores, size, highestScore));
        Lanes.giveBack(lanes);
      }
      hasLogSum = true;
    }
    return logSum;
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
    return id(Lanes.firstOf(scores, size, highestScore, highest));
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
      return scores[id];
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
    return scores[index];
  }

  /** Returns the highest score, after checking that all of them are numbers. */
  float max() {
    if (!hasMax) {
      Lanes lanes = Lanes.borrow();
      max = lanes.max(scores, size, highest);
      Lanes.giveBack(lanes);
      LogProbabilities.check(max, scores, size);
      hasMax = true;
    }
    return max;
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
    float[] target = room(size);
    float divisorAsFloat = (float) divisor;
    if (shift == 0 && divisorAsFloat >= Float.MIN_NORMAL) {
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
    hasLogSum = false;
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
      float[] target = room(size);
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
    if (ids == null && hasMax && collectByLane(lowest)) {
      listCollected();
      return;
    }
    list(lowest);
    endKeeping();
  }

  /** In local variables: this may go through a whole vocabulary. */
  private void list(float lowest) {
    float[] from = scores;
    int[] fromIds = ids;
    int count = 0;
    for (int i = 0; i < size; i++) {
      count += from[i] >= lowest ? 1 : 0;
    }
    float[] to = keptScores.length < count ? new float[count + count / 2] : keptScores;
    int[] toIds = keptIds.length < count ? new int[count + count / 2] : keptIds;
    int next = 0;
    for (int i = 0; i < size; i++) {
      float score = from[i];
      if (score >= lowest) {
        to[next] = score;
        toIds[next] = fromIds == null ? i : fromIds[i];
        next++;
      }
    }
    keptScores = to;
    keptIds = toIds;
    kept = next;
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
    kept = 0;
  }

  void keep(int index) {
    if (kept == keptIds.length) {
      keptIds = Ints.ensureCapacity(keptIds, kept + 1, Math.max(LEAST_ROOM, kept));
    }
    if (kept == keptScores.length) {
      keptScores = Floats.ensureCapacity(keptScores, kept + 1, Math.max(LEAST_ROOM, kept));
    }
    keptIds[kept] = id(index);
    keptScores[kept] = scores[index];
    kept++;
  }

  void endKeeping() {
    scores = keptScores;
    ids = keptIds;
    size = kept;
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
   * Collects ids from those lanes only whose highest score is high enough.
   *
   * @return false if that is no less work than looking at all scores
   */
  private boolean collectByLane(float lowest) {
    int lanes = 0;
    for (float ofLane : highest) {
      lanes += ofLane >= lowest ? 1 : 0;
    }
    if (lanes > MOST_LANES) {
      return false;
    }
    if (keptIds.length < MOST_BY_LANE) {
      keptIds = new int[MOST_BY_LANE];
    }
    kept = 0;
    for (int lane = 0; lane < LaneLoops.LANES; lane++) {
      for (int id = lane; highest[lane] >= lowest && id < size; id += LaneLoops.LANES) {
        if (scores[id] >= lowest) {
          if (kept == MOST_BY_LANE) {
            return false;
          }
          keptIds[kept++] = id;
        }
      }
    }
    return true;
  }

  private void listCollected() {
    Arrays.sort(keptIds, 0, kept);
    float[] target = keptScores.length < kept ? room(MOST_BY_LANE) : keptScores;
    for (int i = 0; i < kept; i++) {
      // In place this reads only what is not written yet: ids ascend.
      target[i] = scores[keptIds[i]];
    }
    endKeeping();
  }

  private float[] room(int count) {
    if (keptScores.length < count) {
      keptScores = new float[count];
    }
    return keptScores;
  }
}
