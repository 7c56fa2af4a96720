package io.loquent.decoding.search;

/**
 * The best totals with equals in the order that {@code torch.topk} gives them on a CPU, impossible
 * tokens included: a heap of the best so far, which a number enters only if it is greater than the
 * least, then a heap sort ({@code std::partial_sort} of libstdc++).
 *
 * <p>Equals matter where impossible continuations become beams, as in a constrained beam search
 * that looks at more continuations than a forced token leaves: they may even become results.
 */
final class HeapRanking implements Ranking {

  private final float[] totals;
  private final int[] places;

  HeapRanking(int count) {
    totals = new float[count];
    places = new int[count];
  }

  @Override
  public int rank(
      float[][] scores,
      double[] bases,
      int beams,
      int position,
      int[] beamOfRank,
      int[] tokenOfRank) {
    int vocabulary = scores[0].length;
    int size = Math.min(totals.length, beams * vocabulary);
    int place = 0;
    for (int beam = 0; beam < beams; beam++) {
      for (float score : scores[beam]) {
        float total = (float) (bases[beam] + score);
        if (place < size) {
          totals[place] = total;
          places[place] = place;
        } else {
          if (place == size) {
            makeHeap(size);
          }
          if (total > totals[0]) {
            sink(0, size, total, place);
          }
        }
        place++;
      }
    }
    if (place == size) {
      makeHeap(size);
    }
    sort(size);
    for (int rank = 0; rank < size; rank++) {
      beamOfRank[rank] = places[rank] / vocabulary;
      tokenOfRank[rank] = places[rank] % vocabulary;
    }
    return size;
  }

  /** Makes a heap with the least total on top. */
  private void makeHeap(int size) {
    for (int slot = size / 2 - 1; slot >= 0; slot--) {
      sink(slot, size, totals[slot], places[slot]);
    }
  }

  private void sort(int size) {
    for (int last = size - 1; last > 0; last--) {
      float total = totals[last];
      int place = places[last];
      move(0, last);
      sink(0, last, total, place);
    }
  }

  /** Puts a total into the heap below a free slot: down to a leaf first, then up to its place. */
  private void sink(int slot, int size, float total, int place) {
    int free = slot;
    int child = 2 * free + 2;
    while (child <= size) {
      if (child == size || totals[child] > totals[child - 1]) {
        child--;
      }
      move(child, free);
      free = child;
      child = 2 * free + 2;
    }
    int parent = (free - 1) / 2;
    while (free > slot && totals[parent] > total) {
      move(parent, free);
      free = parent;
      parent = (free - 1) / 2;
    }
    totals[free] = total;
    places[free] = place;
  }

  private void move(int from, int to) {
    totals[to] = totals[from];
    places[to] = places[from];
  }
}
