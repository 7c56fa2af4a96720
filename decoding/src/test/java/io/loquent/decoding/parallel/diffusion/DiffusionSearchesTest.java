package io.loquent.decoding.parallel.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FinishReason;
import io.loquent.GenerationRequest;
import io.loquent.Token.TopToken;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Runs;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.ParallelLoop;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import io.loquent.decoding.parallel.ScriptedCanvasModel.Script;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DiffusionSearchesTest {

  private static final int VOCABULARY = 8;
  private static final int MASK = VOCABULARY - 1;
  private static final int[] PROMPT = {1, 2};

  @Test
  void a_threshold_of_1_is_one_slot_per_run() {
    for (int salt = 0; salt < 20; salt++) {
      Script script = DiffusionRuns.restless(VOCABULARY, salt);
      ParallelSearch one = DiffusionRuns.search(VOCABULARY, PROMPT, "max_new_tokens", 9);
      ParallelSearch sure =
          DiffusionRuns.search(VOCABULARY, PROMPT, "max_new_tokens", 9, "threshold", 1.0);
      assertThat(ScriptedCanvasModel.run(script, one).runs).isEqualTo(9);
      assertThat(ScriptedCanvasModel.run(script, sure).runs).isEqualTo(9);
      assertThat(sure.results()).isEqualTo(one.results());
    }
  }

  @Test
  void steps_say_how_many_runs_there_are() {
    Script script = DiffusionRuns.restless(VOCABULARY, 1);
    for (int steps = 3; steps <= 10; steps++) {
      ParallelSearch search =
          DiffusionRuns.search(
              VOCABULARY, PROMPT, "max_new_tokens", 10, "block_length", 4, "steps", steps);
      assertThat(ScriptedCanvasModel.run(script, search).runs).isEqualTo(steps);
      assertThat(DiffusionRuns.first(search).tokens()).hasSize(10);
    }
  }

  @Test
  void blocks_are_filled_from_left_to_right() {
    Script rightIsSurest =
        (source, canvas, slot) -> {
          float[] logits = new float[VOCABULARY];
          logits[slot % 5] = 1 + slot;
          return logits;
        };
    ParallelSearch search =
        DiffusionRuns.search(VOCABULARY, PROMPT, "max_new_tokens", 6, "block_length", 3);
    List<String> canvases = new ArrayList<>();
    ScriptedCanvasModel model = new ScriptedCanvasModel(rightIsSurest, 1);
    try (ParallelLoop loop = new ParallelLoop(model, List.of(search), (failed, why) -> {})) {
      while (loop.step()) {
        canvases.add(
            IntStream.of(search.provisional())
                    .mapToObj(id -> id == MASK ? "_" : "" + id)
                    .collect(Collectors.joining())
                + " "
                + search.settled());
      }
    }
    assertThat(canvases)
        .containsExactly("______ 0", "__4___ 0", "_34___ 0", "234___ 3", "234__2 3", "234_12 3");
    assertThat(Runs.ids(DiffusionRuns.first(search))).containsExactly(2, 3, 4, 0, 1, 2);
    assertThat(DiffusionRuns.first(search).finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
  }

  @Test
  void log_probabilities_are_those_of_the_run_that_filled_the_slot() {
    Script table = (source, canvas, slot) -> DiffusionRuns.logs(0.2, 0.7, 0.1);
    ParallelSearch search = DiffusionRuns.search(4, PROMPT, "max_new_tokens", 2, "top_logprobs", 2);
    ScriptedCanvasModel.run(table, search);
    ChosenToken token = DiffusionRuns.first(search).tokens().get(0);
    assertThat(token.id()).isEqualTo(1);
    assertThat(token.logProbability()).isCloseTo(Math.log(0.7), within(1e-6));
    // To the model itself the mask is likely too.
    assertThat(token.rawLogProbability())
        .isCloseTo(Math.log(0.7 / (1 + Math.exp(9))), within(1e-5));
    assertThat(token.top()).extracting(TopToken::id).containsExactly(1, 0);
    assertThat(DiffusionRuns.first(search).score()).isCloseTo(2 * Math.log(0.7), within(1e-6));
  }

  @Test
  void shifted_logits_are_read_one_slot_to_the_left() {
    for (int salt = 0; salt < 10; salt++) {
      Script plain = DiffusionRuns.restless(VOCABULARY, salt);
      Script shifted = (source, canvas, slot) -> plain.logits(source, canvas, slot + 1);
      Object[] options = {"max_new_tokens", 6, "block_length", 2, "threshold", 0.6};
      ParallelSearch here =
          DiffusionRuns.search(DiffusionRuns.model(VOCABULARY, 0, true), PROMPT, options);
      ParallelSearch left =
          DiffusionRuns.search(DiffusionRuns.model(VOCABULARY, 1, true), PROMPT, options);
      ScriptedCanvasModel.run(plain, here);
      ScriptedCanvasModel.run(shifted, left);
      assertThat(left.results()).isEqualTo(here.results());
    }
  }

  @Test
  void without_a_prompt_the_first_slot_has_its_own_logits_where_they_are_shifted() {
    SearchSetup setup = Runs.setup(4, new int[] {0}, "max_new_tokens", 3, "steps", 1);
    SearchSetup withoutPrompt =
        new SearchSetup(
            setup.request(),
            setup.options(),
            new SearchPrompt(new int[0], new int[0], Integer.MAX_VALUE),
            4,
            null,
            0);
    Script bySlot =
        (source, canvas, slot) -> {
          float[] logits = new float[4];
          logits[slot] = 1;
          return logits;
        };
    ParallelSearch search = DiffusionRuns.of(DiffusionRuns.model(4, 1, true), withoutPrompt);
    assertThat(DiffusionRuns.ids(bySlot, search)).containsExactly(0, 0, 1);
  }

  @Test
  void guidance_moves_logits_away_from_those_without_prompt() {
    Script script =
        (source, canvas, slot) ->
            canvas[0] == 3 ? new float[] {2, 0, 0, 5} : new float[] {2, 1.9f, 0, 5};
    ParallelSearch plain = DiffusionRuns.search(4, new int[] {1}, "max_new_tokens", 1);
    assertThat(plain.promptRows()).isEqualTo(1);
    assertThat(DiffusionRuns.ids(script, plain)).containsExactly(0);
    ParallelSearch guided =
        DiffusionRuns.search(4, new int[] {1}, "max_new_tokens", 1, "guidance_scale", 2.0);
    assertThat(guided.promptRows()).isEqualTo(2);
    ScriptedCanvasModel.run(script, guided);
    // 2 * (2, 1.9, 0) - (2, 0, 0)
    ChosenToken token = DiffusionRuns.first(guided).tokens().get(0);
    assertThat(token.id()).isEqualTo(1);
    double sum = Math.exp(2) + Math.exp(3.8) + 1;
    assertThat(token.logProbability()).isCloseTo(3.8 - Math.log(sum), within(1e-5));
    double rawSum = Math.exp(2) + Math.exp(1.9) + 1 + Math.exp(5);
    assertThat(token.rawLogProbability()).isCloseTo(1.9 - Math.log(rawSum), within(1e-5));
  }

  @Test
  void the_row_without_prompt_gets_every_token_that_is_filled_in() {
    Set<String> unconditional = new HashSet<>();
    Script script =
        (source, canvas, slot) -> {
          if (canvas[0] == 3) {
            unconditional.add(Arrays.toString(canvas));
          }
          return new float[] {0, 1, 0, 0};
        };
    ParallelSearch search =
        DiffusionRuns.search(4, new int[] {0}, "max_new_tokens", 2, "guidance_scale", 1.5);
    ScriptedCanvasModel.run(script, search);
    assertThat(unconditional).containsExactlyInAnyOrder("[3, 3, 3]", "[3, 1, 3]");
  }

  @Test
  void remasking_ends_with_a_full_canvas_after_as_many_runs_as_were_asked_for() {
    Script script = DiffusionRuns.restless(VOCABULARY, 5);
    Set<List<Integer>> found = new HashSet<>();
    for (int seed = 0; seed < 20; seed++) {
      Object[] options = {
        "max_new_tokens", 8, "block_length", 4, "steps", 8, "remasking", 0.8, "seed", seed
      };
      ParallelSearch first = DiffusionRuns.search(VOCABULARY, PROMPT, options);
      ParallelSearch second = DiffusionRuns.search(VOCABULARY, PROMPT, options);
      assertThat(ScriptedCanvasModel.run(script, first).runs).isEqualTo(8);
      ScriptedCanvasModel.run(script, second);
      assertThat(second.results()).isEqualTo(first.results());
      assertThat(Runs.ids(DiffusionRuns.first(first))).hasSize(8).doesNotContain(MASK);
      found.add(Runs.ids(DiffusionRuns.first(first)));
    }
    assertThat(found).hasSizeGreaterThan(5);
  }

  @Test
  void remasking_may_take_more_runs_than_there_are_slots() {
    ParallelSearch search =
        DiffusionRuns.search(
            VOCABULARY, PROMPT, "max_new_tokens", 4, "steps", 12, "remasking", 1.0, "seed", 3);
    assertThat(ScriptedCanvasModel.run(DiffusionRuns.restless(VOCABULARY, 6), search).runs)
        .isGreaterThan(4)
        .isLessThanOrEqualTo(12);
    assertThat(DiffusionRuns.first(search).tokens()).hasSize(4);
  }

  @Test
  void an_end_token_ends_the_runs_as_soon_as_all_before_it_is_filled() {
    for (int salt = 0; salt < 30; salt++) {
      Script script = DiffusionRuns.restless(VOCABULARY, salt);
      Object[] options = {"max_new_tokens", 12, "block_length", 4};
      ParallelSearch whole = DiffusionRuns.search(VOCABULARY, PROMPT, options);
      ParallelSearch ending =
          DiffusionRuns.search(
              VOCABULARY, PROMPT, "max_new_tokens", 12, "block_length", 4, "eos_token_id", 3);
      ScriptedCanvasModel.run(script, whole);
      int runs = ScriptedCanvasModel.run(script, ending).runs;
      List<Integer> all = Runs.ids(DiffusionRuns.first(whole));
      int end = all.indexOf(3);
      Hypothesis result = DiffusionRuns.first(ending);
      if (end < 0) {
        assertThat(result.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
        assertThat(runs).isEqualTo(12);
      } else {
        assertThat(result.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
        assertThat(runs).isBetween(end + 1, (end / 4 + 1) * 4);
      }
      assertThat(Runs.ids(result)).isEqualTo(end < 0 ? all : all.subList(0, end + 1));
      assertThat(result.tokens())
          .isEqualTo(DiffusionRuns.first(whole).tokens().subList(0, result.tokens().size()));
    }
  }

  @Test
  void a_stopping_criterion_ends_a_result_where_it_would_end_an_autoregressive_one() {
    ParallelSearch search =
        DiffusionRuns.search(
            VOCABULARY,
            PROMPT,
            request -> request.stoppingCriterion(tokens -> tokens.generatedLength() == 3),
            "max_new_tokens",
            6);
    Script script = DiffusionRuns.restless(VOCABULARY, 2);
    assertThat(DiffusionRuns.ids(script, search)).hasSize(3);
    assertThat(DiffusionRuns.first(search).finishReason())
        .isEqualTo(FinishReason.STOPPING_CRITERION);
  }

  @Test
  void neither_mask_nor_begin_nor_padding_is_filled_in_but_end_tokens_are() {
    Script script = (source, canvas, slot) -> new float[] {5, 6, 1, 9};
    Object[] base = {"max_new_tokens", 1, "bos_token_id", 1, "pad_token_id", 0};
    assertThat(DiffusionRuns.ids(script, DiffusionRuns.search(4, PROMPT, base))).containsExactly(2);
    assertThat(
            DiffusionRuns.ids(
                script,
                DiffusionRuns.search(
                    4,
                    PROMPT,
                    "max_new_tokens",
                    1,
                    "bos_token_id",
                    1,
                    "pad_token_id",
                    0,
                    "eos_token_id",
                    0)))
        .containsExactly(0);
  }

  @Test
  void options_for_single_tokens_and_positions_hold_at_every_slot() {
    Script script = (source, canvas, slot) -> new float[] {5, 4, 3, 2, 1, 0};
    assertThat(
            DiffusionRuns.ids(
                script,
                DiffusionRuns.search(
                    6,
                    PROMPT,
                    "max_new_tokens",
                    4,
                    "steps",
                    1,
                    "eos_token_id",
                    0,
                    "min_new_tokens",
                    3,
                    "suppress_tokens",
                    List.of(1),
                    "begin_suppress_tokens",
                    List.of(2),
                    "bad_words_ids",
                    List.of(List.of(3)))))
        .containsExactly(4, 2, 2, 0);
  }

  @Test
  void several_sequences_are_independent_draws() {
    Script script = DiffusionRuns.restless(VOCABULARY, 9);
    Object[] options = {
      "max_new_tokens", 6, "do_sample", true, "seed", 4, "num_return_sequences", 5, "threshold", 0.4
    };
    ParallelSearch several = DiffusionRuns.search(VOCABULARY, PROMPT, options);
    ScriptedCanvasModel model = ScriptedCanvasModel.run(script, several);
    assertThat(model.rowsPerRun.get(0)).isEqualTo(5);
    assertThat(several.results()).hasSize(5);
    assertThat(new HashSet<>(Runs.ids(several.results())).size()).isGreaterThan(2);
    ParallelSearch one =
        DiffusionRuns.search(
            VOCABULARY,
            PROMPT,
            "max_new_tokens",
            6,
            "do_sample",
            true,
            "seed",
            4,
            "threshold",
            0.4);
    ScriptedCanvasModel.run(script, one);
    assertThat(one.results().get(0)).isEqualTo(several.results().get(0));
  }

  @Test
  void a_stopped_search_gives_what_is_certain() {
    Script script = DiffusionRuns.restless(VOCABULARY, 3);
    ParallelSearch search =
        DiffusionRuns.search(VOCABULARY, PROMPT, "max_new_tokens", 8, "block_length", 2);
    ScriptedCanvasModel model = new ScriptedCanvasModel(script, 1);
    try (ParallelLoop loop = new ParallelLoop(model, List.of(search), (failed, why) -> {})) {
      for (int step = 0; step < 6; step++) {
        loop.step();
      }
      int settled = search.settled();
      assertThat(settled).isBetween(4, 5);
      assertThatThrownBy(search::results).isInstanceOf(IllegalStateException.class);
      search.finish(FinishReason.CANCELLED);
      assertThat(search.isFinished()).isTrue();
      assertThat(search.rows()).isZero();
      assertThat(DiffusionRuns.first(search).tokens()).hasSize(settled);
      assertThat(DiffusionRuns.first(search).finishReason()).isEqualTo(FinishReason.CANCELLED);
    }
  }

  @Test
  void a_request_in_a_batch_has_the_result_that_it_has_alone() {
    Script script =
        (source, canvas, slot) ->
            DiffusionRuns.noise(
                VOCABULARY, DiffusionRuns.hash(canvas, canvas.length, slot, canvas[0]));
    Object[][] options = {
      {"max_new_tokens", 9, "block_length", 4, "threshold", 0.5, "diffusion_cache", "dual"},
      {"max_new_tokens", 5, "steps", 3, "do_sample", true, "seed", 8, "guidance_scale", 1.5},
      {"max_new_tokens", 12, "block_length", 3, "factor", 0.8, "diffusion_cache", "prefix"},
      {
        "max_new_tokens",
        8,
        "block_length",
        4,
        "steps",
        5,
        "do_sample",
        true,
        "remasking",
        0.5,
        "num_return_sequences",
        3,
        "diffusion_cache",
        "dual",
        "eos_token_id",
        2,
        "seed",
        1
      },
    };
    int[][] prompts = {{1, 2}, {3}, {4, 5, 6}, {0, 1}};
    ParallelSearch[] batch = new ParallelSearch[options.length];
    for (int i = 0; i < options.length; i++) {
      batch[i] = DiffusionRuns.search(VOCABULARY, prompts[i], options[i]);
    }
    ScriptedCanvasModel.run(script, batch);
    for (int i = 0; i < options.length; i++) {
      ParallelSearch alone = DiffusionRuns.search(VOCABULARY, prompts[i], options[i]);
      ScriptedCanvasModel.run(script, alone);
      assertThat(batch[i].results()).as("request %d", i).isEqualTo(alone.results());
    }
  }

  @Test
  void what_is_before_the_new_tokens_counts_as_context() {
    SearchSetup setup = Runs.setup(4, PROMPT, "max_new_tokens", 9);
    SearchSetup narrow =
        new SearchSetup(
            GenerationRequest.tokens(PROMPT).build(),
            setup.options(),
            new SearchPrompt(PROMPT, PROMPT, 3),
            4,
            null,
            0);
    ParallelSearch search = DiffusionRuns.of(DiffusionRuns.model(4, 0, true), narrow);
    ScriptedCanvasModel.run(DiffusionRuns.restless(4, 0), search);
    assertThat(DiffusionRuns.first(search).tokens()).hasSize(3);
    assertThat(DiffusionRuns.first(search).finishReason()).isEqualTo(FinishReason.CONTEXT_FULL);
  }
}
