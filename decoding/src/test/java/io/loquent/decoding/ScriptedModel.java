package io.loquent.decoding;

import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.TopTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A model for tests: its logits are a function of a row's tokens. It remembers how it was used, and
 * fails on misuse: calls out of order, rows or tokens that do not exist, answers read too late.
 */
public final class ScriptedModel implements DecodingState {

  /** What the model says after a sequence. */
  @FunctionalInterface
  public interface Script {
    /** Returns one logit per vocabulary entry. */
    float[] logits(List<Integer> tokens);
  }

  /** What the model's last layer is after a sequence. */
  @FunctionalInterface
  public interface HiddenScript {
    /** Returns the hidden state at the newest token. */
    float[] hidden(List<Integer> tokens);
  }

  private final Script script;
  private final HiddenScript hidden;
  private final int vocabulary;
  private final int hiddenSize;
  private List<List<Integer>> rows = new ArrayList<>();
  private int begun;
  private boolean started;
  private boolean justGathered;
  private boolean unsettled;
  private List<List<Integer>> marked = new ArrayList<>();
  private int[] lastCounts = new int[0];
  private boolean closed;
  private int generation;

  /** Runs so far, gathers so far, and the number of rows of each run. */
  public int runs;

  public int gathers;
  public final List<Integer> rowsPerRun = new ArrayList<>();

  /** What the last gather was called with. */
  public int[] lastParents = new int[0];

  /** Whether rows of another model may join. */
  public boolean joins = true;

  /** Whether it ranks the best continuations where that is asked for, and how often it did. */
  public boolean ranks;

  public int rankedRuns;

  /** Runs before which somebody asked for probabilities. */
  public int runsWithProbabilities;

  private boolean readsLogits = true;
  private boolean readsProbabilities;
  private int best;

  /** How many tokens a row may append at once. */
  public int mostTokens = Integer.MAX_VALUE;

  /** How many tokens all rows appended, and how many of them were taken back. */
  public int appended;

  public int dropped;

  /** The run that is interrupted instead; -1 for none. */
  public int interruptedRun = -1;

  private ScriptedModel(
      Script script,
      HiddenScript hidden,
      int vocabulary,
      int hiddenSize,
      Collection<int[]> prompts) {
    this.script = script;
    this.hidden = hidden;
    this.vocabulary = vocabulary;
    this.hiddenSize = hiddenSize;
    for (int[] prompt : prompts) {
      rows.add(boxed(prompt));
    }
  }

  public static ScriptedModel of(int vocabulary, Script script, int[]... prompts) {
    return new ScriptedModel(script, tokens -> new float[0], vocabulary, 0, Arrays.asList(prompts));
  }

  public static ScriptedModel withHidden(
      int vocabulary, Script script, int hiddenSize, HiddenScript hidden, int[]... prompts) {
    return new ScriptedModel(script, hidden, vocabulary, hiddenSize, Arrays.asList(prompts));
  }

  /** Logits that look random but depend on seed and tokens alone. */
  public static Script hashed(long seed, int vocabulary, double spread) {
    return tokens -> {
      Random random = new Random(31 * seed + tokens.hashCode());
      float[] logits = new float[vocabulary];
      for (int i = 0; i < vocabulary; i++) {
        logits[i] = (float) (spread * random.nextGaussian());
      }
      return logits;
    };
  }

  /** A script from a table of probabilities; sequences that are not in it get the default. */
  public static Table table(double... otherwise) {
    return new Table(otherwise);
  }

  @Override
  public int rows() {
    return rows.size();
  }

  @Override
  public StepOutput startPart(int mostPositions) {
    check(!started, "a start is called twice");
    check(mostPositions >= 1, "a part has " + mostPositions + " positions");
    run();
    int longest = rows.stream().mapToInt(List::size).max().orElse(0);
    begun += Math.min(mostPositions, longest - begun);
    started = begun == longest;
    return started ? new Output(lengths()) : null;
  }

  private int[] lengths() {
    return rows.stream().mapToInt(List::size).toArray();
  }

  @Override
  public boolean absorb(DecodingState other) {
    ScriptedModel joining = (ScriptedModel) other;
    check(started && joining.started, "rows join before their prompts are through");
    check(!justGathered && !joining.justGathered, "rows join between gather() and append()");
    if (!joins) {
      return false;
    }
    rows.addAll(joining.rows);
    joining.rows = new ArrayList<>();
    generation++;
    joining.generation++;
    return true;
  }

  @Override
  public void ask(boolean logits, boolean probabilities, int bestWanted) {
    check(logits || bestWanted > 0, "nothing is asked for");
    readsLogits = logits;
    readsProbabilities = probabilities;
    best = bestWanted;
  }

  @Override
  public void gather(int[] parents, int count) {
    check(started, "gather() is called before start()");
    check(!unsettled, "several tokens were appended without a rollback()");
    check(!justGathered, "gather() is called twice without append()");
    check(count >= 1 && parents.length >= count, "gather() is called with " + count + " rows");
    List<List<Integer>> next = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      check(parents[i] >= 0 && parents[i] < rows.size(), "there is no row " + parents[i]);
      next.add(new ArrayList<>(rows.get(parents[i])));
    }
    boolean identity = next.size() == rows.size();
    for (int i = 0; i < count && identity; i++) {
      identity = parents[i] == i;
    }
    check(!identity, "gather() changes nothing");
    rows = next;
    lastParents = Arrays.copyOf(parents, count);
    justGathered = true;
    gathers++;
    generation++;
  }

  @Override
  public StepOutput append(int[] tokens) {
    check(started, "append() is called before start()");
    check(tokens.length >= rows.size(), "append() is called with too few tokens");
    int[] counts = new int[rows.size()];
    Arrays.fill(counts, 1);
    run();
    add(tokens, counts);
    return new Output(counts);
  }

  private void add(int[] tokens, int[] counts) {
    int next = 0;
    for (int i = 0; i < rows.size(); i++) {
      for (int j = 0; j < counts[i]; j++) {
        int token = tokens[next++];
        check(token >= 0 && token < vocabulary, "there is no token " + token);
        rows.get(i).add(token);
        appended++;
      }
    }
    justGathered = false;
  }

  @Override
  public int mostTokens(int row) {
    check(row >= 0 && row < rows.size(), "there is no row " + row);
    return mostTokens;
  }

  @Override
  public StepOutput append(int[] tokens, int[] counts) {
    check(started, "append() is called before start()");
    for (int i = 0; i < rows.size(); i++) {
      check(counts[i] >= 1 && counts[i] <= mostTokens, "a row appends " + counts[i] + " tokens");
    }
    run();
    add(tokens, counts);
    lastCounts = Arrays.copyOf(counts, rows.size());
    unsettled = true;
    return new Output(lastCounts);
  }

  @Override
  public void rollback(int[] lost) {
    check(unsettled, "rollback() is called without an append of several tokens");
    unsettled = false;
    for (int i = 0; i < rows.size(); i++) {
      check(lost[i] >= 0 && lost[i] < lastCounts[i], "a row loses " + lost[i] + " tokens");
      List<Integer> row = rows.get(i);
      rows.set(i, new ArrayList<>(row.subList(0, row.size() - lost[i])));
      dropped += lost[i];
    }
  }

  @Override
  public void mark() {
    check(!unsettled, "several tokens were appended without a rollback()");
    marked = new ArrayList<>();
    rows.forEach(row -> marked.add(List.copyOf(row)));
  }

  @Override
  public void restore() {
    check(marked.size() == rows.size(), "restore() is called without a mark()");
    rows.clear();
    marked.forEach(row -> rows.add(new ArrayList<>(row)));
    marked.clear();
    generation++;
  }

  @Override
  public boolean restore(int[] kept) {
    check(marked.size() == rows.size(), "restore() is called without a mark()");
    for (int i = 0; i < rows.size(); i++) {
      int size = marked.get(i).size() + kept[i];
      check(kept[i] >= 0 && size <= rows.get(i).size(), "a row keeps " + kept[i] + " tokens");
      rows.set(i, new ArrayList<>(rows.get(i).subList(0, size)));
    }
    marked.clear();
    generation++;
    return true;
  }

  @Override
  public void close() {
    closed = true;
  }

  public boolean isClosed() {
    return closed;
  }

  private void run() {
    check(!closed, "the state is closed");
    check(!unsettled, "several tokens were appended without a rollback()");
    if (runs == interruptedRun) {
      interruptedRun = -1;
      throw new RunInterruptedException(new IllegalStateException("stopped"));
    }
    runs++;
    rankedRuns += ranks && best > 0 ? 1 : 0;
    runsWithProbabilities += readsProbabilities ? 1 : 0;
    generation++;
    rowsPerRun.add(rows.size());
  }

  static List<Integer> boxed(int[] ids) {
    List<Integer> list = new ArrayList<>();
    for (int id : ids) {
      list.add(id);
    }
    return list;
  }

  private static void check(boolean right, String problem) {
    if (!right) {
      throw new AssertionError(problem);
    }
  }

  /** Probabilities by sequence. */
  public static final class Table implements Script {
    private final Map<List<Integer>, double[]> rows = new HashMap<>();
    private final double[] otherwise;

    private Table(double[] otherwise) {
      this.otherwise = otherwise;
    }

    /** Adds what follows a sequence, prompt included. */
    public Table after(List<Integer> tokens, double... probabilities) {
      rows.put(tokens, probabilities);
      return this;
    }

    @Override
    public float[] logits(List<Integer> tokens) {
      double[] probabilities = rows.getOrDefault(tokens, otherwise);
      float[] logits = new float[probabilities.length];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = (float) Math.log(probabilities[i]);
      }
      return logits;
    }
  }

  private final class Output implements StepOutput {
    private final int[] positions;
    private final int[] lengths = lengths();
    private final int madeIn = generation;
    private final int ranked = ranks ? best : 0;
    private final boolean hasLogits = readsLogits || ranked == 0;

    Output(int[] positions) {
      this.positions = positions;
    }

    @Override
    public int vocabularySize() {
      return vocabulary;
    }

    @Override
    public void logits(int row, float[] target) {
      logits(row, positions(row) - 1, target);
    }

    @Override
    public int positions(int row) {
      return positions[row];
    }

    @Override
    public void logits(int row, int position, float[] target) {
      check(target.length == vocabulary, "the target has length " + target.length);
      check(hasLogits, "logits are read that were not asked for");
      float[] logits = script.logits(prefix(row, position));
      System.arraycopy(logits, 0, target, 0, vocabulary);
    }

    @Override
    public int best(int row, int count, int[] ids, float[] logProbabilities) {
      if (count > ranked) {
        return -1;
      }
      float[] scores = script.logits(prefix(row, positions(row) - 1)).clone();
      LogProbabilities.logSoftmax(scores);
      TopTokens top = new TopTokens(count);
      top.select(scores);
      for (int rank = 0; rank < top.size(); rank++) {
        ids[rank] = top.id(rank);
        logProbabilities[rank] = (float) top.score(rank);
      }
      return top.size();
    }

    @Override
    public int hiddenSize() {
      return hiddenSize;
    }

    @Override
    public void hiddenState(int row, int position, float[] target) {
      System.arraycopy(hidden.hidden(prefix(row, position)), 0, target, 0, hiddenSize);
    }

    private List<Integer> prefix(int row, int position) {
      check(madeIn == generation, "an answer is read after the state's next call");
      List<Integer> tokens = rows.get(row);
      int length = lengths[row] - positions[row] + position + 1;
      check(length <= tokens.size(), "an answer is read for a token that was taken back");
      check(position >= 0 && position < positions(row), "there is no position " + position);
      return List.copyOf(tokens.subList(0, length));
    }
  }
}
