package io.loquent.decoding.parallel.refine;

import static io.loquent.decoding.parallel.refine.Refining.A;
import static io.loquent.decoding.parallel.refine.Refining.B;
import static io.loquent.decoding.parallel.refine.Refining.C;
import static io.loquent.decoding.parallel.refine.Refining.INSERTION;
import static io.loquent.decoding.parallel.refine.Refining.LEVENSHTEIN;
import static io.loquent.decoding.parallel.refine.Refining.MASKED;
import static io.loquent.decoding.parallel.refine.Refining.VOCABULARY;
import static io.loquent.decoding.parallel.refine.Refining.arbitrary;
import static io.loquent.decoding.parallel.refine.Refining.ids;
import static io.loquent.decoding.parallel.refine.Refining.model;
import static io.loquent.decoding.parallel.refine.Refining.options;
import static io.loquent.decoding.parallel.refine.Refining.search;
import static io.loquent.decoding.parallel.refine.Refining.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.InferenceException;
import io.loquent.InvalidRequestException;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelModel.Family;
import io.loquent.decoding.parallel.ParallelModel.LengthMode;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RefinementSearchesTest {

  /** Answers everything; sources have outputs of other lengths. */
  private static ScriptedCanvasModel.Script random(int firstSource) {
    return new ScriptedCanvasModel.Script() {
      @Override
      public float[] logits(int source, int[] canvas, int slot) {
        return arbitrary(VOCABULARY, 9, canvas, slot, firstSource + source, 1);
      }

      @Override
      public float[] lengths(int source) {
        float[] lengths = arbitrary(9, 9, new int[0], firstSource + source, 0);
        lengths[2 + (firstSource + source) % 5] += 9;
        return lengths;
      }

      @Override
      public float[] deletion(int source, int[] canvas, int slot) {
        return arbitrary(2, 3, canvas, slot, firstSource + source, 2);
      }

      @Override
      public float[] insertion(int source, int[] canvas, int gap) {
        return canvas.length == 2 && canvas[0] == 0
            ? new float[VOCABULARY]
            : arbitrary(VOCABULARY, 5, canvas, gap, firstSource + source, 3);
      }
    };
  }

  private static final List<Map.Entry<ParallelModel, Object[]>> WAYS =
      List.of(
          Map.entry(MASKED, new Object[] {"length_beam", 3, "max_iterations", 5}),
          Map.entry(
              MASKED,
              new Object[] {"length_beam", 2, "do_sample", true, "seed", 5, "temperature", 1.5}),
          Map.entry(MASKED, new Object[] {"refinement", "iterative_refinement", "length_beam", 2}),
          Map.entry(
              MASKED,
              new Object[] {"refinement", "iterative_refinement", "do_sample", true, "top_k", 3}),
          Map.entry(
              MASKED, new Object[] {"refinement", "easy_first", "num_beams", 3, "length_beam", 2}),
          Map.entry(LEVENSHTEIN, new Object[] {"max_new_tokens", 9, "max_iterations", 4}),
          Map.entry(
              LEVENSHTEIN,
              new Object[] {
                "max_new_tokens", 9, "do_sample", true, "num_return_sequences", 3, "seed", 1
              }),
          Map.entry(INSERTION, new Object[] {"max_new_tokens", 9, "max_iterations", 4}),
          Map.entry(
              INSERTION,
              new Object[] {
                "max_new_tokens", 9, "do_sample", true, "num_return_sequences", 2, "seed", 2
              }));

  @Test
  void a_batched_search_equals_the_same_search_alone() {
    for (Map.Entry<ParallelModel, Object[]> way : WAYS) {
      for (int first = 0; first < 12; first += 3) {
        List<ParallelSearch> batch = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          batch.add(search(way.getKey(), way.getValue()));
        }
        ScriptedCanvasModel.run(random(first), batch.toArray(new ParallelSearch[0]));
        for (int i = 0; i < 3; i++) {
          List<Hypothesis> alone =
              Refining.run(random(first + i), search(way.getKey(), way.getValue()));
          assertThat(batch.get(i).results())
              .as("%s of source %s", List.of(way.getValue()), first + i)
              .isEqualTo(alone);
        }
      }
    }
  }

  @Test
  void a_model_says_which_algorithm_it_is_for() {
    ParallelModel ctc = model(Family.CTC, LengthMode.OPTION, 0, 1, false);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> search(ctc))
        .withMessageContaining("CTC")
        .withMessageContaining("LEVENSHTEIN");
  }

  @Test
  void a_model_without_the_tokens_that_its_family_needs_is_refused() {
    ParallelModel maskless =
        new ParallelModel(
            Family.CONDITIONAL_MASKED,
            VOCABULARY,
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            LengthMode.OPTION,
            0,
            1,
            false,
            0,
            OptionalInt.empty(),
            false);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> search(maskless))
        .withMessageContaining("mask token");
  }

  private static void assertRefused(
      ParallelModel model, String named, String advice, Object... options) {
    assertThatThrownBy(() -> search(model, options))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(named)
        .hasMessageContaining(advice);
  }

  @Test
  void options_that_would_be_ignored_are_refused() {
    assertRefused(MASKED, "repetition_penalty is 1.2", "mask-predict", "repetition_penalty", 1.2);
    assertRefused(MASKED, "no_repeat_ngram_size", "leave it out", "no_repeat_ngram_size", 2);
    assertRefused(MASKED, "num_beams is 3", "easy-first", "num_beams", 3);
    assertRefused(MASKED, "eos_penalty", "nothing is inserted", "eos_penalty", 1);
    assertRefused(MASKED, "steps", "max_iterations", "steps", 4);
    assertRefused(MASKED, "dag_beta", "mask-predict", "dag_beta", 1);
    assertRefused(
        MASKED, "bad_words_ids names [4, 5]", "single", "bad_words_ids", List.of(List.of(A, B)));
    assertRefused(LEVENSHTEIN, "length_beam", "not known", "length_beam", 2);
    assertRefused(LEVENSHTEIN, "refinement", "does not fill", "refinement", "mask_predict");
    assertRefused(INSERTION, "min_new_tokens", "insertion decoding", "min_new_tokens", 2);
    Object[] easy = {"refinement", "easy_first", "max_iterations", 3};
    assertRefused(MASKED, "max_iterations", "one slot per run", easy);
    Object[] drawn = {"refinement", "easy_first", "do_sample", true};
    assertRefused(MASKED, "do_sample", "most probable", drawn);
  }

  @Test
  void more_results_than_candidates_are_refused() {
    assertRefused(MASKED, "num_return_sequences is 2", "length_beam", "num_return_sequences", 2);
    assertRefused(INSERTION, "num_return_sequences is 2", "do_sample", "num_return_sequences", 2);
    assertRefused(MASKED, "rerank_model", "length_beam", "rerank_model", "teacher");
    assertRefused(LEVENSHTEIN, "rerank_model", "do_sample", "rerank_model", "teacher");
  }

  @Test
  void callbacks_that_need_a_prefix_are_refused() {
    assertThatThrownBy(
            () ->
                RefinementSearches.of(
                    setup(
                        MASKED,
                        null,
                        request -> request.logitsProcessor((tokens, scores) -> {}),
                        GenerationOptions.none())))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("logits processor");
    assertThatThrownBy(
            () ->
                RefinementSearches.of(
                    setup(
                        MASKED,
                        null,
                        request -> request.prefixAllowedTokens(tokens -> List.of(A)),
                        GenerationOptions.none())))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("prefixAllowedTokens");
  }

  @Test
  void options_that_do_nothing_are_taken() {
    assertThat(search(MASKED, "repetition_penalty", 1.0, "num_beams", 1, "do_sample", false))
        .isNotNull();
    GenerationOptions family =
        GenerationOptions.builder()
            .decoding(
                io.loquent.ParallelDecoding.maskPredict(3).lengthBeam(2).numReturnSequences(2))
            .build();
    ParallelSearch search =
        RefinementSearches.of(setup(MASKED, null, request -> request.options(family), family));
    assertThat(Refining.run(random(1), search)).hasSize(2);
  }

  @Test
  void defaults_that_do_not_fit_have_no_effect() {
    GenerationOptions defaults =
        options(
            "repetition_penalty",
            5,
            "num_beams",
            4,
            "no_repeat_ngram_size",
            1,
            "eos_penalty",
            9,
            "forced_eos_token_id",
            A,
            "sequence_bias",
            List.of(List.of(List.of(A, B), 100.0)),
            "bad_words_ids",
            List.of(List.of(C), List.of(A, B)));
    for (int source = 0; source < 10; source++) {
      ParallelSearch loud =
          RefinementSearches.of(setup(MASKED, null, request -> request, defaults));
      ParallelSearch plain = search(MASKED, "bad_words_ids", List.of(List.of(C)));
      assertThat(Refining.run(random(source), loud)).isEqualTo(Refining.run(random(source), plain));
    }
  }

  @Test
  void a_stopping_criterion_ends_a_result() {
    ParallelSearch search =
        RefinementSearches.of(
            setup(
                MASKED,
                null,
                request -> request.stoppingCriterion(tokens -> tokens.generatedLength() == 2),
                GenerationOptions.none(),
                "suppress_tokens",
                List.of(Refining.END)));
    // Its output has five tokens.
    Hypothesis result = Refining.run(random(3), search).get(0);

    assertThat(ids(result)).hasSize(2);
    assertThat(result.finishReason()).isEqualTo(FinishReason.STOPPING_CRITERION);
  }

  /** One shot at two slots, with the same logits wherever it looks. */
  private static ScriptedCanvasModel.Script twoSlots(float... logits) {
    return new ScriptedCanvasModel.Script() {
      @Override
      public float[] logits(int source, int[] canvas, int slot) {
        return logits.clone();
      }

      @Override
      public float[] lengths(int source) {
        return new float[] {0, 0, 1};
      }
    };
  }

  @Test
  void logits_that_are_no_numbers_can_be_passed_over() {
    ScriptedCanvasModel.Script script = twoSlots(0, 0, 0, 0, Float.NaN, 2, 1);

    assertThat(ids(Refining.run(script, search(MASKED, "remove_invalid_values", true)).get(0)))
        .containsExactly(B, B);
    assertThatThrownBy(() -> Refining.run(script, search(MASKED)))
        .rootCause()
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("NaN");
  }

  @Test
  void a_token_that_pads_and_ends_may_end_a_canvas_without_ends() {
    ScriptedCanvasModel.Script script = twoSlots(0, 0, 9, 0, 1, 2, 3);
    ParallelSearch both = search(MASKED, "pad_token_id", Refining.END);

    assertThat(ids(Refining.run(script, both).get(0))).containsExactly(Refining.END);
  }

  @Test
  void logits_may_be_those_of_the_slot_before() {
    ScriptedCanvasModel.Script bySlot =
        new ScriptedCanvasModel.Script() {
          @Override
          public float[] logits(int source, int[] canvas, int slot) {
            return Refining.likely(A + slot, 0.9);
          }

          @Override
          public float[] lengths(int source) {
            return new float[] {0, 0, 0, 1};
          }
        };
    ParallelModel shifted =
        new ParallelModel(
            Family.CONDITIONAL_MASKED,
            VOCABULARY,
            OptionalInt.of(Refining.MASK),
            OptionalInt.of(Refining.BEGIN),
            OptionalInt.of(Refining.END),
            OptionalInt.empty(),
            LengthMode.CLASSES,
            0,
            1,
            false,
            1,
            OptionalInt.empty(),
            false);

    assertThat(ids(Refining.run(bySlot, search(shifted, "max_iterations", 1)).get(0)))
        .containsExactly(A, A, B);
  }

  @Test
  void a_single_candidate_is_not_scored_again() {
    ParallelSearch search =
        search(
            MASKED,
            candidates -> {
              throw new AssertionError("there is nothing to choose");
            });

    assertThat(ids(Refining.run(twoSlots(0, 0, 0, 0, 1, 2, 3), search).get(0)))
        .containsExactly(C, C);
  }

  @Test
  void sampling_at_a_low_temperature_takes_the_most_probable_tokens() {
    for (int source = 0; source < 10; source++) {
      // No two tokens may be equally probable here.
      int key = source;
      ScriptedCanvasModel.Script script =
          new ScriptedCanvasModel.Script() {
            @Override
            public float[] logits(int row, int[] canvas, int slot) {
              return arbitrary(VOCABULARY, 1 << 20, canvas, slot, key);
            }

            @Override
            public float[] lengths(int row) {
              return new float[] {0, 0, 0, 0, 1};
            }
          };
      Object[] cold = {
        "do_sample", true, "temperature", 1e-3, "refinement", "iterative_refinement"
      };
      assertThat(ids(Refining.run(script, search(MASKED, cold)).get(0)))
          .isEqualTo(
              ids(
                  Refining.run(script, search(MASKED, "refinement", "iterative_refinement"))
                      .get(0)));
    }
  }
}
