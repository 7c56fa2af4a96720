package io.loquent.decoding.parallel.refine;

import static io.loquent.decoding.parallel.refine.Refining.A;
import static io.loquent.decoding.parallel.refine.Refining.B;
import static io.loquent.decoding.parallel.refine.Refining.BEGIN;
import static io.loquent.decoding.parallel.refine.Refining.C;
import static io.loquent.decoding.parallel.refine.Refining.END;
import static io.loquent.decoding.parallel.refine.Refining.LEVENSHTEIN;
import static io.loquent.decoding.parallel.refine.Refining.MASK;
import static io.loquent.decoding.parallel.refine.Refining.VOCABULARY;
import static io.loquent.decoding.parallel.refine.Refining.arbitrary;
import static io.loquent.decoding.parallel.refine.Refining.ids;
import static io.loquent.decoding.parallel.refine.Refining.likely;
import static io.loquent.decoding.parallel.refine.Refining.search;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FinishReason;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.parallel.ParallelLoop;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class LevenshteinRefinementTest {

  /** Makes A B of nothing, A C of A B by way of A, and leaves A C. */
  private static final ScriptedCanvasModel.Script TRACE =
      new ScriptedCanvasModel.Script() {
        @Override
        public float[] logits(int source, int[] canvas, int slot) {
          assertThat(canvas[slot]).isEqualTo(MASK);
          return switch (Arrays.toString(canvas)) {
            case "[1, 3, 3, 2]" -> slot == 1 ? likely(A, 0.9) : likely(B, 0.4);
            case "[1, 4, 3, 2]" -> likely(C, 0.8);
            default -> throw new AssertionError(Arrays.toString(canvas));
          };
        }

        @Override
        public float[] deletion(int source, int[] canvas, int slot) {
          assertThat(canvas[slot]).isNotIn(BEGIN, END, MASK);
          return canvas[slot] == B ? new float[] {0, 1} : new float[] {1, 1};
        }

        @Override
        public float[] insertion(int source, int[] canvas, int gap) {
          return switch (Arrays.toString(canvas)) {
            case "[1, 2]" -> new float[] {0, 1, 2, 1};
            case "[1, 4, 2]" -> gap == 1 ? new float[] {0, 1, 0, 0} : new float[] {1, 1, 0, 0};
            default -> new float[] {2, 1.5f, 0, 0};
          };
        }
      };

  @Test
  void tokens_are_deleted_placed_and_filled_until_nothing_changes() {
    ParallelSearch search = search(LEVENSHTEIN);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(TRACE, search);

    Hypothesis result = search.results().get(0);
    assertThat(ids(result)).containsExactly(A, C);
    assertThat(result.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
    assertThat(result.score()).isCloseTo(Math.log(0.9 * 0.8) / 2, within(1e-6));
    // Insertion and filling; deletion, insertion and filling; last, one that changes nothing.
    assertThat(model.slotsPerRun).containsExactly(2, 4, 4, 3, 4, 4);
  }

  @Test
  void it_ends_with_the_last_iteration_too() {
    ParallelSearch search = search(LEVENSHTEIN, "max_iterations", 1);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(TRACE, search);

    assertThat(ids(search.results().get(0))).containsExactly(A, B);
    assertThat(model.runs).isEqualTo(2);
  }

  @Test
  void a_penalty_on_inserting_nothing_makes_results_longer() {
    ScriptedCanvasModel.Script script =
        new ScriptedCanvasModel.Script() {
          @Override
          public float[] logits(int source, int[] canvas, int slot) {
            return likely(A, 0.5);
          }

          @Override
          public float[] deletion(int source, int[] canvas, int slot) {
            return new float[] {1, 0};
          }

          @Override
          public float[] insertion(int source, int[] canvas, int gap) {
            return canvas.length > 2 ? new float[] {9, 0} : new float[] {1, 0.5f};
          }
        };

    assertThat(ids(Refining.run(script, search(LEVENSHTEIN)).get(0))).isEmpty();
    assertThat(ids(Refining.run(script, search(LEVENSHTEIN, "eos_penalty", 0.6)).get(0)))
        .containsExactly(A);
  }

  @Test
  void what_does_not_fit_is_not_inserted() {
    ScriptedCanvasModel.Script greedy =
        new ScriptedCanvasModel.Script() {
          @Override
          public float[] logits(int source, int[] canvas, int slot) {
            return likely(A + slot % 3, 0.5);
          }

          @Override
          public float[] deletion(int source, int[] canvas, int slot) {
            return new float[] {1, 0};
          }

          @Override
          public float[] insertion(int source, int[] canvas, int gap) {
            return new float[] {0, 0, 1};
          }
        };

    Hypothesis result =
        Refining.run(greedy, search(LEVENSHTEIN, "max_new_tokens", 5, "max_iterations", 9)).get(0);

    // Two at first, then two and one more before the others.
    assertThat(ids(result)).containsExactly(B, C, B, B, C);
    assertThat(result.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
  }

  @Test
  void it_equals_the_plain_algorithm_on_arbitrary_models() {
    int longest = 0;
    for (int seed = 0; seed < 200; seed++) {
      ScriptedCanvasModel.Script script = random(seed);
      int iterations = 1 + seed % 6;
      List<Integer> plain = plain(script, iterations, 8);
      ParallelSearch search =
          search(LEVENSHTEIN, "max_iterations", iterations, "max_new_tokens", 8);
      ScriptedCanvasModel.run(script, search);

      assertThat(ids(search.results().get(0))).as("model %s", seed).isEqualTo(plain);
      longest = Math.max(longest, plain.size());
    }
    assertThat(longest).isEqualTo(8);
  }

  private static ScriptedCanvasModel.Script random(int seed) {
    return new ScriptedCanvasModel.Script() {
      @Override
      public float[] logits(int source, int[] canvas, int slot) {
        return arbitrary(VOCABULARY, 9, canvas, slot, seed, 1);
      }

      @Override
      public float[] deletion(int source, int[] canvas, int slot) {
        return arbitrary(2, 3, canvas, slot, seed, 2);
      }

      @Override
      public float[] insertion(int source, int[] canvas, int gap) {
        return arbitrary(4, 5, canvas, gap, seed, 3);
      }
    };
  }

  /** Every phase of every iteration asks the model anew. */
  private static List<Integer> plain(
      ScriptedCanvasModel.Script script, int iterations, int mostTokens) {
    List<Integer> canvas = new ArrayList<>(List.of(BEGIN, END));
    for (int iteration = 0; iteration < iterations; iteration++) {
      List<Integer> before = List.copyOf(canvas);
      if (iteration > 0) {
        int[] seen = array(canvas);
        List<Integer> kept = new ArrayList<>(List.of(BEGIN));
        for (int slot = 1; slot < seen.length - 1; slot++) {
          float[] answer = script.deletion(0, seen, slot);
          if (answer[1] <= answer[0]) {
            kept.add(seen[slot]);
          }
        }
        kept.add(END);
        canvas = kept;
      }
      int[] seen = array(canvas);
      int room = mostTokens - (canvas.size() - 2);
      List<Integer> placed = new ArrayList<>();
      for (int slot = 0; slot < seen.length; slot++) {
        placed.add(seen[slot]);
        if (slot < seen.length - 1) {
          int count = LogProbabilities.mostProbable(script.insertion(0, seen, slot));
          for (int i = 0; i < count && room > 0; i++, room--) {
            placed.add(MASK);
          }
        }
      }
      int[] masked = array(placed);
      for (int slot = 0; slot < masked.length; slot++) {
        if (masked[slot] == MASK) {
          float[] logits = script.logits(0, masked, slot);
          Arrays.fill(logits, 0, A, Float.NEGATIVE_INFINITY);
          placed.set(slot, LogProbabilities.mostProbable(logits));
        }
      }
      canvas = placed;
      if (canvas.equals(before)) {
        break;
      }
    }
    return canvas.subList(1, canvas.size() - 1);
  }

  private static int[] array(List<Integer> tokens) {
    return tokens.stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void stopped_before_it_fills_it_has_the_tokens_alone() {
    ParallelSearch search = search(LEVENSHTEIN);
    ScriptedCanvasModel model = new ScriptedCanvasModel(TRACE, 1);
    try (ParallelLoop loop =
        new ParallelLoop(
            model,
            List.of(search),
            (failed, failure) -> {
              throw new AssertionError(failure);
            })) {
      for (int step = 0; step < 5; step++) {
        loop.step();
      }
      assertThat(search.provisional()).containsExactly(A, MASK);
      search.finish(FinishReason.TIMED_OUT);
    }

    assertThat(ids(search.results().get(0))).containsExactly(A);
  }

  @Test
  void several_results_can_be_drawn() {
    ScriptedCanvasModel.Script threeTokens =
        new ScriptedCanvasModel.Script() {
          @Override
          public float[] logits(int source, int[] canvas, int slot) {
            return likely(B, 0.4);
          }

          @Override
          public float[] deletion(int source, int[] canvas, int slot) {
            return new float[] {1, 0};
          }

          @Override
          public float[] insertion(int source, int[] canvas, int gap) {
            return canvas.length > 2 ? new float[] {1, 0, 0, 0} : new float[] {0, 0, 0, 1};
          }
        };
    ParallelSearch search =
        search(LEVENSHTEIN, "do_sample", true, "num_return_sequences", 5, "seed", 7);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(threeTokens, search);

    assertThat(model.rowsPerRun).containsExactly(5, 5, 5);
    assertThat(search.results()).hasSize(5);
    assertThat(search.results())
        .extracting(Hypothesis::score)
        .isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(search.results().stream().map(Refining::ids).distinct().count()).isGreaterThan(2);
  }
}
