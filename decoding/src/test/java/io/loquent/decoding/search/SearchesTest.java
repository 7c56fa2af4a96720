package io.loquent.decoding.search;

import static io.loquent.decoding.Runs.options;
import static io.loquent.decoding.Runs.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.ContextLengthException;
import io.loquent.GenerationRequest;
import io.loquent.InvalidRequestException;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SearchesTest {

  private static final List<Object> WORD = List.of(List.of(4));

  static List<Arguments> modes() {
    return List.of(
        Arguments.of(SearchMode.GREEDY, List.of()),
        Arguments.of(SearchMode.GREEDY, List.of("penalty_alpha", 0.6, "top_k", 1)),
        Arguments.of(SearchMode.GREEDY, List.of("penalty_alpha", 0.0)),
        Arguments.of(SearchMode.CONTRASTIVE, List.of("penalty_alpha", 0.6)),
        Arguments.of(SearchMode.CONTRASTIVE, List.of("penalty_alpha", 0.6, "top_k", 4)),
        Arguments.of(SearchMode.SAMPLING, List.of("do_sample", true)),
        Arguments.of(SearchMode.SAMPLING, List.of("do_sample", true, "penalty_alpha", 0.6)),
        Arguments.of(SearchMode.BEAM, List.of("num_beams", 2)),
        Arguments.of(SearchMode.BEAM, List.of("num_beams", 2, "penalty_alpha", 0.6)),
        Arguments.of(SearchMode.BEAM_SAMPLING, List.of("num_beams", 2, "do_sample", true)),
        Arguments.of(
            SearchMode.GROUP_BEAM,
            List.of("num_beams", 4, "num_beam_groups", 2, "diversity_penalty", 0.5)),
        Arguments.of(
            SearchMode.CONSTRAINED_BEAM, List.of("num_beams", 2, "force_words_ids", WORD)));
  }

  @ParameterizedTest
  @MethodSource("modes")
  void options_choose_the_search(SearchMode mode, List<Object> options) {
    SearchSetup setup = setup(60, new int[] {1}, options.toArray());

    assertThat(SearchMode.of(setup.options())).isEqualTo(mode);
    assertThat(Searches.of(setup).promptRows()).isEqualTo(1);
    assertThat(Searches.needsHiddenStates(setup.options()))
        .isEqualTo(mode == SearchMode.CONTRASTIVE);
  }

  static List<Arguments> contradictions() {
    return List.of(
        Arguments.of("num_beams is 2", List.of("num_beams", 2, "num_return_sequences", 3)),
        Arguments.of("greedy search has only one result", List.of("num_return_sequences", 2)),
        Arguments.of(
            "contrastive search has only one result",
            List.of("penalty_alpha", 0.5, "top_k", 4, "num_return_sequences", 2)),
        Arguments.of(
            "does not divide",
            List.of("num_beams", 5, "num_beam_groups", 2, "diversity_penalty", 0.5)),
        Arguments.of(
            "does not draw at random",
            List.of(
                "num_beams", 4, "num_beam_groups", 2, "diversity_penalty", 0.5, "do_sample", true)),
        Arguments.of("would be the same", List.of("num_beams", 4, "num_beam_groups", 2)),
        Arguments.of("num_beams is 1", List.of("num_beam_groups", 2)),
        Arguments.of("there is only one", List.of("num_beams", 4, "diversity_penalty", 0.5)),
        Arguments.of("num_beams is 1", List.of("force_words_ids", WORD)),
        Arguments.of(
            "does not draw at random",
            List.of("force_words_ids", WORD, "num_beams", 2, "do_sample", true)),
        Arguments.of(
            "has no groups",
            List.of("force_words_ids", WORD, "num_beams", 2, "num_beam_groups", 2)),
        Arguments.of("token 99", List.of("force_words_ids", List.of(List.of(99)), "num_beams", 2)),
        Arguments.of(
            "begin with another",
            List.of(
                "force_words_ids",
                List.of(List.of(List.of(1, 2), List.of(1, 2, 3))),
                "num_beams",
                2)),
        Arguments.of("top_k is 70", List.of("penalty_alpha", 0.5, "top_k", 70)),
        Arguments.of(
            "vocabulary has only 60",
            List.of(
                "num_beams",
                2,
                "eos_token_id",
                java.util.stream.IntStream.range(0, 60).boxed().toList())));
  }

  @ParameterizedTest
  @MethodSource("contradictions")
  void contradictions_are_refused_with_a_reason(String reason, List<Object> options) {
    assertThatThrownBy(() -> Searches.of(setup(60, new int[] {1}, options.toArray())))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void a_default_that_the_search_does_not_use_is_not_refused() {
    SearchSetup setup =
        new SearchSetup(
            GenerationRequest.tokens(1).build(),
            options("num_beams", 1, "num_beam_groups", 2, "diversity_penalty", 0.5),
            new SearchPrompt(new int[] {1}, new int[] {1}, 10),
            60,
            null,
            0);

    assertThat(Searches.of(setup)).isInstanceOf(PlainSearch.class);
  }

  @Test
  void a_prompt_without_room_after_it_is_refused() {
    assertThatThrownBy(() -> Searches.of(setup(60, new int[] {1, 2, 3}, "max_length", 3)))
        .isInstanceOf(ContextLengthException.class);
  }

  @Test
  void guidance_needs_a_second_prompt_row() {
    assertThat(Searches.of(setup(60, new int[] {1}, "guidance_scale", 1.5)).promptRows())
        .isEqualTo(2);
    assertThat(Searches.of(setup(60, new int[] {1}, "guidance_scale", 1.0)).promptRows())
        .isEqualTo(1);
  }
}
