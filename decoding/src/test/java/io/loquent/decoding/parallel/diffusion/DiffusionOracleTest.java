package io.loquent.decoding.parallel.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Runs;
import io.loquent.decoding.parallel.GoodnessOfFit;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import io.loquent.decoding.parallel.ScriptedCanvasModel.Script;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that know the exact conditional probabilities of every mask pattern. */
final class DiffusionOracleTest {

  private static final int LENGTH = 3;
  private static final int MASK = 2;
  private static final int[] PROMPT = {0};

  /** A Markov chain behind the prompt. */
  private static final double[][] CHAIN = {{0.8, 0.2}, {0.3, 0.7}};

  private static final Script ORACLE = (source, canvas, slot) -> conditional(canvas, slot);

  private static float[] conditional(int[] canvas, int slot) {
    int left = slot - 1;
    while (canvas[left] == MASK) {
      left--;
    }
    int right = slot + 1;
    while (right < canvas.length && canvas[right] == MASK) {
      right++;
    }
    double[] weights = new double[2];
    for (int id = 0; id < 2; id++) {
      weights[id] = after(canvas[left], slot - left, id);
      weights[id] *= right == canvas.length ? 1 : after(id, right - slot, canvas[right]);
    }
    double sum = weights[0] + weights[1];
    return DiffusionRuns.logs(weights[0] / sum, weights[1] / sum);
  }

  /** The probability of a state some steps behind another. */
  private static double after(int from, int steps, int to) {
    if (steps == 1) {
      return CHAIN[from][to];
    }
    return CHAIN[from][0] * after(0, steps - 1, to) + CHAIN[from][1] * after(1, steps - 1, to);
  }

  private static double[] joint() {
    double[] joint = new double[1 << LENGTH];
    for (int cell = 0; cell < joint.length; cell++) {
      joint[cell] = 1;
      int before = PROMPT[0];
      for (int i = 0; i < LENGTH; i++) {
        int id = cell >> i & 1;
        joint[cell] *= CHAIN[before][id];
        before = id;
      }
    }
    return joint;
  }

  private static double statistic(Object... options) {
    int[] counts = new int[1 << LENGTH];
    for (long seed = 0; seed < 5; seed++) {
      Object[] all = new Object[options.length + 10];
      System.arraycopy(options, 0, all, 0, options.length);
      List<Object> fixed =
          List.of(
              "seed",
              seed,
              "do_sample",
              true,
              "top_k",
              0,
              "num_return_sequences",
              4000,
              "max_new_tokens",
              LENGTH);
      System.arraycopy(fixed.toArray(), 0, all, options.length, fixed.size());
      ParallelSearch search = DiffusionRuns.search(3, PROMPT, all);
      ScriptedCanvasModel.run(ORACLE, search);
      for (Hypothesis result : search.results()) {
        List<Integer> ids = Runs.ids(result);
        counts[ids.get(0) | ids.get(1) << 1 | ids.get(2) << 2]++;
      }
    }
    return GoodnessOfFit.chiSquare(counts, joint());
  }

  @Test
  void one_slot_per_run_in_random_order_draws_from_the_joint_distribution() {
    double limit = GoodnessOfFit.limit((1 << LENGTH) - 1);
    assertThat(statistic("unmasking_order", "random")).isLessThan(limit);
    assertThat(statistic("unmasking_order", "random", "threshold", 1.0)).isLessThan(limit);
    assertThat(statistic("block_length", 1)).isLessThan(limit);
  }

  /** If this passed as well, the test above would prove nothing. */
  @Test
  void several_slots_per_run_do_not() {
    double limit = GoodnessOfFit.limit((1 << LENGTH) - 1);
    assertThat(statistic("unmasking_order", "random", "steps", 2)).isGreaterThan(2 * limit);
    assertThat(statistic("unmasking_order", "random", "steps", 1)).isGreaterThan(10 * limit);
  }

  @Test
  void a_temperature_sharpens_every_conditional_distribution() {
    // One slot: its distribution is the chain's first step to the power of 1 / 0.5.
    double[] sharper = {0.64 / 0.68, 0.04 / 0.68};
    ParallelSearch search =
        DiffusionRuns.search(
            3,
            PROMPT,
            "max_new_tokens",
            1,
            "do_sample",
            true,
            "temperature",
            0.5,
            "num_return_sequences",
            4000);
    ScriptedCanvasModel.run(ORACLE, search);
    int[] counts = new int[2];
    search.results().forEach(result -> counts[result.tokens().get(0).id()]++);
    assertThat(GoodnessOfFit.chiSquare(counts, sharper)).isLessThan(GoodnessOfFit.limit(1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void blocks_of_one_slot_are_greedy_autoregressive_decoding(int salt) {
    assertThat(asAutoregressive(salt, "max_new_tokens", 12))
        .isEqualTo(autoregressive(salt, "max_new_tokens", 12));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void blocks_of_one_slot_draw_what_an_autoregressive_model_draws_under_the_same_seed(int salt) {
    Object[] options = {
      "max_new_tokens", 12, "do_sample", true, "temperature", 1.3, "top_p", 0.9, "seed", salt
    };
    assertThat(asAutoregressive(salt, options)).isEqualTo(autoregressive(salt, options));
  }

  private static List<Integer> asAutoregressive(long salt, Object... options) {
    Object[] all = new Object[options.length + 2];
    System.arraycopy(options, 0, all, 0, options.length);
    all[options.length] = "block_length";
    all[options.length + 1] = 1;
    return DiffusionRuns.ids(
        DiffusionRuns.causal(8, salt), DiffusionRuns.search(8, new int[] {1, 2}, all));
  }

  private static List<Integer> autoregressive(long salt, Object... options) {
    Script causal = DiffusionRuns.causal(8, salt);
    return Runs.ids(
        Runs.run(
                tokens -> {
                  int[] canvas = tokens.stream().mapToInt(Integer::intValue).toArray();
                  float[] logits = causal.logits(0, canvas, canvas.length);
                  logits[7] = DiffusionRuns.NEVER;
                  return logits;
                },
                Runs.setup(8, new int[] {1, 2}, options))
            .get(0));
  }
}
