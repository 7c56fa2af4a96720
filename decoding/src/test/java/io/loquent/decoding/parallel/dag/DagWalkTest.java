package io.loquent.decoding.parallel.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FinishReason;
import io.loquent.InferenceException;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Runs;
import io.loquent.decoding.parallel.GoodnessOfFit;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import io.loquent.decoding.parallel.dag.Dags.Dag;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Walks along links: greedy, lookahead, sampling. */
final class DagWalkTest {

  /** Five vertices; from the start to 1 or 2, from both to 3 or the end. */
  private static final Dag SMALL =
      new Dag(
          logs(
              new double[][] {
                {0, 0.6, 0.4, 0, 0}, {0, 0, 0, 0.7, 0.3}, {0, 0, 0, 0.2, 0.8}, {0, 0, 0, 0, 1}, {}
              },
              5),
          logs(
              new double[][] {
                {1}, {0, 0.4, 0.3, 0.3}, {0, 0.05, 0.9, 0.05}, {0, 0.3, 0.3, 0.4}, {1}
              },
              4));

  private static float[][] logs(double[][] probabilities, int size) {
    float[][] logs = new float[probabilities.length][size];
    for (int i = 0; i < logs.length; i++) {
      for (int j = 0; j < size; j++) {
        logs[i][j] = (float) Math.log(j < probabilities[i].length ? probabilities[i][j] : 0);
      }
    }
    return logs;
  }

  private static List<Integer> ids(ParallelSearch search) {
    return Runs.ids(search.results().get(0));
  }

  @Test
  void greedy_follows_the_most_probable_links() {
    ParallelSearch search = Dags.run(SMALL, "dag_strategy", "greedy");
    assertThat(ids(search)).containsExactly(1, 3);
    Hypothesis result = search.results().get(0);
    assertThat(result.score()).isCloseTo(Math.log(0.6 * 0.4 * 0.7 * 0.4), within(1e-6));
    assertThat(result.tokens().get(0).logProbability()).isCloseTo(Math.log(0.4), within(1e-6));
    assertThat(result.tokens().get(1).rawLogProbability()).isCloseTo(Math.log(0.4), within(1e-6));
    assertThat(result.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
  }

  @Test
  void lookahead_weighs_links_by_the_tokens_they_lead_to() {
    // 0.6 * 0.4 < 0.4 * 0.9, then 0.2 * 0.4 < 0.8 * 1.
    assertThat(ids(Dags.run(SMALL))).containsExactly(2);
    assertThat(ids(Dags.run(SMALL, "dag_strategy", "lookahead", "dag_beta", 1.0)))
        .containsExactly(2);
    // 0.6 * 0.4^0.3 > 0.4 * 0.9^0.3, then 0.7 * 0.4^0.3 > 0.3.
    assertThat(ids(Dags.run(SMALL, "dag_beta", 0.3))).containsExactly(1, 3);
    assertThat(ids(Dags.run(SMALL, "dag_beta", 0.0))).containsExactly(1, 3);
  }

  /** A chain that says the given tokens one after another. */
  private static Dag chain(int vocabulary, int... said) {
    double[][] links = new double[said.length + 2][said.length + 2];
    double[][] tokens = new double[said.length + 2][vocabulary];
    for (int i = 0; i <= said.length; i++) {
      links[i][i + 1] = 1;
    }
    for (int i = 0; i < said.length; i++) {
      tokens[i + 1][said[i]] = 1;
    }
    tokens[0][0] = 1;
    tokens[said.length + 1][0] = 1;
    return new Dag(logs(links, said.length + 2), logs(tokens, vocabulary));
  }

  @Test
  void a_token_is_said_twice_in_a_row_only_behind_a_silent_vertex() {
    Dag dag = chain(4, 1, 1, 2, 0, 2, 3, 0, 0, 3, 3);
    for (String strategy :
        List.of("greedy", "lookahead", "viterbi", "joint_viterbi", "sample", "beam")) {
      assertThat(ids(Dags.run(dag, "dag_strategy", strategy)))
          .as(strategy)
          .containsExactly(1, 2, 2, 3, 3);
    }
  }

  @Test
  void lookahead_passes_over_links_that_would_repeat_an_ngram() {
    // Vertex 4 would say 1 2 again; the end is less probable.
    double[][] links = new double[6][6];
    links[0][1] = 1;
    links[1][2] = 1;
    links[2][3] = 1;
    links[3][4] = 0.6;
    links[3][5] = 0.4;
    links[4][5] = 1;
    double[][] tokens = {{1}, {0, 1}, {0, 0, 1}, {0, 1}, {0, 0, 1}, {1}};
    Dag dag = new Dag(logs(links, 6), logs(tokens, 3));
    assertThat(ids(Dags.run(dag))).containsExactly(1, 2, 1, 2);
    assertThat(ids(Dags.run(dag, "no_repeat_ngram_size", 2))).containsExactly(1, 2, 1);
    // Where every way repeats something, the best one is taken.
    assertThat(ids(Dags.run(chain(3, 1, 2, 1, 2), "no_repeat_ngram_size", 2)))
        .containsExactly(1, 2, 1, 2);
  }

  @Test
  void suppressed_tokens_are_not_said() {
    assertThat(ids(Dags.run(SMALL, "dag_strategy", "greedy", "suppress_tokens", List.of(1))))
        .containsExactly(2, 3);
  }

  @Test
  void a_result_is_no_longer_than_asked_for() {
    ParallelSearch search = Dags.run(chain(5, 1, 2, 3, 4), "max_new_tokens", 3);
    assertThat(ids(search)).containsExactly(1, 2, 3);
    assertThat(search.results().get(0).finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
    ParallelSearch whole = Dags.run(chain(5, 1, 2, 3, 4), "max_new_tokens", 4);
    assertThat(whole.results().get(0).finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
  }

  @Test
  void sampling_draws_paths_as_often_as_they_are_probable() {
    assertSampled(1.0, "temperature", 1.0);
    assertSampled(0.5, "temperature", 0.5);
  }

  /** Each vertex says its own number, so that what is said is the path. */
  private static void assertSampled(double temperature, Object... options) {
    Dag random = Dags.random(6, 6, 11);
    float[][] own = new float[6][6];
    for (int vertex = 0; vertex < 6; vertex++) {
      Arrays.fill(own[vertex], Dags.NONE);
      own[vertex][vertex] = 0;
    }
    Dag dag = new Dag(random.links(), own);
    Map<List<Integer>, Integer> cells = new LinkedHashMap<>();
    List<Double> probabilities = new ArrayList<>();
    dag.paths(
        (path, sum) -> {
          cells.put(path, cells.size());
          probabilities.add(sharpened(dag, path, temperature));
        });
    int[] counts = new int[cells.size()];
    for (int seed = 0; seed < 5; seed++) {
      Object[] all = Arrays.copyOf(options, options.length + 6);
      List<Object> more =
          List.of("dag_strategy", "sample", "num_return_sequences", 4000, "seed", seed);
      System.arraycopy(more.toArray(), 0, all, options.length, more.size());
      for (Hypothesis result : Dags.run(dag, all).results()) {
        counts[cells.get(Runs.ids(result))]++;
      }
    }
    double[] expected = probabilities.stream().mapToDouble(Double::doubleValue).toArray();
    assertThat(GoodnessOfFit.chiSquare(counts, expected))
        .isLessThan(GoodnessOfFit.limit(counts.length - 1));
  }

  private static double sharpened(Dag dag, List<Integer> path, double temperature) {
    double product = 1;
    int vertex = 0;
    List<Integer> whole = new ArrayList<>(path);
    whole.add(dag.end());
    for (int next : whole) {
      double sum = 0;
      for (float link : dag.links()[vertex]) {
        sum += Math.exp(link / temperature);
      }
      product *= Math.exp(dag.links()[vertex][next] / temperature) / sum;
      vertex = next;
    }
    return product;
  }

  @Test
  void top_k_keeps_the_most_probable_links() {
    Dag dag = Dags.random(7, 4, 3);
    ParallelSearch greedy = Dags.run(dag, "dag_strategy", "greedy");
    assertThat(Dags.run(dag, "do_sample", true, "top_k", 1).results()).isEqualTo(greedy.results());
  }

  @Test
  void a_graph_whose_end_cannot_be_reached_fails_clearly() {
    Dag broken = new Dag(logs(new double[][] {{0, 1, 0}, {}, {}}, 3), logs(new double[3][3], 3));
    broken.tokens()[1][1] = 0;
    for (String strategy : List.of("greedy", "lookahead", "sample", "viterbi", "beam")) {
      ParallelSearch search = Dags.search(3, null, "dag_strategy", strategy);
      ScriptedCanvasModel model = new ScriptedCanvasModel(Dags.script(broken), 1);
      assertThatExceptionOfType(InferenceException.class)
          .as(strategy)
          .isThrownBy(() -> search.begin(model.encode(), 0))
          .withMessageContaining("end");
    }
  }

  @Test
  void a_link_that_is_no_number_fails_clearly() {
    Dag broken = Dags.random(4, 3, 1);
    broken.links()[0][2] = Float.NaN;
    ParallelSearch search = Dags.search(3, null, "dag_strategy", "greedy");
    ScriptedCanvasModel model = new ScriptedCanvasModel(Dags.script(broken), 1);
    assertThatExceptionOfType(InferenceException.class)
        .isThrownBy(() -> search.begin(model.encode(), 0))
        .withMessageContaining("from vertex 0 to vertex 2 is NaN");
  }

  @Test
  void the_start_may_be_the_end() {
    Dag single = Dags.random(1, 3, 1);
    for (String strategy : List.of("greedy", "lookahead", "sample", "viterbi", "beam")) {
      assertThat(ids(Dags.run(single, "dag_strategy", strategy))).as(strategy).isEmpty();
    }
  }
}
