package io.loquent.samples.benchmarks.engines;

import ai.onnxruntime.OrtException;
import io.loquent.samples.benchmarks.worker.Measurement;
import io.loquent.samples.benchmarks.worker.Meter;
import io.loquent.samples.benchmarks.worker.Program;
import io.loquent.samples.benchmarks.worker.Workload;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The loop that one writes first over ONNX Runtime: a {@link NaiveModel}, a scan for the best
 * token, a sorted vocabulary for sampling and for beams.
 */
public final class NaiveProgram implements Program {

  private static final long SEED = 3;

  private final NaiveModel model;
  private final int vocabulary;

  private NaiveProgram(NaiveModel model, int vocabulary) {
    this.model = model;
    this.vocabulary = vocabulary;
  }

  /**
   * Opens a model folder.
   *
   * @param folder where it is
   * @param vocabulary number of tokens
   * @param startToken what a decoder behind an encoder starts from
   * @param threads of one operator; 0 leaves ONNX Runtime's default
   * @return the program
   * @throws OrtException if a graph cannot be loaded
   */
  public static NaiveProgram open(Path folder, int vocabulary, int startToken, int threads)
      throws OrtException {
    return new NaiveProgram(new NaiveModel(folder, startToken, threads), vocabulary);
  }

  @Override
  public Measurement run(Workload workload) throws Exception {
    return switch (workload.method()) {
      case GREEDY -> rows(workload, null);
      case SAMPLING -> rows(workload, new Random(SEED));
      case BEAM -> beams(workload);
      case STREAMS ->
          throw new UnsupportedOperationException("a naive loop runs one request at a time");
    };
  }

  private Measurement rows(Workload workload, @Nullable Random random) throws Exception {
    long[][] prompts = new long[workload.batch()][];
    for (int row = 0; row < prompts.length; row++) {
      prompts[row] = prompt(workload, row);
    }
    Meter meter = new Meter();
    meter.start();
    float[][] logits = model.begin(prompts);
    for (int count = 1; ; count++) {
      long[][] chosen = new long[prompts.length][1];
      for (int row = 0; row < chosen.length; row++) {
        chosen[row][0] = random == null ? best(logits[row]) : sample(logits[row], random);
      }
      meter.firstToken();
      if (count == workload.newTokens()) {
        return meter.stop(count * prompts.length);
      }
      logits = model.step(chosen);
    }
  }

  /** One prompt, all beams from its first step on. */
  private Measurement beams(Workload workload) throws Exception {
    if (workload.batch() != 1) {
      throw new UnsupportedOperationException("the naive loop searches for one prompt at a time");
    }
    int beams = workload.beams();
    long[][] prompts = new long[beams][];
    Arrays.fill(prompts, prompt(workload, 0));
    double[] scores = new double[beams];
    Arrays.fill(scores, 1, beams, -1e9);
    Meter meter = new Meter();
    meter.start();
    float[][] logits = model.begin(prompts);
    for (int count = 1; ; count++) {
      long[] ranked = ranked(logits, scores);
      long[][] chosen = new long[beams][1];
      int[] sources = new int[beams];
      double[] kept = new double[beams];
      for (int beam = 0; beam < beams; beam++) {
        int index = (int) ranked[ranked.length - 1 - beam];
        sources[beam] = index / vocabulary;
        chosen[beam][0] = index % vocabulary;
        kept[beam] = score(ranked[ranked.length - 1 - beam]);
      }
      scores = kept;
      meter.firstToken();
      if (count == workload.newTokens()) {
        return meter.stop(count);
      }
      model.reorder(sources);
      logits = model.step(chosen);
    }
  }

  private long[] prompt(Workload workload, int row) {
    return Arrays.stream(workload.prompt(row, vocabulary)).asLongStream().toArray();
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      if (logits[id] > logits[best]) {
        best = id;
      }
    }
    return best;
  }

  private static int sample(float[] logits, Random random) {
    long[] order = new long[logits.length];
    for (int id = 0; id < order.length; id++) {
      order[id] = sortable((float) (logits[id] / Workload.TEMPERATURE), id);
    }
    Arrays.sort(order);
    double[] weights = new double[Workload.TOP_K];
    double sum = 0;
    for (int rank = 0; rank < weights.length; rank++) {
      weights[rank] =
          Math.exp(score(order[order.length - 1 - rank]) - score(order[order.length - 1]));
      sum += weights[rank];
    }
    double mass = 0;
    int kept = 0;
    while (kept < weights.length && mass < Workload.TOP_P * sum) {
      mass += weights[kept++];
    }
    double rest = random.nextDouble() * mass;
    int rank = 0;
    while (rank < kept - 1 && rest >= weights[rank]) {
      rest -= weights[rank++];
    }
    return (int) order[order.length - 1 - rank];
  }

  /** All continuations of all beams, the best last. */
  private static long[] ranked(float[][] logits, double[] scores) {
    int vocabulary = logits[0].length;
    long[] order = new long[logits.length * vocabulary];
    for (int beam = 0; beam < logits.length; beam++) {
      double sum = 0;
      for (float logit : logits[beam]) {
        sum += Math.exp(logit);
      }
      double shift = scores[beam] - Math.log(sum);
      for (int id = 0; id < vocabulary; id++) {
        int index = beam * vocabulary + id;
        order[index] = sortable((float) (logits[beam][id] + shift), index);
      }
    }
    Arrays.sort(order);
    return order;
  }

  /** A score and an index in one number that sorts by score. */
  private static long sortable(float score, int index) {
    int bits = Float.floatToIntBits(score);
    int ordered = bits >= 0 ? bits : bits ^ 0x7FFFFFFF;
    return ((long) ordered << 32) | index;
  }

  private static float score(long sortable) {
    int ordered = (int) (sortable >> 32);
    return Float.intBitsToFloat(ordered >= 0 ? ordered : ordered ^ 0x7FFFFFFF);
  }
}
