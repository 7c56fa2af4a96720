package io.loquent.decoding.search;

import static io.loquent.decoding.Runs.ids;
import static io.loquent.decoding.Runs.run;
import static io.loquent.decoding.Runs.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.ScriptedModel;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuidedSearchTest {

  private static final int[] PROMPT = {1, 2};
  private static final int[] NEGATIVE = {5};

  @Test
  void scores_move_away_from_the_negative_prompt() {
    ScriptedModel.Table table =
        ScriptedModel.table(0.25, 0.25, 0.25, 0.25, 0, 0)
            .after(List.of(1, 2), 0.5, 0.4, 0.1, 0, 0, 0)
            .after(List.of(5), 0.8, 0.1, 0.1, 0, 0, 0);
    double[] guided = {
      2 * Math.log(0.5) - Math.log(0.8), 2 * Math.log(0.4) - Math.log(0.1), Math.log(0.1)
    };
    double sum = 0;
    for (double score : guided) {
      sum += Math.exp(score);
    }

    ChosenToken token =
        run(
                ScriptedModel.of(6, table, PROMPT, NEGATIVE),
                setup(6, PROMPT, "guidance_scale", 2.0, "max_new_tokens", 1))
            .get(0)
            .tokens()
            .get(0);

    assertThat(token.id()).isEqualTo(1);
    assertThat(token.logProbability()).isCloseTo(guided[1] - Math.log(sum), within(1e-5));
    assertThat(token.rawLogProbability()).isCloseTo(Math.log(0.4), within(1e-5));
  }

  @Test
  void beams_add_up_guided_scores_as_they_are() {
    ScriptedModel.Script script = ScriptedModel.hashed(3, 12, 1);
    ScriptedModel model = ScriptedModel.of(12, script, PROMPT, NEGATIVE);

    Hypothesis best =
        run(model, setup(12, PROMPT, "guidance_scale", 1.5, "num_beams", 3, "max_new_tokens", 4))
            .get(0);

    assertThat(model.rowsPerRun).containsExactly(2, 6, 6, 6);
    List<Integer> with = new java.util.ArrayList<>(List.of(1, 2));
    List<Integer> without = new java.util.ArrayList<>(List.of(5));
    for (ChosenToken token : best.tokens()) {
      double conditional = logProbability(script, with, token.id());
      double unconditional = logProbability(script, without, token.id());
      assertThat(token.logProbability())
          .isCloseTo(1.5 * (conditional - unconditional) + unconditional, within(1e-5));
      assertThat(token.rawLogProbability()).isCloseTo(conditional, within(1e-5));
      with.add(token.id());
      without.add(token.id());
    }
  }

  private static double logProbability(ScriptedModel.Script script, List<Integer> tokens, int id) {
    float[] logits = script.logits(List.copyOf(tokens));
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    return logits[id] - Math.log(sum);
  }

  @Test
  void every_row_of_sampling_has_its_twin() {
    ScriptedModel model = ScriptedModel.of(12, ScriptedModel.hashed(3, 12, 1), PROMPT, NEGATIVE);

    List<Hypothesis> results =
        run(
            model,
            setup(
                12,
                PROMPT,
                "guidance_scale",
                1.5,
                "do_sample",
                true,
                "num_return_sequences",
                3,
                "eos_token_id",
                List.of(0, 1, 2),
                "max_new_tokens",
                6));

    assertThat(ids(results)).hasSize(3);
    assertThat(model.rowsPerRun).allMatch(rows -> rows % 2 == 0);
  }
}
