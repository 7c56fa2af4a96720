package io.loquent.decoding.parallel.refine;

import static io.loquent.decoding.parallel.refine.Refining.A;
import static io.loquent.decoding.parallel.refine.Refining.B;
import static io.loquent.decoding.parallel.refine.Refining.BEGIN;
import static io.loquent.decoding.parallel.refine.Refining.C;
import static io.loquent.decoding.parallel.refine.Refining.END;
import static io.loquent.decoding.parallel.refine.Refining.MASK;
import static io.loquent.decoding.parallel.refine.Refining.MASKED;
import static io.loquent.decoding.parallel.refine.Refining.ids;
import static io.loquent.decoding.parallel.refine.Refining.likely;
import static io.loquent.decoding.parallel.refine.Refining.model;
import static io.loquent.decoding.parallel.refine.Refining.search;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FinishReason;
import io.loquent.InferenceException;
import io.loquent.InvalidRequestException;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelModel.Family;
import io.loquent.decoding.parallel.ParallelModel.LengthMode;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LengthPredictionTest {

  private final List<int[]> canvases = new ArrayList<>();

  /** A model that scores lengths, and is the surer of A the fewer slots there are. */
  private ScriptedCanvasModel.Script script(float... lengths) {
    return new ScriptedCanvasModel.Script() {
      @Override
      public float[] logits(int source, int[] canvas, int slot) {
        if (canvases.isEmpty() || canvases.get(canvases.size() - 1) != canvas) {
          canvases.add(canvas);
        }
        float[] logits = likely(A, 0.9 - 0.1 * canvas.length);
        logits[END] = canvas[0] == BEGIN ? 9 : -30;
        return logits;
      }

      @Override
      public float[] lengths(int source) {
        return lengths;
      }
    };
  }

  private static ParallelModel masked(LengthMode mode, int offset, double upsample) {
    return model(Family.CONDITIONAL_MASKED, mode, offset, upsample, false);
  }

  /** The lengths of all candidates in the order of their rows. */
  private List<Integer> lengths(
      ParallelModel model, float[] lengthLogits, Object... namesAndValues) {
    canvases.clear();
    List<Object> options = new ArrayList<>(List.of(namesAndValues));
    options.addAll(List.of("max_iterations", 1));
    Refining.run(script(lengthLogits), search(model, options.toArray()));
    return canvases.stream().map(canvas -> canvas.length).toList();
  }

  @Test
  void classes_are_lengths_and_zero_is_none() {
    float[] logits = {9, 1, 3, 2};
    assertThat(lengths(MASKED, logits)).containsExactly(2);
    assertThat(lengths(MASKED, logits, "length_beam", 2)).containsExactly(2, 3);
    assertThat(lengths(MASKED, logits, "length_beam", 9)).containsExactly(2, 3, 1);
    assertThat(lengths(MASKED, new float[] {0, 5, 5, 5}, "length_beam", 2)).containsExactly(1, 2);
  }

  @Test
  void the_first_class_may_stand_for_another_length() {
    assertThat(lengths(masked(LengthMode.CLASSES, 3, 1), new float[] {0, 4, 3}, "length_beam", 2))
        .containsExactly(4, 5);
  }

  @Test
  void offset_classes_count_from_the_source() {
    // The source has 3 tokens, so the classes stand for -1, 0, 1, 2 and 3.
    ParallelModel model = masked(LengthMode.OFFSET_CLASSES, 4, 1);
    assertThat(lengths(model, new float[] {9, 8, 1, 3, 2}, "length_beam", 2)).containsExactly(2, 3);
  }

  @Test
  void the_source_says_the_length_and_the_beam_goes_around_it() {
    ParallelModel model = masked(LengthMode.SOURCE, 0, 1.5);
    assertThat(lengths(model, new float[0])).containsExactly(5);
    assertThat(lengths(model, new float[0], "length_beam", 3)).containsExactly(4, 5, 6);
    assertThat(lengths(model, new float[0], "length_beam", 4)).containsExactly(3, 4, 5, 6);
  }

  @Test
  void the_options_say_the_length() {
    ParallelModel model = masked(LengthMode.OPTION, 0, 1);
    assertThat(lengths(model, new float[0], "max_new_tokens", 4)).containsExactly(4);
    assertThat(lengths(model, new float[0], "max_new_tokens", 4, "length_beam", 3))
        .containsExactly(3, 4);
    assertThat(lengths(model, new float[0], "max_new_tokens", 1, "length_beam", 5))
        .containsExactly(1);
  }

  @Test
  void lengths_keep_to_the_options_limits() {
    float[] logits = {0, 1, 2, 3, 9};
    assertThat(lengths(MASKED, logits, "max_new_tokens", 2, "length_beam", 2))
        .containsExactly(2, 1);
    assertThat(lengths(MASKED, new float[] {0, 9, 1}, "min_new_tokens", 2)).containsExactly(2);
  }

  @Test
  void a_result_that_would_be_longer_says_so() {
    float[] logits = {0, 1, 2, 3, 9};
    Hypothesis cut = Refining.run(script(logits), search(MASKED, "max_new_tokens", 2)).get(0);
    Hypothesis whole = Refining.run(script(logits), search(MASKED, "max_new_tokens", 4)).get(0);

    assertThat(ids(cut)).containsExactly(A, A);
    assertThat(cut.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
    assertThat(ids(whole)).hasSize(4);
    assertThat(whole.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
  }

  @Test
  void a_canvas_may_have_ends_that_stay() {
    ParallelModel model = model(Family.CONDITIONAL_MASKED, LengthMode.CLASSES, 0, 1, true);

    Hypothesis result = Refining.run(script(0, 0, 9), search(model, "max_iterations", 2)).get(0);

    assertThat(ids(result)).containsExactly(A, A);
    assertThat(canvases.get(0)).containsExactly(BEGIN, MASK, MASK, END);
    assertThat(canvases.get(1)).containsExactly(BEGIN, MASK, A, END);
  }

  @Test
  void the_candidate_with_the_best_mean_log_probability_wins() {
    ParallelSearch search =
        search(MASKED, "length_beam", 3, "max_iterations", 1, "num_return_sequences", 2);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(script(0, 1, 2, 3), search);

    assertThat(model.rowsPerRun).containsExactly(3);
    assertThat(search.results())
        .extracting(Refining::ids)
        .containsExactly(List.of(A), List.of(A, A));
    assertThat(search.results().get(1).score()).isCloseTo(Math.log(0.7), within(1e-6));
  }

  @Test
  void candidates_that_are_done_leave_the_batch() {
    ParallelSearch search = search(MASKED, "length_beam", 3, "max_iterations", 3);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(script(0, 1, 2, 3), search);

    // Of 3 tokens 2 and then 1 are masked again; of 2 one; of 1 none.
    assertThat(model.rowsPerRun.get(0)).isEqualTo(3);
    assertThat(model.rowsPerRun.get(1)).isEqualTo(2);
    assertThat(search.results()).hasSize(1);
  }

  @Test
  void a_reranker_chooses_among_all_candidates_at_once() {
    List<List<Integer>> seen = new ArrayList<>();
    ParallelSearch search =
        search(
            MASKED,
            candidates -> {
              candidates.forEach(candidate -> seen.add(Arrays.stream(candidate).boxed().toList()));
              return candidates.stream().mapToDouble(candidate -> candidate.length - 9.0).toArray();
            },
            "length_beam",
            3,
            "num_return_sequences",
            3,
            "rerank_model",
            "teacher");

    List<Hypothesis> results = Refining.run(script(0, 1, 2, 3), search);

    assertThat(seen).containsExactly(List.of(A, A, A), List.of(A, A), List.of(A));
    assertThat(results).extracting(Hypothesis::score).containsExactly(-6.0, -7.0, -8.0);
    assertThat(ids(results.get(0))).containsExactly(A, A, A);
  }

  @Test
  void a_reranker_that_gives_no_number_is_told_apart() {
    ParallelSearch search =
        search(MASKED, candidates -> new double[] {Double.NaN, 0}, "length_beam", 2);

    assertThatThrownBy(() -> Refining.run(script(0, 1, 2, 3), search))
        .rootCause()
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("NaN")
        .hasMessageContaining("rerank_model");
  }

  @Test
  void lengths_that_are_no_numbers_or_lead_nowhere_are_failures() {
    assertThatThrownBy(() -> lengths(MASKED, new float[] {0, Float.NaN}))
        .rootCause()
        .isInstanceOf(InferenceException.class);
    assertThatThrownBy(() -> lengths(MASKED, new float[] {0}))
        .rootCause()
        .hasMessageContaining("length class");
    assertThatThrownBy(() -> lengths(MASKED, new float[0]))
        .rootCause()
        .hasMessageContaining("length logits");
  }

  @Test
  void a_source_without_tokens_says_no_length() {
    ParallelModel model = masked(LengthMode.SOURCE, 0, 1);
    ParallelSetup setup = Refining.setup(model, null, request -> request, Refining.options());
    ParallelSearch search =
        RefinementSearches.of(new ParallelSetup(setup.search(), model, new int[0], null));

    assertThatThrownBy(() -> Refining.run(script(), search))
        .rootCause()
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("no tokens");
  }

  @Test
  void tokens_of_all_kinds_can_be_forbidden() {
    ScriptedCanvasModel.Script script = script(0, 0, 9);
    assertThat(
            ids(Refining.run(script, search(MASKED, "bad_words_ids", List.of(List.of(A)))).get(0)))
        .containsExactly(B, B);
    assertThat(ids(Refining.run(script, search(MASKED, "suppress_tokens", List.of(A, B))).get(0)))
        .containsExactly(C, C);
    assertThat(
            ids(
                Refining.run(
                        script,
                        search(MASKED, "begin_suppress_tokens", List.of(A), "max_iterations", 1))
                    .get(0)))
        .containsExactly(B, A);
  }
}
