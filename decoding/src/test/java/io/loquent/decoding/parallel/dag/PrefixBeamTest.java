package io.loquent.decoding.parallel.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FinishReason;
import io.loquent.InferenceException;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Runs;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import io.loquent.decoding.parallel.TokenLanguageModel;
import io.loquent.decoding.parallel.dag.Dags.Dag;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Beam search against the enumeration of all paths and all that they say. */
final class PrefixBeamTest {

  private static final int VOCABULARY = 4;

  /** A beam so wide, and so little pruned, that nothing is lost. */
  private static Object[] exact(Object... options) {
    Object[] all = new Object[options.length + 8];
    System.arraycopy(options, 0, all, 0, options.length);
    List<Object> more =
        List.of("dag_strategy", "beam", "num_beams", 4096, "top_k", 0, "top_p", 1.0);
    System.arraycopy(more.toArray(), 0, all, options.length, more.size());
    return all;
  }

  /** The probability of everything that can be said. */
  private static Map<List<Integer>, Double> outputs(Dag dag) {
    Map<List<Integer>, Double> outputs = new HashMap<>();
    dag.paths(
        (path, links) ->
            dag.sayings(
                path,
                (said, tokens) -> outputs.merge(said, Math.exp(links + tokens), Double::sum)));
    return outputs;
  }

  private static void assertBest(
      ParallelSearch search,
      Map<List<Integer>, Double> outputs,
      ToDoubleFunction<List<Integer>> score) {
    List<List<Integer>> ranked = new ArrayList<>(outputs.keySet());
    ranked.sort(Comparator.comparingDouble(score).reversed());
    List<Hypothesis> results = search.results();
    for (int rank = 0; rank < results.size(); rank++) {
      assertThat(results.get(rank).score())
          .isCloseTo(score.applyAsDouble(ranked.get(rank)), within(1e-5));
      assertThat(Runs.ids(results.get(rank))).isEqualTo(ranked.get(rank));
    }
  }

  private static double normalized(double sum, List<Integer> output, double lengthPenalty) {
    return sum / Math.pow(Math.max(1, output.size()), lengthPenalty);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, 1.1, -1})
  void a_wide_beam_finds_what_is_most_probable_over_all_paths(double lengthPenalty) {
    for (int seed = 0; seed < 20; seed++) {
      Dag dag = Dags.random(6, VOCABULARY, seed);
      Map<List<Integer>, Double> outputs = outputs(dag);
      assertThat(outputs.values().stream().mapToDouble(Double::doubleValue).sum())
          .isCloseTo(1, within(1e-5));
      ParallelSearch search =
          Dags.run(dag, exact("length_penalty", lengthPenalty, "num_return_sequences", 5));
      assertThat(search.results()).hasSize(5);
      assertBest(
          search,
          outputs,
          output -> normalized(Math.log(outputs.get(output)), output, lengthPenalty));
    }
  }

  @Test
  void a_wide_beam_weighs_in_the_language_model() {
    TokenLanguageModel bigrams = bigrams();
    for (int seed = 0; seed < 20; seed++) {
      Dag dag = Dags.random(6, VOCABULARY, seed);
      Map<List<Integer>, Double> outputs = outputs(dag);
      ParallelSearch search =
          Dags.run(dag, bigrams, exact("lm_alpha", 0.7, "num_return_sequences", 3));
      assertBest(
          search,
          outputs,
          output ->
              normalized(
                  Math.log(outputs.get(output)) + 0.7 * logProbability(bigrams, output),
                  output,
                  1));
    }
  }

  private static TokenLanguageModel bigrams() {
    Random random = new Random(5);
    double[][] scores = new double[VOCABULARY][VOCABULARY];
    for (double[] row : scores) {
      for (int id = 0; id < row.length; id++) {
        row[id] = -3 * random.nextDouble();
      }
    }
    return new TokenLanguageModel() {
      @Override
      public int start() {
        return 0;
      }

      @Override
      public int next(int state, int token) {
        return token;
      }

      @Override
      public double logProbability(int state, int token) {
        return scores[state][token];
      }

      @Override
      public double endLogProbability(int state) {
        return scores[state][0];
      }
    };
  }

  private static double logProbability(TokenLanguageModel model, List<Integer> output) {
    int state = model.start();
    double sum = 0;
    for (int token : output) {
      sum += model.logProbability(state, token);
      state = model.next(state, token);
    }
    return sum + model.endLogProbability(state);
  }

  @Test
  void a_wide_beam_finds_the_best_output_without_repeated_ngrams() {
    int changed = 0;
    for (int seed = 0; seed < 20; seed++) {
      Dag dag = Dags.random(7, 3, seed);
      Map<List<Integer>, Double> outputs = outputs(dag);
      Object[] longOnes = {"length_penalty", 3.0, "no_repeat_ngram_size", 2};
      outputs.keySet().removeIf(PrefixBeamTest::repeatsBigram);
      ParallelSearch search = Dags.run(dag, exact(longOnes));
      assertBest(search, outputs, output -> normalized(Math.log(outputs.get(output)), output, 3));
      List<Hypothesis> free = Dags.run(dag, exact("length_penalty", 3.0)).results();
      changed += free.equals(search.results()) ? 0 : 1;
    }
    assertThat(changed).isPositive();
  }

  private static boolean repeatsBigram(List<Integer> output) {
    HashSet<List<Integer>> seen = new HashSet<>();
    for (int i = 1; i < output.size(); i++) {
      if (!seen.add(output.subList(i - 1, i + 1))) {
        return true;
      }
    }
    return false;
  }

  @Test
  void a_result_of_the_greatest_length_stands_for_all_that_begin_with_it() {
    for (int seed = 0; seed < 20; seed++) {
      Dag dag = Dags.random(6, VOCABULARY, seed);
      Map<List<Integer>, Double> outputs = outputs(dag);
      Map<List<Integer>, Double> cut = new HashMap<>();
      outputs.forEach(
          (output, probability) ->
              cut.merge(output.subList(0, Math.min(2, output.size())), probability, Double::sum));
      ParallelSearch search = Dags.run(dag, exact("max_new_tokens", 2, "length_penalty", 0.0));
      assertBest(search, cut, output -> Math.log(cut.get(output)));
      Hypothesis result = search.results().get(0);
      List<Integer> ids = Runs.ids(result);
      boolean endsThere = outputs.getOrDefault(ids, 0.0) >= cut.get(ids) / 2;
      assertThat(result.finishReason())
          .isEqualTo(endsThere ? FinishReason.END_OF_SEQUENCE : FinishReason.MAX_TOKENS);
    }
  }

  @Test
  void a_narrow_beam_finds_nothing_better_than_a_wide_one() {
    for (int seed = 0; seed < 20; seed++) {
      Dag dag = Dags.random(9, 6, seed);
      double narrow = Dags.run(dag, "num_beams", 2).results().get(0).score();
      double wide = Dags.run(dag, exact()).results().get(0).score();
      assertThat(narrow).isLessThanOrEqualTo(wide + 1e-9);
    }
  }

  @Test
  void tokens_have_their_log_probabilities_where_they_are_most_probably_said() {
    Dag dag = Dags.random(3, VOCABULARY, 2);
    Hypothesis result =
        Dags.run(dag, exact("length_penalty", 0.0, "num_return_sequences", 2)).results().stream()
            .filter(hypothesis -> !hypothesis.tokens().isEmpty())
            .findFirst()
            .orElseThrow();
    int id = result.tokens().get(0).id();
    assertThat(result.tokens().get(0).logProbability())
        .isCloseTo(dag.tokens()[1][id], within(1e-5));
    assertThat(result.score())
        .isCloseTo(dag.links()[0][1] + dag.tokens()[1][id] + dag.links()[1][2], within(1e-5));
  }

  @Test
  void a_beam_of_which_every_output_repeats_something_fails_clearly() {
    Dag dag = Dags.random(6, 3, 1);
    for (int vertex = 0; vertex < 5; vertex++) {
      for (int target = 0; target < 6; target++) {
        dag.links()[vertex][target] = target == vertex + 1 ? 0 : Dags.NONE;
      }
      for (int id = 0; id < 3; id++) {
        dag.tokens()[vertex][id] = id == 1 + vertex % 2 ? 0 : Dags.NONE;
      }
    }
    assertThat(Runs.ids(Dags.run(dag, "num_beams", 4).results().get(0)))
        .containsExactly(2, 1, 2, 1);
    ParallelSearch search = Dags.search(3, null, "num_beams", 4, "no_repeat_ngram_size", 1);
    ScriptedCanvasModel model = new ScriptedCanvasModel(Dags.script(dag), 1);
    assertThatExceptionOfType(InferenceException.class)
        .isThrownBy(() -> search.begin(model.encode(), 0))
        .withMessageContaining("no_repeat_ngram_size of 1");
  }
}
