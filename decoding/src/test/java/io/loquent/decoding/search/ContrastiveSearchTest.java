package io.loquent.decoding.search;

import static io.loquent.decoding.Runs.ids;
import static io.loquent.decoding.Runs.loop;
import static io.loquent.decoding.Runs.run;
import static io.loquent.decoding.Runs.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FinishReason;
import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.ScriptedModel;
import io.loquent.decoding.Search;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContrastiveSearchTest {

  private static final int[] PROMPT = {1, 2, 3};

  /** The direction of a token's hidden state is all there is to it. */
  private static final ScriptedModel.HiddenScript BY_TOKEN =
      tokens ->
          switch (tokens.get(tokens.size() - 1)) {
            case 1, 2, 3 -> new float[] {2, 0};
            case 4 -> new float[] {5, 0.1f};
            default -> new float[] {0, 3};
          };

  @Test
  void prefers_what_is_unlike_the_context() {
    ScriptedModel.Table table = ScriptedModel.table(0.01, 0.01, 0.01, 0.01, 0.5, 0.46);

    Hypothesis best =
        run(
                ScriptedModel.withHidden(6, table, 2, BY_TOKEN, PROMPT),
                setup(6, PROMPT, "penalty_alpha", 0.5, "top_k", 2, "max_new_tokens", 2))
            .get(0);

    // First 0.5 * 0.5 - 0.5 * 1 against 0.5 * 0.46 - 0; then both are alike, and 4 is likelier.
    assertThat(ids(best)).containsExactly(5, 4);
    assertThat(best.tokens().get(0).logProbability()).isCloseTo(Math.log(0.46), within(1e-6));
    assertThat(best.score()).isCloseTo(Math.log(0.46 * 0.5), within(1e-6));
    assertThat(best.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
  }

  @Test
  void equals_a_plain_reference() {
    for (int seed = 0; seed < 60; seed++) {
      int hiddenSize = 5;
      ScriptedModel.Script script = ScriptedModel.hashed(seed, 16, 2);
      ScriptedModel.Script states = ScriptedModel.hashed(seed + 1000, hiddenSize, 1);
      int topK = 2 + seed % 5;
      double alpha = 0.1 + 0.15 * (seed % 6);

      List<Integer> result =
          ids(
              run(
                      ScriptedModel.withHidden(16, script, hiddenSize, states::logits, PROMPT),
                      setup(
                          16,
                          PROMPT,
                          "penalty_alpha",
                          alpha,
                          "top_k",
                          topK,
                          "eos_token_id",
                          0,
                          "max_new_tokens",
                          12))
                  .get(0));

      assertThat(result).isEqualTo(reference(script, states, topK, alpha));
    }
  }

  private static List<Integer> reference(
      ScriptedModel.Script script, ScriptedModel.Script states, int topK, double alpha) {
    List<Integer> tokens = new ArrayList<>(List.of(1, 2, 3));
    while (tokens.size() < 15 && tokens.get(tokens.size() - 1) != 0) {
      float[] logits = script.logits(List.copyOf(tokens));
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit);
      }
      List<Integer> candidates =
          IntStream.range(0, logits.length)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer id) -> -logits[id]))
              .limit(topK)
              .toList();
      double bestBalance = Double.NEGATIVE_INFINITY;
      int best = -1;
      for (int candidate : candidates) {
        List<Integer> longer = new ArrayList<>(tokens);
        longer.add(candidate);
        float[] state = states.logits(List.copyOf(longer));
        double likeness = -1;
        for (int length = 1; length <= tokens.size(); length++) {
          likeness =
              Math.max(
                  likeness, cosine(state, states.logits(List.copyOf(tokens.subList(0, length)))));
        }
        double balance = (1 - alpha) * Math.exp(logits[candidate]) / sum - alpha * likeness;
        if (balance > bestBalance) {
          bestBalance = balance;
          best = candidate;
        }
      }
      tokens.add(best);
    }
    return tokens.subList(3, tokens.size());
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    return product / Math.sqrt(aa * bb);
  }

  @Test
  void a_state_without_hidden_states_is_an_error() {
    assertThatThrownBy(
            () ->
                run(
                    ScriptedModel.hashed(1, 16, 1),
                    setup(16, PROMPT, "penalty_alpha", 0.5, "top_k", 4)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("hidden states");
  }

  @Test
  void finishing_from_outside_keeps_the_chosen_tokens() {
    Search search = Searches.of(setup(6, PROMPT, "penalty_alpha", 0.5, "top_k", 2));
    ScriptedModel model =
        ScriptedModel.withHidden(
            6, ScriptedModel.table(0.01, 0.01, 0.01, 0.01, 0.5, 0.46), 2, BY_TOKEN, PROMPT);
    try (DecodingLoop loop = loop(model, List.of(search))) {
      loop.step();
      assertThat(search.settled()).isZero();
      loop.step();
      loop.step();
      search.finish(FinishReason.CANCELLED);
      assertThat(loop.step()).isFalse();
    }

    assertThat(ids(search.results().get(0))).containsExactly(5, 4);
    assertThat(search.settled()).isEqualTo(2);
    assertThat(model.rowsPerRun).containsExactly(1, 2, 2);
  }
}
