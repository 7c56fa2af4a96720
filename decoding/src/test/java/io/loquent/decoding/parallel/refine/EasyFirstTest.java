package io.loquent.decoding.parallel.refine;

import static io.loquent.decoding.parallel.refine.Refining.A;
import static io.loquent.decoding.parallel.refine.Refining.B;
import static io.loquent.decoding.parallel.refine.Refining.C;
import static io.loquent.decoding.parallel.refine.Refining.END;
import static io.loquent.decoding.parallel.refine.Refining.MASK;
import static io.loquent.decoding.parallel.refine.Refining.MASKED;
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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EasyFirstTest {

  private static final int LENGTH = 3;

  /** At three masks the middle one is easiest; it makes the first one B, the last one C. */
  private static final ScriptedCanvasModel.Script MIDDLE_FIRST =
      new ScriptedCanvasModel.Script() {
        @Override
        public float[] logits(int source, int[] canvas, int slot) {
          boolean middleIsA = canvas[1] == A;
          return switch (slot) {
            case 0 -> middleIsA ? likely(B, 0.8) : likely(A, 0.6);
            case 1 -> likely(A, 0.9);
            default -> middleIsA ? likely(C, 0.7) : likely(A, 0.5);
          };
        }

        @Override
        public float[] lengths(int source) {
          return new float[] {0, 0, 0, 1};
        }
      };

  private static ScriptedCanvasModel.Script random(int seed) {
    return new ScriptedCanvasModel.Script() {
      @Override
      public float[] logits(int source, int[] canvas, int slot) {
        return arbitrary(VOCABULARY, 40, canvas, slot, seed);
      }

      @Override
      public float[] lengths(int source) {
        float[] lengths = new float[LENGTH + 1];
        lengths[LENGTH] = 1;
        return lengths;
      }
    };
  }

  @Test
  void the_surest_slot_of_all_is_filled_first() {
    ParallelSearch search = search(MASKED, "refinement", "easy_first");

    ScriptedCanvasModel model = ScriptedCanvasModel.run(MIDDLE_FIRST, search);

    Hypothesis result = search.results().get(0);
    assertThat(ids(result)).containsExactly(B, A, C);
    assertThat(model.runs).isEqualTo(3);
    assertThat(result.score()).isCloseTo(Math.log(0.8 * 0.9 * 0.7) / 3, within(1e-6));
  }

  @Test
  void a_wide_beam_finds_the_best_canvases_of_all() {
    for (int seed = 0; seed < 25; seed++) {
      ScriptedCanvasModel.Script script = random(seed);
      Map<List<Integer>, Double> best = new HashMap<>();
      fill(script, new int[] {MASK, MASK, MASK}, 0, best);
      List<Double> expected =
          best.values().stream().sorted((a, b) -> Double.compare(b, a)).toList();

      // 27 canvases of 3 tokens at 3 slots, and as many with one slot open.
      ParallelSearch search =
          search(
              MASKED,
              "refinement",
              "easy_first",
              "num_beams",
              27,
              "num_return_sequences",
              27,
              "suppress_tokens",
              List.of(END));
      List<Hypothesis> results = Refining.run(script, search);

      assertThat(results).hasSize(27);
      assertThat(results).extracting(Refining::ids).doesNotHaveDuplicates();
      for (int i = 0; i < 27; i++) {
        Hypothesis result = results.get(i);
        assertThat(result.score() * LENGTH).isCloseTo(expected.get(i), within(1e-5));
        assertThat(best.get(ids(result))).isCloseTo(expected.get(i), within(1e-5));
      }
    }
  }

  /** Fills the slots in every order with every token. */
  private static void fill(
      ScriptedCanvasModel.Script script,
      int[] canvas,
      double score,
      Map<List<Integer>, Double> best) {
    boolean full = true;
    for (int slot = 0; slot < canvas.length; slot++) {
      if (canvas[slot] == MASK) {
        full = false;
        float[] logits = script.logits(0, canvas, slot);
        Arrays.fill(logits, 0, A, Float.NEGATIVE_INFINITY);
        for (int id = A; id <= C; id++) {
          int[] next = canvas.clone();
          next[slot] = id;
          fill(script, next, score + LogProbabilities.at(logits, id), best);
        }
      }
    }
    if (full) {
      best.merge(Arrays.stream(canvas).boxed().toList(), score, Math::max);
    }
  }

  @Test
  void more_beams_are_never_worse_than_all_of_them() {
    for (int seed = 0; seed < 25; seed++) {
      double widest = best(random(seed), 27);
      for (int width : new int[] {1, 2, 3, 5, 9}) {
        assertThat(best(random(seed), width)).isLessThanOrEqualTo(widest + 1e-9);
      }
    }
  }

  private static double best(ScriptedCanvasModel.Script script, int width) {
    return Refining.run(script, search(MASKED, "refinement", "easy_first", "num_beams", width))
        .get(0)
        .score();
  }

  @Test
  void each_length_has_beams_of_its_own() {
    ScriptedCanvasModel.Script script =
        new ScriptedCanvasModel.Script() {
          @Override
          public float[] logits(int source, int[] canvas, int slot) {
            return likely(A, canvas.length == 1 ? 0.6 : 0.7);
          }

          @Override
          public float[] lengths(int source) {
            return new float[] {0, 2, 1};
          }
        };
    ParallelSearch search =
        search(
            MASKED,
            "refinement",
            "easy_first",
            "num_beams",
            2,
            "length_beam",
            2,
            "num_return_sequences",
            4);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(script, search);

    assertThat(model.rowsPerRun).containsExactly(2, 2);
    assertThat(search.results())
        .extracting(Refining::ids)
        .containsExactly(List.of(A, A), List.of(A), List.of(A, B), List.of(B));
  }

  @Test
  void stopped_it_has_what_comes_before_the_first_open_slot() {
    ParallelSearch search = search(MASKED, "refinement", "easy_first");
    ScriptedCanvasModel model = new ScriptedCanvasModel(MIDDLE_FIRST, 1);
    try (ParallelLoop loop =
        new ParallelLoop(
            model,
            List.of(search),
            (failed, failure) -> {
              throw new AssertionError(failure);
            })) {
      loop.step();
      loop.step();
      assertThat(search.provisional()).containsExactly(MASK, A, MASK);
      loop.step();
      assertThat(search.provisional()).containsExactly(B, A, MASK);
      search.finish(FinishReason.CANCELLED);
    }

    assertThat(ids(search.results().get(0))).containsExactly(B, A);
    assertThat(search.results().get(0).finishReason()).isEqualTo(FinishReason.CANCELLED);
  }
}
