package io.loquent.decoding.parallel.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loquent.GenerationRequest;
import io.loquent.InvalidRequestException;
import io.loquent.decoding.Runs;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class DiffusionRulesTest {

  private static final int[] PROMPT = {1, 2};

  private static void assertRefused(String[] words, Object... options) {
    assertThatExceptionOfType(InvalidRequestException.class)
        .as(List.of(options).toString())
        .isThrownBy(() -> DiffusionRuns.search(8, PROMPT, options))
        .satisfies(refusal -> assertThat(refusal.getMessage()).contains(words));
  }

  private static String[] words(String... words) {
    return words;
  }

  @Test
  void options_that_it_would_ignore_are_refused() {
    assertRefused(words("repetition_penalty", "1.2"), "repetition_penalty", 1.2);
    assertRefused(words("num_beams", "4", "masked diffusion"), "num_beams", 4);
    assertRefused(words("no_repeat_ngram_size"), "no_repeat_ngram_size", 2);
    assertRefused(words("lookahead"), "lookahead", true);
    assertRefused(words("max_iterations"), "max_iterations", 4);
    assertRefused(words("dag_beta"), "dag_beta", 1.0);
    assertRefused(
        words("bad_words_ids", "single"), "bad_words_ids", List.of(List.of(1), List.of(1, 2)));
  }

  @Test
  void options_that_say_nothing_are_accepted() {
    assertThat(
            DiffusionRuns.search(
                    8,
                    PROMPT,
                    "num_beams",
                    1,
                    "repetition_penalty",
                    1.0,
                    "lookahead",
                    false,
                    "no_repeat_ngram_size",
                    0,
                    "use_cache",
                    true)
                .promptRows())
        .isEqualTo(1);
  }

  @Test
  void defaults_that_it_does_not_heed_are_passed_over() {
    SearchSetup loud =
        new SearchSetup(
            GenerationRequest.tokens(PROMPT).build(),
            Runs.options(
                "max_new_tokens",
                5,
                "repetition_penalty",
                3.0,
                "num_beams",
                4,
                "bad_words_ids",
                List.of(List.of(1), List.of(2, 3)),
                "diffusion_cache",
                "dual"),
            new SearchPrompt(PROMPT, PROMPT, Integer.MAX_VALUE),
            8,
            null,
            0);
    ParallelSearch search = DiffusionRuns.of(DiffusionRuns.model(8, 0, false), loud);
    ScriptedCanvasModel.run(DiffusionRuns.restless(8, 1), search);
    ParallelSearch plain =
        DiffusionRuns.search(8, PROMPT, "max_new_tokens", 5, "bad_words_ids", List.of(List.of(1)));
    ScriptedCanvasModel.run(DiffusionRuns.restless(8, 1), plain);
    assertThat(search.results()).isEqualTo(plain.results());
  }

  @Test
  void callbacks_that_need_a_prefix_are_refused() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(
            () ->
                DiffusionRuns.search(
                    8, PROMPT, request -> request.logitsProcessor((tokens, scores) -> {})))
        .withMessageContaining("logits processors");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(
            () ->
                DiffusionRuns.search(
                    8, PROMPT, request -> request.prefixAllowedTokens(tokens -> List.of(1))))
        .withMessageContaining("allowed tokens");
  }

  @Test
  void contradictions_are_refused() {
    assertRefused(words("steps", "threshold"), "steps", 4, "threshold", 0.5);
    assertRefused(words("threshold", "factor"), "factor", 1.0, "threshold", 0.5);
    assertRefused(words("remasking", "steps"), "remasking", 0.5, "threshold", 0.5);
    assertRefused(words("alg_temp", "random"), "alg_temp", 0.5, "unmasking_order", "random");
    assertRefused(words("num_return_sequences", "do_sample"), "num_return_sequences", 2);
    assertRefused(
        words("steps is 2", "3 blocks"), "max_new_tokens", 6, "block_length", 2, "steps", 2);
  }

  @Test
  void what_the_request_asks_for_goes_before_defaults_that_say_otherwise() {
    SearchSetup stepped = Runs.setup(8, PROMPT, "steps", 2, "max_new_tokens", 6);
    SearchSetup setup =
        new SearchSetup(
            stepped.request(),
            stepped.options().orElse(Runs.options("threshold", 0.9, "factor", 1.0)),
            stepped.prompt(),
            8,
            null,
            0);
    ParallelSearch search = DiffusionRuns.of(DiffusionRuns.model(8, 0, true), setup);
    assertThat(ScriptedCanvasModel.run(DiffusionRuns.restless(8, 1), search).runs).isEqualTo(2);
  }

  @Test
  void a_cache_needs_a_model_that_has_one() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(
            () ->
                DiffusionRuns.search(
                    DiffusionRuns.model(8, 0, false), PROMPT, "diffusion_cache", "prefix"))
        .withMessageContaining("diffusion_cache is \"prefix\"")
        .withMessageContaining("past key values");
  }

  @Test
  void a_model_has_to_be_of_the_family_and_have_a_mask() {
    ParallelModel model = DiffusionRuns.model(8, 0, true);
    ParallelModel maskless =
        new ParallelModel(
            model.family(),
            8,
            OptionalInt.empty(),
            model.beginToken(),
            model.endToken(),
            model.blankToken(),
            model.lengthMode(),
            0,
            1,
            false,
            0,
            OptionalInt.empty(),
            true);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DiffusionRuns.search(maskless, PROMPT))
        .withMessageContaining("mask token");
  }
}
