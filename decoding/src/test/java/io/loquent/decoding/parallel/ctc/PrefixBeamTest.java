package io.loquent.decoding.parallel.ctc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FrameSpan;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Runs;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import io.loquent.decoding.parallel.ctc.Frames.Saying;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrefixBeamTest {

  private static final int ALL = 4096;

  /** The example of H. Scheidl's "CTCDecoder". */
  @Test
  void the_best_sequence_is_not_the_best_path() {
    float[][] frames = Frames.probabilities(new double[] {0.6, 0.4, 0}, new double[] {0.6, 0.4, 0});
    Hypothesis best = Frames.decode(frames, "num_beams", 10).get(0);
    assertThat(Frames.ids(best)).containsExactly(1);
    assertThat(best.score()).isCloseTo(Math.log(0.64), within(1e-6));
  }

  @Test
  void a_wide_beam_finds_every_sequence_with_its_probability_and_best_alignment() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      float[][] frames = Frames.random(random, 1 + seed % 6, 2 + random.nextInt(3));
      Map<List<Integer>, Saying> expected = Frames.byDefinition(frames);
      List<Hypothesis> results = Frames.decode(frames, unpruned(frames[0].length, ALL));
      assertThat(results).hasSize(expected.size());
      double last = 0;
      for (Hypothesis result : results) {
        Saying saying = expected.get(Frames.ids(result));
        assertThat(result.score()).isCloseTo(saying.logProbability(), within(1e-5));
        assertThat(result.score()).isLessThanOrEqualTo(last);
        last = result.score();
        checkSpans(result, saying.best().path(), frames);
      }
    }
  }

  private static void checkSpans(Hypothesis result, int[] path, float[][] frames) {
    int frame = 0;
    for (ChosenToken token : result.tokens()) {
      FrameSpan span = token.span().orElseThrow();
      while (path[frame] == Frames.BLANK) {
        frame++;
      }
      assertThat(span.first()).isEqualTo(frame);
      double surest = Double.NEGATIVE_INFINITY;
      while (frame < path.length && path[frame] == token.id()) {
        surest = Math.max(surest, Frames.logProbability(frames[frame], token.id()));
        frame++;
      }
      assertThat(span.last()).isEqualTo(frame - 1);
      assertThat(token.logProbability()).isCloseTo(surest, within(1e-5));
    }
  }

  @Test
  void a_narrow_beam_finds_what_a_wide_one_does_where_frames_are_sure() {
    float[][] frames = Frames.saying(4, 0, 1, 1, 0, 1, 2, 2, 3, 0);
    for (int beams : new int[] {2, 3, 10}) {
      Hypothesis best = Frames.decode(frames, "num_beams", beams).get(0);
      assertThat(Frames.ids(best)).containsExactly(1, 1, 2, 3);
    }
  }

  @Test
  void a_score_is_never_above_the_exact_one_and_pruning_costs_little() {
    for (int seed = 0; seed < 30; seed++) {
      float[][] frames = Frames.random(new Random(seed), 6, 4);
      Map<List<Integer>, Saying> exact = Frames.byDefinition(frames);
      for (Hypothesis result : Frames.decode(frames, "num_beams", 20, "num_return_sequences", 5)) {
        double truth = exact.get(Frames.ids(result)).logProbability();
        assertThat(result.score()).isLessThan(truth + 1e-5).isGreaterThan(truth - 0.5);
      }
    }
  }

  @Test
  void tokens_below_the_minimum_are_left_out_but_for_the_best_one() {
    // The second token is at -1.6, and the best one at -0.5.
    float[][] frames =
        Frames.probabilities(new double[] {0.6, 0.2, 0.2}, new double[] {0.6, 0.2, 0.2});
    List<Hypothesis> results =
        Frames.decode(frames, "num_beams", 10, "num_return_sequences", 10, "token_min_logp", -1.0);
    assertThat(results).hasSize(1);
    assertThat(results.get(0).tokens()).isEmpty();
    assertThat(results.get(0).score()).isCloseTo(Math.log(0.36), within(1e-6));
  }

  @Test
  void candidates_far_below_the_best_are_dropped() {
    float[][] frames = Frames.probabilities(new double[] {0.7, 0.25, 0.05});
    List<Hypothesis> results =
        Frames.decode(frames, "num_beams", 10, "num_return_sequences", 10, "beam_prune_logp", -2.0);
    // ln(0.05 / 0.7) is -2.6.
    assertThat(results.stream().map(Frames::ids)).containsExactly(List.of(), List.of(1));
  }

  @Test
  void equal_scores_are_in_the_order_of_ids() {
    float[][] frames = Frames.probabilities(new double[] {0.1, 0.3, 0.3, 0.3});
    List<Hypothesis> results = Frames.decode(frames, "num_beams", 3, "num_return_sequences", 3);
    assertThat(results.stream().map(Frames::ids))
        .containsExactly(List.of(1), List.of(2), List.of(3));
  }

  /** A prefix that is dropped and found again must not become two. */
  @Test
  void no_sequence_comes_twice() {
    for (int seed = 0; seed < 200; seed++) {
      float[][] frames = Frames.random(new Random(seed), 30, 4);
      List<List<Integer>> results = new ArrayList<>();
      for (Hypothesis result : Frames.decode(frames, unpruned(4, 2 + seed % 5))) {
        results.add(Frames.ids(result));
      }
      assertThat(results).doesNotHaveDuplicates();
    }
  }

  @Test
  void a_textbook_search_keeps_the_same_prefixes() {
    for (int seed = 0; seed < 60; seed++) {
      float[][] frames = Frames.random(new Random(seed), 25, 5);
      int beams = 2 + seed % 6;
      Map<List<Integer>, Double> expected = Textbook.search(frames, beams);
      List<Hypothesis> results = Frames.decode(frames, unpruned(5, beams));
      assertThat(results.stream().map(Frames::ids))
          .containsExactlyInAnyOrderElementsOf(expected.keySet());
      for (Hypothesis result : results) {
        assertThat(result.score()).isCloseTo(expected.get(Frames.ids(result)), within(1e-4));
      }
    }
  }

  /** A graph of partial alignments is run once, with nothing known. */
  @Test
  void a_graph_of_partial_alignments_decodes_its_first_run() {
    float[][] frames = Frames.random(new Random(3), 6, 4);
    float[] masked = {0, 0, 0, 50};
    ScriptedCanvasModel.Script script =
        new ScriptedCanvasModel.Script() {
          @Override
          public float[] logits(int source, int[] canvas, int slot) {
            assertThat(canvas).containsOnly(3).hasSize(6);
            float[] logits = frames[slot].clone();
            logits[3] = masked[3];
            return logits;
          }

          @Override
          public int frames(int source) {
            return 6;
          }
        };
    ParallelSearch search =
        CtcSearches.of(
            new ParallelSetup(
                Runs.setup(4, new int[0], "num_beams", 50),
                Frames.model(4, OptionalInt.of(3), OptionalDouble.empty()),
                new int[0],
                null),
            null,
            null);
    assertThat(ScriptedCanvasModel.run(script, search).runs).isEqualTo(1);
    float[][] unmasked = new float[6][];
    for (int frame = 0; frame < 6; frame++) {
      unmasked[frame] = frames[frame].clone();
      unmasked[frame][3] = Float.NEGATIVE_INFINITY;
    }
    Hypothesis expected = Frames.decode(unmasked, "num_beams", 50).get(0);
    assertThat(Frames.ids(search.results().get(0))).isEqualTo(Frames.ids(expected));
    assertThat(search.results().get(0).score()).isCloseTo(expected.score(), within(1e-6));
  }

  private static ParallelSearch unpruned(int vocabulary, int beams) {
    return Frames.search(
        Runs.setup(
            vocabulary,
            new int[0],
            "num_beams",
            beams,
            "num_return_sequences",
            beams,
            "beam_prune_logp",
            -1e9,
            "token_min_logp",
            -1e9),
        null,
        null);
  }

  /** Prefix beam search over maps of prefixes, as papers have it. */
  private static final class Textbook {

    static Map<List<Integer>, Double> search(float[][] frames, int beams) {
      Map<List<Integer>, double[]> prefixes = Map.of(List.of(), new double[] {1, 0});
      for (float[] frame : frames) {
        Map<List<Integer>, double[]> next = new LinkedHashMap<>();
        prefixes.forEach(
            (prefix, endings) -> {
              int last = prefix.isEmpty() ? -1 : prefix.get(prefix.size() - 1);
              double all = endings[0] + endings[1];
              for (int id = 0; id < frame.length; id++) {
                double probability = Math.exp(Frames.logProbability(frame, id));
                if (id == Frames.BLANK) {
                  at(next, prefix)[0] += all * probability;
                  continue;
                }
                List<Integer> longer = new ArrayList<>(prefix);
                longer.add(id);
                if (id == last) {
                  at(next, prefix)[1] += endings[1] * probability;
                  at(next, longer)[1] += endings[0] * probability;
                } else {
                  at(next, longer)[1] += all * probability;
                }
              }
            });
        prefixes = best(next, beams);
      }
      Map<List<Integer>, Double> scores = new HashMap<>();
      prefixes.forEach((prefix, endings) -> scores.put(prefix, Math.log(endings[0] + endings[1])));
      return scores;
    }

    private static double[] at(Map<List<Integer>, double[]> map, List<Integer> prefix) {
      return map.computeIfAbsent(prefix, key -> new double[2]);
    }

    private static Map<List<Integer>, double[]> best(
        Map<List<Integer>, double[]> prefixes, int count) {
      Map<List<Integer>, double[]> best = new LinkedHashMap<>();
      prefixes.entrySet().stream()
          .filter(entry -> entry.getValue()[0] + entry.getValue()[1] > 0)
          .sorted(Comparator.comparingDouble(entry -> -(entry.getValue()[0] + entry.getValue()[1])))
          .limit(count)
          .forEach(entry -> best.put(entry.getKey(), entry.getValue()));
      return best;
    }
  }
}
