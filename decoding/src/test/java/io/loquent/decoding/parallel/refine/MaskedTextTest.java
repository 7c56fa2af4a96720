package io.loquent.decoding.parallel.refine;

import static io.loquent.decoding.parallel.refine.Refining.A;
import static io.loquent.decoding.parallel.refine.Refining.B;
import static io.loquent.decoding.parallel.refine.Refining.C;
import static io.loquent.decoding.parallel.refine.Refining.END;
import static io.loquent.decoding.parallel.refine.Refining.MASK;
import static io.loquent.decoding.parallel.refine.Refining.VOCABULARY;
import static io.loquent.decoding.parallel.refine.Refining.arbitrary;
import static io.loquent.decoding.parallel.refine.Refining.ids;
import static io.loquent.decoding.parallel.refine.Refining.likely;
import static io.loquent.decoding.parallel.refine.Refining.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.parallel.ParallelLoop;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Given texts whose masks are filled, as masked language models do. */
class MaskedTextTest {

  private static final ParallelModel MODEL =
      Refining.model(
          ParallelModel.Family.MASKED_LANGUAGE_MODEL, ParallelModel.LengthMode.SOURCE, 0, 1, false);

  /** The first mask is easier; once it is B, the second one becomes A. */
  private static final ScriptedCanvasModel.Script SECOND_AFTER_FIRST =
      (source, canvas, slot) ->
          slot == 1 ? likely(B, 0.8) : canvas[1] == B ? likely(A, 0.7) : likely(C, 0.6);

  private static ParallelSearch search(int[] text, Object... namesAndValues) {
    return search(text, GenerationOptions.none(), namesAndValues);
  }

  private static ParallelSearch search(
      int[] text, GenerationOptions defaults, Object... namesAndValues) {
    ParallelSetup setup = Refining.setup(MODEL, null, request -> request, defaults, namesAndValues);
    return RefinementSearches.of(new ParallelSetup(setup.search(), MODEL, text, null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mask_predict", "easy_first", "iterative_refinement"})
  void only_masks_are_filled_and_the_result_is_the_whole_text(String strategy) {
    ParallelSearch search = search(new int[] {A, MASK, C, MASK}, "refinement", strategy);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(SECOND_AFTER_FIRST, search);

    Hypothesis result = search.results().get(0);
    assertThat(ids(result)).containsExactly(A, B, C, A);
    assertThat(result.tokens().stream().map(ChosenToken::logProbability))
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-6 ? 0 : 1)
        .containsExactly(0.0, Math.log(0.8), 0.0, Math.log(0.7));
    assertThat(result.score()).isCloseTo(Math.log(0.8 * 0.7) / 2, within(1e-6));
    assertThat(result.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
    assertThat(model.runs).isEqualTo(strategy.equals("iterative_refinement") ? 3 : 2);
  }

  @Test
  void beams_give_several_fillings_the_best_first() {
    ParallelSearch search =
        search(
            new int[] {A, MASK, C, MASK},
            "refinement",
            "easy_first",
            "num_beams",
            2,
            "num_return_sequences",
            2);

    ScriptedCanvasModel.run(SECOND_AFTER_FIRST, search);

    // Both beams begin with what is likeliest in the first run: B (0.8), and C in the last (0.6).
    assertThat(search.results()).hasSize(2);
    assertThat(ids(search.results().get(0))).containsExactly(A, B, C, A);
    assertThat(search.results().get(0).score()).isCloseTo(Math.log(0.8 * 0.7) / 2, within(1e-6));
    assertThat(ids(search.results().get(1))).containsExactly(A, B, C, C);
    assertThat(search.results().get(1).score()).isCloseTo(Math.log(0.6 * 0.8) / 2, within(1e-6));
  }

  @Test
  void several_fillings_are_drawn_at_random() {
    ParallelSearch search =
        search(
            new int[] {MASK, A, MASK, MASK},
            "do_sample",
            true,
            "num_return_sequences",
            5,
            "max_iterations",
            1,
            "seed",
            3L);

    ScriptedCanvasModel.run(
        (source, canvas, slot) -> arbitrary(VOCABULARY, 2, canvas, slot), search);

    assertThat(search.results()).hasSize(5);
    assertThat(search.results())
        .allSatisfy(
            result -> {
              assertThat(ids(result)).hasSize(4).doesNotContain(MASK, END);
              assertThat(ids(result).get(1)).isEqualTo(A);
            });
    assertThat(search.results().stream().map(Refining::ids).distinct().count()).isGreaterThan(1);
  }

  @Test
  void end_tokens_in_the_text_do_not_end_it_and_none_is_filled_in() {
    ParallelSearch search = search(new int[] {A, END, MASK, END});

    ScriptedCanvasModel.run(
        (source, canvas, slot) -> {
          float[] logits = likely(C, 0.9);
          logits[END] = 50;
          return logits;
        },
        search);

    assertThat(ids(search.results().get(0))).containsExactly(A, END, C, END);
  }

  @Test
  void a_stopped_search_gives_what_comes_before_the_first_mask() {
    ParallelSearch search = search(new int[] {A, MASK, C});
    try (ParallelLoop loop =
        new ParallelLoop(
            new ScriptedCanvasModel(SECOND_AFTER_FIRST, 1),
            List.of(search),
            (one, failure) -> {})) {
      loop.prefill(1);
      assertThat(search.provisional()).containsExactly(A, MASK, C);
      search.finish(FinishReason.CANCELLED);
    }

    assertThat(ids(search.results().get(0))).containsExactly(A);
    assertThat(search.results().get(0).finishReason()).isEqualTo(FinishReason.CANCELLED);
  }

  @Test
  void a_text_is_filled_among_others_as_it_is_alone() {
    int[][] texts = {{MASK}, {A, MASK, MASK, B, MASK}, {MASK, MASK, C}, {B, B, MASK, A}};
    for (String strategy : List.of("mask_predict", "easy_first", "iterative_refinement")) {
      List<ParallelSearch> together = new ArrayList<>();
      for (int[] text : texts) {
        together.add(search(text, "refinement", strategy));
      }
      ScriptedCanvasModel.Script script =
          (source, canvas, slot) -> arbitrary(VOCABULARY, 40, canvas, slot);
      ScriptedCanvasModel.run(script, together.toArray(new ParallelSearch[0]));
      for (int i = 0; i < texts.length; i++) {
        ParallelSearch alone = search(texts[i], "refinement", strategy);
        ScriptedCanvasModel.run(script, alone);
        assertThat(together.get(i).results())
            .as(Arrays.toString(texts[i]))
            .isEqualTo(alone.results());
      }
    }
  }

  @Test
  void a_text_without_a_mask_is_refused() {
    assertThatThrownBy(() -> search(new int[] {A, B}))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("no mask")
        .hasMessageContaining("token id " + MASK);
  }

  @ParameterizedTest
  @CsvSource({"max_new_tokens,1,2 masks", "max_length,2,3 tokens"})
  void limits_that_leave_no_room_for_the_text_are_refused(String option, int value, String found) {
    assertThatThrownBy(() -> search(new int[] {MASK, A, MASK}, option, value))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(option + " is " + value)
        .hasMessageContaining(found);
  }

  @ParameterizedTest
  @CsvSource({"max_new_tokens,2", "max_length,3", "max_new_tokens,100"})
  void limits_that_the_text_keeps_to_change_nothing(String option, int value) {
    ParallelSearch search = search(new int[] {MASK, A, MASK}, option, value);
    ScriptedCanvasModel.run((source, canvas, slot) -> likely(B, 0.5), search);
    assertThat(ids(search.results().get(0))).containsExactly(B, A, B);
  }

  @Test
  void defaults_that_mean_nothing_here_are_passed_over() {
    GenerationOptions defaults =
        options("max_new_tokens", 1, "length_beam", 3, "min_new_tokens", 9, "eos_token_id", A);
    ParallelSearch search = search(new int[] {A, MASK, B}, defaults);
    ScriptedCanvasModel.run((source, canvas, slot) -> likely(B, 0.5), search);
    assertThat(ids(search.results().get(0))).containsExactly(A, B, B);
  }

  @ParameterizedTest
  @CsvSource({
    "length_beam,2",
    "min_new_tokens,1",
    "min_length,1",
    "eos_token_id,2",
    "rerank_model,there",
    "eos_penalty,1.5",
    "num_return_sequences,2",
    "num_beams,2",
    "steps,3"
  })
  void options_that_mean_nothing_here_are_refused(String option, String value) {
    Object parsed =
        value.matches("\\d+") ? Integer.valueOf(value) : value.equals("1.5") ? 1.5 : value;
    assertThatThrownBy(() -> search(new int[] {A, MASK}, option, parsed))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(option);
  }

  @Test
  void stop_strings_are_refused() {
    assertThatThrownBy(() -> search(new int[] {A, MASK}, "stop_strings", List.of("x")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("stop_strings");
  }
}
