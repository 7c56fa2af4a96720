package io.loquent.decoding.parallel.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.decoding.Runs;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import io.loquent.decoding.parallel.dag.Dags.Dag;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Viterbi decoding against the enumeration of all paths. */
final class ViterbiPathsTest {

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, 1.5, -0.5})
  void the_best_path_is_the_best_of_all(double lengthPenalty) {
    for (int seed = 0; seed < 50; seed++) {
      Dag dag = Dags.random(7, 4, seed);
      assertBest(dag, false, lengthPenalty);
      assertBest(dag, true, lengthPenalty);
    }
  }

  private static void assertBest(Dag dag, boolean isJoint, double lengthPenalty) {
    double[] bestScore = {Double.NEGATIVE_INFINITY};
    List<?>[] bestPath = new List<?>[1];
    dag.paths(
        (path, links) -> {
          double sum = links + (isJoint ? dag.bestTokens(path) : 0);
          double score = sum / Math.pow(Math.max(1, path.size()), lengthPenalty);
          if (score > bestScore[0]) {
            bestScore[0] = score;
            bestPath[0] = dag.spoken(path);
          }
        });
    ParallelSearch search =
        Dags.run(
            dag,
            "dag_strategy",
            isJoint ? "joint_viterbi" : "viterbi",
            "length_penalty",
            lengthPenalty);
    assertThat(search.results().get(0).score()).isCloseTo(bestScore[0], within(1e-5));
    assertThat(Runs.ids(search.results().get(0))).isEqualTo(bestPath[0]);
  }

  @Test
  void longer_paths_are_looked_at_only_where_no_shorter_one_reaches_the_end() {
    Dag chain = chain();
    ParallelSearch search = Dags.run(chain, "dag_strategy", "viterbi");
    assertThat(Runs.ids(search.results().get(0))).containsExactly(1, 2, 1);
    assertThat(ViterbiPaths.find(graph(chain), false, 1, 1).path()).containsExactly(1, 2, 3);
    Dag dag = Dags.random(8, 3, 4);
    for (int longest = 0; longest < 6; longest++) {
      // Such a penalty makes long paths the best.
      assertThat(ViterbiPaths.find(graph(dag), false, 5, longest).path())
          .hasSizeLessThanOrEqualTo(longest);
    }
    assertThat(ViterbiPaths.find(graph(dag), false, 5, 6).path()).hasSize(6);
  }

  private static DagGraph graph(Dag dag) {
    int vocabulary = dag.tokens()[0].length;
    DagSettings settings =
        DagRules.check(
            new ParallelSetup(
                Runs.setup(vocabulary, new int[0]), Dags.model(vocabulary, 1), new int[0], null),
            null);
    ScriptedCanvasModel model = new ScriptedCanvasModel(Dags.script(dag), 1);
    return new DagGraph(settings, model.encode(), 0);
  }

  /** Says 1 2 1. */
  private static Dag chain() {
    Dag dag = Dags.random(5, 3, 1);
    for (int vertex = 0; vertex < 4; vertex++) {
      for (int target = 0; target < 5; target++) {
        dag.links()[vertex][target] = target == vertex + 1 ? 0 : -2e9f;
      }
      for (int id = 0; id < 3; id++) {
        dag.tokens()[vertex][id] = id == (vertex == 2 ? 2 : 1) ? 0 : Dags.NONE;
      }
    }
    return dag;
  }
}
