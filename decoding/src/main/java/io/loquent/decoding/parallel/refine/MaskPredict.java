package io.loquent.decoding.parallel.refine;

import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelOutput;
import java.util.Arrays;
import java.util.List;

/**
 * Mask-predict (Ghazvininejad et al. 2019): each iteration predicts the masked tokens, then masks
 * those again that were predicted with the least probability, fewer each time. Of {@code N} tokens,
 * {@code floor(N * (T - t) / T)} are masked after {@code t} of {@code T} iterations, the ones
 * further left among equally probable ones; with none left to mask it is done. A token that is not
 * masked keeps the probability with which it was predicted. One iteration is one-shot decoding (Gu
 * et al. 2018).
 *
 * <p>Where the same tokens are masked again that were masked before, the next run could only repeat
 * the last one, so it is left out.
 */
final class MaskPredict implements Refinement {

  private final SlotChooser chooser;
  private final FilledCanvas canvas;
  private final int iterations;
  private final int candidate;
  private final double[] ascending;
  private boolean[] masked;
  private boolean[] nextMasked;
  private int iteration;
  private boolean isDone;

  MaskPredict(SlotChooser chooser, FilledCanvas canvas, int iterations, int candidate) {
    this.chooser = chooser;
    this.canvas = canvas;
    this.iterations = iterations;
    this.candidate = candidate;
    ascending = new double[canvas.length()];
    masked = new boolean[canvas.length()];
    Arrays.fill(masked, true);
    nextMasked = new boolean[canvas.length()];
  }

  @Override
  public void refine(ParallelOutput output, int firstRow) {
    int stream = SlotChooser.stream(candidate, iteration);
    for (int place = 0; place < canvas.length(); place++) {
      if (masked[place]) {
        canvas.write(place, chooser.choose(output, firstRow, canvas, place, stream));
      }
    }
    boolean repeats;
    do {
      iteration++;
      isDone = !chooseMasks((int) ((long) canvas.length() * (iterations - iteration) / iterations));
      repeats = chooser.isGreedy() && Arrays.equals(masked, nextMasked);
    } while (!isDone && repeats);
    boolean[] free = masked;
    masked = nextMasked;
    nextMasked = free;
    for (int place = 0; place < canvas.length(); place++) {
      if (masked[place]) {
        canvas.mask(place);
      }
    }
  }

  /** Chooses the least probable tokens, and says whether there are any. */
  private boolean chooseMasks(int count) {
    Arrays.fill(nextMasked, false);
    if (count == 0) {
      return false;
    }
    for (int place = 0; place < ascending.length; place++) {
      ascending[place] = canvas.token(place).logProbability();
    }
    Arrays.sort(ascending);
    double highest = ascending[count - 1];
    int ties = count;
    for (int i = 0; i < count; i++) {
      ties -= ascending[i] < highest ? 1 : 0;
    }
    for (int place = 0; place < ascending.length; place++) {
      double logProbability = canvas.token(place).logProbability();
      boolean tied = logProbability == highest && ties > 0;
      ties -= tied ? 1 : 0;
      nextMasked[place] = tied || logProbability < highest;
    }
    return true;
  }

  @Override
  public int rows() {
    return isDone ? 0 : 1;
  }

  @Override
  public Canvas canvas(int row) {
    return canvas.canvas();
  }

  @Override
  public List<FilledCanvas> canvases() {
    return List.of(canvas);
  }
}
