package io.loquent.decoding.parallel.refine;

import static io.loquent.decoding.parallel.refine.Refining.A;
import static io.loquent.decoding.parallel.refine.Refining.B;
import static io.loquent.decoding.parallel.refine.Refining.C;
import static io.loquent.decoding.parallel.refine.Refining.MASK;
import static io.loquent.decoding.parallel.refine.Refining.MASKED;
import static io.loquent.decoding.parallel.refine.Refining.VOCABULARY;
import static io.loquent.decoding.parallel.refine.Refining.arbitrary;
import static io.loquent.decoding.parallel.refine.Refining.ids;
import static io.loquent.decoding.parallel.refine.Refining.likely;
import static io.loquent.decoding.parallel.refine.Refining.search;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IterativeRefinementTest {

  /** What the model makes of a canvas of two tokens; ever surer of it. */
  private static ScriptedCanvasModel.Script steps(Map<List<Integer>, List<Integer>> steps) {
    return new ScriptedCanvasModel.Script() {
      @Override
      public float[] logits(int source, int[] canvas, int slot) {
        List<Integer> next = steps.get(Arrays.stream(canvas).boxed().toList());
        assertThat(next).isNotNull();
        return likely(next.get(slot), canvas[0] == MASK ? 0.5 : 0.8);
      }

      @Override
      public float[] lengths(int source) {
        return new float[] {0, 0, 1};
      }
    };
  }

  private static final ScriptedCanvasModel.Script THREE_STEPS =
      steps(
          Map.of(
              List.of(MASK, MASK), List.of(A, A),
              List.of(A, A), List.of(A, B),
              List.of(A, B), List.of(C, B),
              List.of(C, B), List.of(C, B)));

  @Test
  void all_tokens_are_predicted_again_until_none_changes() {
    ParallelSearch search = search(MASKED, "refinement", "iterative_refinement");

    ScriptedCanvasModel model = ScriptedCanvasModel.run(THREE_STEPS, search);

    assertThat(ids(search.results().get(0))).containsExactly(C, B);
    assertThat(model.runs).isEqualTo(4);
    assertThat(search.results().get(0).score()).isCloseTo(Math.log(0.8), within(1e-6));
  }

  @Test
  void it_ends_with_the_last_iteration_too() {
    ParallelSearch search =
        search(MASKED, "refinement", "iterative_refinement", "max_iterations", 2);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(THREE_STEPS, search);

    assertThat(ids(search.results().get(0))).containsExactly(A, B);
    assertThat(model.runs).isEqualTo(2);
  }

  @Test
  void candidates_end_each_at_their_own_time() {
    // One token is certain at once; two go through all steps.
    ScriptedCanvasModel.Script script =
        new ScriptedCanvasModel.Script() {
          @Override
          public float[] logits(int source, int[] canvas, int slot) {
            return canvas.length == 1 ? likely(A, 0.5) : THREE_STEPS.logits(source, canvas, slot);
          }

          @Override
          public float[] lengths(int source) {
            return new float[] {0, 5, 1};
          }
        };
    ParallelSearch search = search(MASKED, "refinement", "iterative_refinement", "length_beam", 2);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(script, search);

    assertThat(model.rowsPerRun).containsExactly(2, 2, 1, 1);
    assertThat(ids(search.results().get(0))).containsExactly(C, B);
  }

  @Test
  void sampling_comes_to_a_fixed_point_where_the_model_does() {
    ScriptedCanvasModel.Script constant =
        new ScriptedCanvasModel.Script() {
          @Override
          public float[] logits(int source, int[] canvas, int slot) {
            return arbitrary(VOCABULARY, 4, new int[0], slot);
          }

          @Override
          public float[] lengths(int source) {
            return new float[] {0, 0, 0, 0, 0, 0, 1};
          }
        };
    ParallelSearch search =
        search(MASKED, "refinement", "iterative_refinement", "do_sample", true, "seed", 3);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(constant, search);

    assertThat(model.runs).isEqualTo(2);
    assertThat(ids(search.results().get(0))).hasSize(6);
  }
}
