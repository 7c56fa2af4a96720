package io.loquent.decoding.parallel.dag;

import io.loquent.decoding.Runs;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelModel.Family;
import io.loquent.decoding.parallel.ParallelModel.LengthMode;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import io.loquent.decoding.parallel.ScriptedCanvasModel.Script;
import io.loquent.decoding.parallel.TokenLanguageModel;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Small graphs, and all that can be said about them by enumeration. Token 0 says nothing. */
final class Dags {

  static final int PAD = 0;
  static final float NONE = Float.NEGATIVE_INFINITY;

  private Dags() {}

  /**
   * A graph.
   *
   * @param links {@code [vertices][vertices]} log-probabilities
   * @param tokens {@code [vertices][vocabulary]} log-probabilities
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Dag(float[][] links, float[][] tokens) {
    int end() {
      return links.length - 1;
    }

    int best(int vertex) {
      int best = 0;
      for (int id = 1; id < tokens[vertex].length; id++) {
        best = tokens[vertex][id] > tokens[vertex][best] ? id : best;
      }
      return best;
    }

    /** Tells of every path: the vertices between the ends, and its log-probability. */
    void paths(BiConsumer<List<Integer>, Double> visitor) {
      go(0, new ArrayList<>(), 0, visitor);
    }

    private void go(
        int vertex, List<Integer> path, double sum, BiConsumer<List<Integer>, Double> visitor) {
      for (int next = vertex + 1; next <= end(); next++) {
        double link = sum + links[vertex][next];
        if (link == Double.NEGATIVE_INFINITY) {
          continue;
        }
        if (next == end()) {
          visitor.accept(List.copyOf(path), link);
        } else {
          path.add(next);
          go(next, path, link, visitor);
          path.remove(path.size() - 1);
        }
      }
    }

    /** Tells of every choice of tokens on a path, and its log-probability. */
    void sayings(List<Integer> path, BiConsumer<List<Integer>, Double> visitor) {
      say(path, new ArrayList<>(), 0, visitor);
    }

    private void say(
        List<Integer> path,
        List<Integer> said,
        double sum,
        BiConsumer<List<Integer>, Double> visitor) {
      if (said.size() == path.size()) {
        visitor.accept(collapse(said), sum);
        return;
      }
      float[] here = tokens[path.get(said.size())];
      for (int id = 0; id < here.length; id++) {
        if (here[id] != NONE) {
          said.add(id);
          say(path, said, sum + here[id], visitor);
          said.remove(said.size() - 1);
        }
      }
    }

    List<Integer> spoken(List<Integer> path) {
      List<Integer> said = new ArrayList<>();
      path.forEach(vertex -> said.add(best(vertex)));
      return collapse(said);
    }

    double bestTokens(List<Integer> path) {
      return path.stream().mapToDouble(vertex -> tokens[vertex][best(vertex)]).sum();
    }
  }

  static List<Integer> collapse(List<Integer> said) {
    List<Integer> kept = new ArrayList<>();
    int previous = -1;
    for (int id : said) {
      if (id != previous && id != PAD) {
        kept.add(id);
      }
      previous = id;
    }
    return kept;
  }

  static Dag random(int vertices, int vocabulary, long seed) {
    Random random = new Random(seed);
    float[][] links = new float[vertices][];
    float[][] tokens = new float[vertices][];
    for (int vertex = 0; vertex < vertices; vertex++) {
      links[vertex] = distribution(random, vertices, vertex + 1);
      tokens[vertex] = distribution(random, vocabulary, 0);
    }
    return new Dag(links, tokens);
  }

  private static float[] distribution(Random random, int size, int first) {
    double[] weights = new double[size];
    double sum = 0;
    for (int i = first; i < size; i++) {
      weights[i] = Math.exp(1.5 * random.nextGaussian());
      sum += weights[i];
    }
    float[] logs = new float[size];
    for (int i = 0; i < size; i++) {
      logs[i] = (float) Math.log(weights[i] / sum);
    }
    return logs;
  }

  static Script script(Dag... dags) {
    return new Script() {
      @Override
      public float[] logits(int source, int[] canvas, int slot) {
        return dags[source].tokens()[slot];
      }

      @Override
      public int frames(int source) {
        return dags[source].links().length;
      }

      @Override
      public float[] links(int source, int vertex) {
        return dags[source].links()[vertex];
      }
    };
  }

  static ParallelModel model(int vocabulary, double upsample) {
    return model(Family.DIRECTED_ACYCLIC, vocabulary, upsample);
  }

  static ParallelModel model(Family family, int vocabulary, double upsample) {
    return new ParallelModel(
        family,
        vocabulary,
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        LengthMode.SOURCE,
        0,
        upsample,
        false,
        0,
        OptionalInt.empty(),
        false);
  }

  static ParallelSearch search(
      int vocabulary, @Nullable TokenLanguageModel languageModel, Object... options) {
    Object[] all = new Object[options.length + 2];
    System.arraycopy(options, 0, all, 0, options.length);
    all[options.length] = "pad_token_id";
    all[options.length + 1] = PAD;
    SearchSetup setup = Runs.setup(vocabulary, new int[0], all);
    return DagSearches.of(
        new ParallelSetup(setup, model(vocabulary, 1), new int[0], null), languageModel);
  }

  static ParallelSearch run(Dag dag, Object... options) {
    return run(dag, (TokenLanguageModel) null, options);
  }

  static ParallelSearch run(
      Dag dag, @Nullable TokenLanguageModel languageModel, Object... options) {
    ParallelSearch search = search(dag.tokens()[0].length, languageModel, options);
    ScriptedCanvasModel.run(script(dag), search);
    return search;
  }
}
