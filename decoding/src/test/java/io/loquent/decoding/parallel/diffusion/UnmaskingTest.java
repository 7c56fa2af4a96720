package io.loquent.decoding.parallel.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.decoding.parallel.GoodnessOfFit;
import io.loquent.decoding.parallel.ParallelLoop;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import io.loquent.decoding.parallel.ScriptedCanvasModel.Script;
import io.loquent.decoding.parallel.diffusion.CommitRule.BlockRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which slots are filled when: tables by hand. */
final class UnmaskingTest {

  private static final int MASK = 3;

  @Test
  void runs_are_divided_evenly_among_blocks() {
    assertThat(steps(new Blocks(8, 4), 8)).containsExactly(4, 4);
    assertThat(steps(new Blocks(8, 4), 4)).containsExactly(2, 2);
    assertThat(steps(new Blocks(8, 4), 3)).containsExactly(2, 1);
    assertThat(steps(new Blocks(10, 4), 10)).containsExactly(4, 4, 2);
    assertThat(steps(new Blocks(10, 4), 3)).containsExactly(1, 1, 1);
    assertThat(steps(new Blocks(3, 1), 3)).containsExactly(1, 1, 1);
    assertThat(steps(new Blocks(3, 1), 7)).containsExactly(3, 2, 2);
    assertThat(steps(new Blocks(5, 8), 2)).containsExactly(2);
  }

  private static int[] steps(Blocks blocks, int steps) {
    return IntStream.range(0, blocks.count()).map(block -> blocks.steps(block, steps)).toArray();
  }

  @Test
  void the_first_runs_of_a_block_fill_the_remainder() {
    assertThat(counts(7, 3)).containsExactly(3, 2, 2);
    assertThat(counts(6, 3)).containsExactly(2, 2, 2);
    assertThat(counts(3, 3)).containsExactly(1, 1, 1);
    assertThat(counts(3, 9)).containsExactly(1, 1, 1);
    assertThat(counts(5, 1)).containsExactly(5);
  }

  private static List<Integer> counts(int slots, int steps) {
    StepSchedule schedule = new StepSchedule(new Blocks(slots, slots), steps, false);
    List<Integer> counts = new ArrayList<>();
    int masked = slots;
    for (int run = 0; masked > 0; run++) {
      int count = schedule.choose(new BlockRun(0, run, 0), new int[slots], masked, new double[0]);
      counts.add(count);
      masked -= count;
    }
    return counts;
  }

  @Test
  void a_threshold_takes_the_first_slot_and_all_that_are_sure() {
    double[] confidence = {0.2, 0.95, 0.9, 0.5};
    assertThat(chosen(new ConfidenceThreshold(0.9), confidence, 1, 2, 3, 0)).containsExactly(1, 2);
    assertThat(chosen(new ConfidenceThreshold(0.99), confidence, 1, 2, 3, 0)).containsExactly(1);
    // In another order than by confidence the first one is taken nevertheless.
    assertThat(chosen(new ConfidenceThreshold(0.9), confidence, 0, 3, 2, 1))
        .containsExactly(0, 2, 1);
    assertThat(chosen(new ConfidenceThreshold(1), new double[] {1, 1}, 0, 1)).containsExactly(0);
  }

  @Test
  void a_factor_takes_slots_while_each_is_as_sure_as_their_number_asks() {
    // 1 - 0.6 / (n + 1): 0.7, 0.8, 0.85, 0.88 for the first to the fourth.
    double[] confidence = {0.1, 0.81, 0.9, 0.84};
    assertThat(chosen(new ConfidenceFactor(0.6), confidence, 2, 1, 3, 0)).containsExactly(2, 1);
    double[] surer = {0.1, 0.86, 0.9, 0.86};
    assertThat(chosen(new ConfidenceFactor(0.6), surer, 2, 1, 3, 0)).containsExactly(2, 1, 3);
    assertThat(chosen(new ConfidenceFactor(0.6), new double[] {0.1, 0.2}, 1, 0)).containsExactly(1);
  }

  private static int[] chosen(CommitRule rule, double[] confidence, int... ranked) {
    int count = rule.choose(new BlockRun(0, 0, 0), ranked, ranked.length, confidence);
    return Arrays.copyOf(ranked, count);
  }

  @Test
  void filled_slots_become_masks_as_often_as_the_schedule_allows() {
    Remasking remasking = new Remasking(0.5, new StepSchedule(new Blocks(4, 4), 4, true), 0);
    // Shares of filled slots go 0, 1/4, 2/4, 3/4, 1.
    assertThat(remasking.probability(0, 0, 4)).isZero();
    assertThat(remasking.probability(0, 1, 4)).isEqualTo(0.5);
    assertThat(remasking.probability(0, 2, 4)).isCloseTo(0.25, within(1e-12));
    assertThat(remasking.probability(0, 3, 4)).isZero();
  }

  /** Sure by probability, by margin and by entropy are three different slots. */
  private static final double[][] SLOTS = {
    {0.50, 0.27, 0.23}, {0.49, 0.49, 0.02}, {0.49, 0.255, 0.255}
  };

  private static final Script TABLE = (source, canvas, slot) -> DiffusionRuns.logs(SLOTS[slot - 1]);

  @Test
  void the_surest_slot_is_filled_first() {
    assertThat(firstFilled(TABLE, 3, "unmasking_order", "low_confidence")).isEqualTo(0);
    assertThat(firstFilled(TABLE, 3, "unmasking_order", "margin")).isEqualTo(2);
    assertThat(firstFilled(TABLE, 3, "unmasking_order", "entropy")).isEqualTo(1);
  }

  @Test
  void equally_sure_slots_are_filled_from_left_to_right() {
    Script even = (source, canvas, slot) -> DiffusionRuns.logs(0.6, 0.3, 0.1);
    assertThat(firstFilled(even, 4)).isEqualTo(0);
  }

  @Test
  void any_slot_may_be_first_in_random_order() {
    int[] counts = new int[3];
    for (int seed = 0; seed < 3000; seed++) {
      counts[firstFilled(TABLE, 3, "unmasking_order", "random", "seed", seed)]++;
    }
    double third = 1 / 3.0;
    assertThat(GoodnessOfFit.chiSquare(counts, new double[] {third, third, third}))
        .isLessThan(GoodnessOfFit.limit(2));
  }

  @Test
  void with_a_temperature_slots_are_drawn_by_how_sure_they_are() {
    Script unequal =
        (source, canvas, slot) ->
            slot == 1 ? DiffusionRuns.logs(0.9, 0.1, 0) : DiffusionRuns.logs(0.4, 0.3, 0.3);
    int[] counts = new int[2];
    for (int seed = 0; seed < 4000; seed++) {
      counts[firstFilled(unequal, 2, "alg_temp", 0.5, "seed", seed)]++;
    }
    double odds = Math.exp((0.9 - 0.4) / 0.5);
    assertThat(GoodnessOfFit.chiSquare(counts, new double[] {odds / (1 + odds), 1 / (1 + odds)}))
        .isLessThan(GoodnessOfFit.limit(1));
  }

  /** The first slot that is filled, of a canvas behind one token. */
  private static int firstFilled(Script script, int slots, Object... options) {
    Object[] all = Arrays.copyOf(options, options.length + 2);
    all[options.length] = "max_new_tokens";
    all[options.length + 1] = slots;
    ParallelSearch search = DiffusionRuns.search(4, new int[] {0}, all);
    ScriptedCanvasModel model = new ScriptedCanvasModel(script, 1);
    try (ParallelLoop loop = new ParallelLoop(model, List.of(search), (failed, failure) -> {})) {
      loop.step();
      loop.step();
    }
    int[] canvas = search.provisional();
    return IntStream.range(0, slots).filter(slot -> canvas[slot] != MASK).findFirst().getAsInt();
  }
}
