package io.loquent.decoding.logits;

import com.google.common.primitives.Floats;
import com.google.common.primitives.Ints;
import org.jspecify.annotations.Nullable;

/**
 * A list of tokens and their scores that is made in the order of ids. It may be made of itself:
 * nothing is written over before it is read, as long as no token comes before its own index. Its
 * memory is reused. Confined to one thread.
 */
final class KeptTokens {

  private static final int LEAST_ROOM = 64;

  private float[] scores = new float[0];
  private int[] ids = new int[0];
  private int size;

  float[] scores() {
    return scores;
  }

  int[] ids() {
    return ids;
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  void add(int id, float score) {
    if (size == ids.length) {
      ids = Ints.ensureCapacity(ids, size + 1, Math.max(LEAST_ROOM, size));
    }
    if (size == scores.length) {
      scores = Floats.ensureCapacity(scores, size + 1, Math.max(LEAST_ROOM, size));
    }
    ids[size] = id;
    scores[size] = score;
    size++;
  }

  /**
   * Becomes the tokens with at least a certain score.
   *
   * @param from scores
   * @param fromIds whose they are; null for the tokens 0, 1, 2, and so on
   * @param fromSize how many there are
   */
  void become(float[] from, int @Nullable [] fromIds, int fromSize, float lowest) {
    // In local variables: this may go through a whole vocabulary.
    int count = 0;
    for (int i = 0; i < fromSize; i++) {
      count += from[i] >= lowest ? 1 : 0;
    }
    float[] to = scores.length < count ? new float[count + count / 2] : scores;
    int[] toIds = ids.length < count ? new int[count + count / 2] : ids;
    int next = 0;
    for (int i = 0; i < fromSize; i++) {
      float score = from[i];
      if (score >= lowest) {
        to[next] = score;
        toIds[next] = fromIds == null ? i : fromIds[i];
        next++;
      }
    }
    scores = to;
    ids = toIds;
    size = next;
  }

  /** Returns memory for so many scores; what is in it is lost if it has to grow. */
  float[] scoresFor(int count) {
    if (scores.length < count) {
      scores = new float[count];
    }
    return scores;
  }
}
