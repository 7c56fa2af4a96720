package io.loquent.decoding.parallel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model for parallel decoding for tests: its answers are functions of a row's source and canvas.
 * It remembers how it was used, and fails on misuse: rows that do not exist, answers read too late.
 */
public final class ScriptedCanvasModel implements ParallelState {

  /** What the model says; only what a test's family asks for needs to be there. */
  public interface Script {
    /** Scores of the tokens at a slot; the canvas is empty for answers of {@code encode()}. */
    float[] logits(int source, int[] canvas, int slot);

    /** How many slots the answer of {@code encode()} has: frames or vertices. */
    default int frames(int source) {
      return 0;
    }

    /** Scores of lengths; empty for none. */
    default float[] lengths(int source) {
      return new float[0];
    }

    /** Scores for staying and being deleted. */
    default float[] deletion(int source, int[] canvas, int slot) {
      throw new AssertionError("deletions are not scripted");
    }

    /** Scores of what is inserted behind a slot. */
    default float[] insertion(int source, int[] canvas, int slot) {
      throw new AssertionError("insertions are not scripted");
    }

    /** Log-probabilities of a vertex's links. */
    default float[] links(int source, int vertex) {
      throw new AssertionError("links are not scripted");
    }
  }

  private final Script script;
  private List<Integer> sources = new ArrayList<>();
  private final List<int[]> cached = new ArrayList<>();
  private int generation;
  private boolean encoded;
  private boolean closed;

  /** Runs over canvases so far, and the number of rows and fed slots of each. */
  public int runs;

  public final List<Integer> rowsPerRun = new ArrayList<>();
  public final List<Integer> slotsPerRun = new ArrayList<>();

  /** A state whose rows have the sources {@code 0..rows-1}. */
  public ScriptedCanvasModel(Script script, int rows) {
    this.script = script;
    for (int row = 0; row < rows; row++) {
      sources.add(row);
      cached.add(new int[0]);
    }
  }

  @Override
  public int rows() {
    return sources.size();
  }

  @Override
  public ParallelOutput encode() {
    check(!closed && !encoded, "encode() is called twice, or after close()");
    encoded = true;
    generation++;
    List<int[]> none = new ArrayList<>();
    List<int[]> windows = new ArrayList<>();
    for (int source : sources) {
      none.add(new int[0]);
      windows.add(new int[] {0, script.frames(source)});
    }
    return new Output(none, windows);
  }

  @Override
  public void gather(int[] parents, int newRows) {
    check(encoded && newRows >= 1, "gather() of " + newRows + " rows");
    List<Integer> next = new ArrayList<>();
    List<int[]> nextCached = new ArrayList<>();
    for (int row = 0; row < newRows; row++) {
      next.add(sources.get(parents[row]));
      nextCached.add(cached.get(parents[row]));
    }
    sources = next;
    cached.clear();
    cached.addAll(nextCached);
    generation++;
  }

  @Override
  public ParallelOutput run(List<Canvas> canvases) {
    check(encoded && !closed, "run() before encode() or after close()");
    check(canvases.size() == rows(), canvases.size() + " canvases for " + rows() + " rows");
    runs++;
    generation++;
    rowsPerRun.add(rows());
    int fed = 0;
    List<int[]> seen = new ArrayList<>();
    List<int[]> windows = new ArrayList<>();
    for (int row = 0; row < canvases.size(); row++) {
      Canvas canvas = canvases.get(row);
      check(canvas.isWholeRow() == canvases.get(0).isWholeRow(), "whole rows and parts together");
      int[] tokens = canvas.toArray();
      if (canvas.isWholeRow()) {
        cached.set(row, tokens);
      } else {
        // Outside the part the model sees what it saw in the last run over the whole row.
        int[] merged = cached.get(row).clone();
        check(merged.length == tokens.length, "the canvas grew since it was cached");
        System.arraycopy(
            tokens, canvas.start(), merged, canvas.start(), canvas.end() - canvas.start());
        tokens = merged;
      }
      seen.add(tokens);
      windows.add(new int[] {canvas.start(), canvas.end()});
      fed += canvas.end() - canvas.start();
    }
    slotsPerRun.add(fed);
    return new Output(seen, windows);
  }

  @Override
  public void close() {
    closed = true;
  }

  public boolean isClosed() {
    return closed;
  }

  /** Runs searches to their end, as the loop does. */
  public static ScriptedCanvasModel run(Script script, ParallelSearch... searches) {
    ScriptedCanvasModel model =
        new ScriptedCanvasModel(
            script, Arrays.stream(searches).mapToInt(ParallelSearch::promptRows).sum());
    try (ParallelLoop loop =
        new ParallelLoop(
            model,
            List.of(searches),
            (search, failure) -> {
              throw new AssertionError(failure);
            })) {
      while (loop.step()) {
        check(model.runs < 100_000, "the search does not end");
      }
    }
    return model;
  }

  private static void check(boolean right, String problem) {
    if (!right) {
      throw new AssertionError(problem);
    }
  }

  private final class Output implements ParallelOutput {
    private final List<int[]> canvases;
    private final List<int[]> windows;
    private final List<Integer> asked = sources;
    private final int madeIn = generation;

    Output(List<int[]> canvases, List<int[]> windows) {
      this.canvases = canvases;
      this.windows = windows;
    }

    private int source(int row) {
      check(madeIn == generation, "an answer is read after the state's next call");
      return asked.get(row);
    }

    private int slot(int row, int slot) {
      check(slot >= 0 && slot < slots(row), "there is no slot " + slot);
      return windows.get(row)[0] + slot;
    }

    @Override
    public int slots(int row) {
      return windows.get(row)[1] - windows.get(row)[0];
    }

    @Override
    public void logits(int row, int slot, float[] target) {
      copy(script.logits(source(row), canvases.get(row), slot(row, slot)), target);
    }

    @Override
    public int lengthClasses() {
      return script.lengths(0).length;
    }

    @Override
    public void lengthLogits(int row, float[] target) {
      copy(script.lengths(source(row)), target);
    }

    @Override
    public void deleteLogits(int row, int slot, float[] target) {
      copy(script.deletion(source(row), canvases.get(row), slot(row, slot)), target);
    }

    @Override
    public int insertClasses() {
      return script.insertion(0, new int[] {0, 0}, 0).length;
    }

    @Override
    public void insertLogits(int row, int gap, float[] target) {
      copy(script.insertion(source(row), canvases.get(row), slot(row, gap)), target);
    }

    @Override
    public void links(int row, int vertex, float[] target) {
      copy(script.links(source(row), vertex), target);
    }

    private void copy(float[] from, float[] target) {
      check(from.length <= target.length, "the target has length " + target.length);
      System.arraycopy(from, 0, target, 0, from.length);
    }
  }
}
