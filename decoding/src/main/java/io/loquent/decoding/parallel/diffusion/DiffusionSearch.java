package io.loquent.decoding.parallel.diffusion;

import io.loquent.FinishReason;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.Outcome;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.ParallelSearch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Masked diffusion: sequences that do not know of each other, each in a row, or in two with
 * guidance. Confined to one thread.
 */
final class DiffusionSearch implements ParallelSearch {

  private final int rowsEach;
  private final Filling[] fillings;

  /** Those that are not finished, in their order, which is that of the rows. */
  private final List<Filling> running = new ArrayList<>();

  private final int[] parents;
  private final Canvas[] canvases;

  DiffusionSearch(DiffusionSettings settings) {
    rowsEach = settings.isGuided() ? 2 : 1;
    SlotReader reader = new SlotReader(settings);
    Outcome outcome = new Outcome(settings.search());
    fillings = new Filling[settings.sequences()];
    for (int i = 0; i < fillings.length; i++) {
      fillings[i] = new Filling(settings, reader, outcome, i);
      running.add(fillings[i]);
    }
    parents = new int[fillings.length * rowsEach];
    canvases = new Canvas[parents.length];
    for (int row = 0; row < parents.length; row++) {
      parents[row] = row % rowsEach;
    }
    askForOneKind();
  }

  @Override
  public int promptRows() {
    return rowsEach;
  }

  @Override
  public void begin(ParallelOutput encoded, int row) {
    // The prompt is part of the canvas, so nothing is known before the first run.
  }

  @Override
  public void choose(ParallelOutput output, int firstRow) {
    int next = 0;
    for (int i = 0; i < running.size(); i++) {
      Filling filling = running.get(i);
      boolean waits = canvases[i * rowsEach] != filling.canvas();
      if (!waits) {
        filling.fill(output, firstRow + i * rowsEach);
      }
      for (int part = 0; part < rowsEach && !filling.isFinished(); part++) {
        parents[next++] = i * rowsEach + part;
      }
    }
    running.removeIf(Filling::isFinished);
    askForOneKind();
  }

  /** Where some sequences ask for parts, those that would ask for whole rows wait. */
  private void askForOneKind() {
    boolean anyPart = false;
    for (Filling filling : running) {
      filling.ask();
      anyPart |= !filling.canvas().isWholeRow();
    }
    for (int i = 0; i < running.size(); i++) {
      Filling filling = running.get(i);
      boolean waits = anyPart && filling.canvas().isWholeRow();
      canvases[i * rowsEach] = waits ? filling.canvas().waiting() : filling.canvas();
      if (rowsEach == 2) {
        Canvas unconditional = filling.unconditional();
        canvases[2 * i + 1] = waits ? unconditional.waiting() : unconditional;
      }
    }
  }

  @Override
  public int rows() {
    return running.size() * rowsEach;
  }

  @Override
  public int[] parents() {
    return parents;
  }

  @Override
  public Canvas canvas(int row) {
    return canvases[row];
  }

  @Override
  public int[] provisional() {
    return fillings[0].tokens();
  }

  @Override
  public boolean isFinished() {
    return running.isEmpty();
  }

  @Override
  public void finish(FinishReason reason) {
    running.forEach(filling -> filling.finish(reason));
    running.clear();
  }

  @Override
  public int settled() {
    return fillings[0].certainCount();
  }

  @Override
  public ChosenToken token(int index) {
    return fillings[0].certain(index);
  }

  @Override
  public Optional<FinishReason> firstFinishReason() {
    return fillings[0].isFinished()
        ? Optional.of(fillings[0].result().finishReason())
        : Optional.empty();
  }

  @Override
  public List<Hypothesis> results() {
    if (!isFinished()) {
      throw new IllegalStateException("the search is not finished; there is no result yet");
    }
    List<Hypothesis> results = new ArrayList<>(fillings.length);
    for (Filling filling : fillings) {
      results.add(filling.result());
    }
    return results;
  }
}
