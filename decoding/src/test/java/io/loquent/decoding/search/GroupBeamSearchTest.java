package io.loquent.decoding.search;

import static io.loquent.decoding.Runs.ids;
import static io.loquent.decoding.Runs.loop;
import static io.loquent.decoding.Runs.run;
import static io.loquent.decoding.Runs.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FinishReason;
import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.ScriptedModel;
import io.loquent.decoding.Search;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupBeamSearchTest {

  private static final int[] PROMPT = {4};

  @Test
  void a_later_group_pays_for_the_tokens_of_earlier_ones() {
    ScriptedModel.Table table =
        ScriptedModel.table(0.2, 0.2, 0.2, 0.2, 0.2).after(List.of(4), 0.1, 0.5, 0.3, 0.06, 0.04);

    List<Hypothesis> results =
        run(
            table,
            setup(
                5,
                PROMPT,
                "num_beams",
                2,
                "num_beam_groups",
                2,
                "diversity_penalty",
                1.0,
                "num_return_sequences",
                2,
                "max_new_tokens",
                1));

    assertThat(ids(results)).containsExactly(List.of(1), List.of(2));
    assertThat(results.get(0).score()).isCloseTo(Math.log(0.5), within(1e-6));
    assertThat(results.get(1).score()).isCloseTo(Math.log(0.3), within(1e-6));
  }

  @Test
  void the_penalty_stays_in_the_score() {
    ScriptedModel.Table table =
        ScriptedModel.table(0.2, 0.2, 0.2, 0.2, 0.2).after(List.of(4), 0.05, 0.9, 0.03, 0.01, 0.01);

    List<Hypothesis> results =
        run(
            table,
            setup(
                5,
                PROMPT,
                "num_beams",
                3,
                "num_beam_groups",
                3,
                "diversity_penalty",
                0.5,
                "num_return_sequences",
                3,
                "max_new_tokens",
                1));

    assertThat(ids(results)).containsExactly(List.of(1), List.of(1), List.of(1));
    for (int group = 0; group < 3; group++) {
      assertThat(results.get(group).score()).isCloseTo(Math.log(0.9) - 0.5 * group, within(1e-6));
    }
  }

  @Test
  void needs_neither_an_end_token_nor_a_padding_token() {
    List<Hypothesis> results =
        run(
            ScriptedModel.hashed(3, 8, 2),
            setup(
                8,
                PROMPT,
                "num_beams",
                4,
                "num_beam_groups",
                2,
                "diversity_penalty",
                0.5,
                "eos_token_id",
                List.of(),
                "max_new_tokens",
                5));

    assertThat(results.get(0).finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
    assertThat(results.get(0).tokens()).hasSize(5);
  }

  @Test
  void the_first_group_is_a_plain_beam_search_of_its_size() {
    for (int seed = 0; seed < 50; seed++) {
      ScriptedModel.Script script = ScriptedModel.hashed(seed, 14, 2);
      List<Hypothesis> plain = run(script, setup(14, PROMPT, "num_beams", 2, "max_new_tokens", 7));
      List<Hypothesis> grouped =
          run(
              script,
              setup(
                  14,
                  PROMPT,
                  "num_beams",
                  6,
                  "num_beam_groups",
                  3,
                  "diversity_penalty",
                  100.0,
                  "num_return_sequences",
                  6,
                  "max_new_tokens",
                  7));

      assertThat(ids(grouped)).contains(ids(plain.get(0)));
      assertThat(grouped).hasSize(6);
      assertThat(grouped)
          .isSortedAccordingTo(java.util.Comparator.comparingDouble(Hypothesis::score).reversed());
    }
  }

  @Test
  void groups_that_are_done_have_no_rows() {
    ScriptedModel.Table table =
        ScriptedModel.table(0.01, 0.01, 0.9, 0.04, 0.04)
            .after(List.of(4), 0.01, 0.5, 0.4, 0.05, 0.04)
            .after(List.of(4, 1), 0.97, 0.01, 0.01, 0.005, 0.005);
    ScriptedModel model = ScriptedModel.of(5, table, PROMPT);

    List<Hypothesis> results =
        run(
            model,
            setup(
                5,
                PROMPT,
                "num_beams",
                2,
                "num_beam_groups",
                2,
                "diversity_penalty",
                50.0,
                "num_return_sequences",
                2,
                "eos_token_id",
                0,
                "early_stopping",
                true,
                "max_new_tokens",
                3));

    assertThat(ids(results)).containsExactly(List.of(1, 0), List.of(2, 2, 2));
    assertThat(model.rowsPerRun).containsExactly(1, 2, 1);
  }

  @Test
  void finishing_from_outside_closes_all_groups() {
    Search search =
        Searches.of(
            setup(
                14,
                PROMPT,
                "num_beams",
                4,
                "num_beam_groups",
                2,
                "diversity_penalty",
                0.5,
                "num_return_sequences",
                4));
    try (DecodingLoop loop =
        loop(ScriptedModel.of(14, ScriptedModel.hashed(1, 14, 1), PROMPT), List.of(search))) {
      loop.step();
      loop.step();
      search.finish(FinishReason.TIMED_OUT);
    }

    assertThat(search.results()).hasSize(4);
    assertThat(search.results())
        .allMatch(hypothesis -> hypothesis.finishReason() == FinishReason.TIMED_OUT);
    assertThat(ids(search.results())).allMatch(ids -> ids.size() == 2);
  }
}
