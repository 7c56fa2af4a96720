package io.loquent.runtime.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The cheapest ways to cut sorted rows into batches, computed by hand. */
final class BatchCutsTest {

  private static int[] cuts(BatchCuts cuts, int... lengths) {
    return cuts.of(lengths);
  }

  @Test
  void rows_of_equal_length_fill_batches() {
    BatchCuts cuts = new BatchCuts(3, 1000, true, 1, 16);

    // 2 and 3 rows cost as much as 3 and 2.
    assertThat(cuts(cuts, 7, 7, 7, 7, 7)).hasSize(2).endsWith(5);
    assertThat(cuts(cuts, 7, 7, 7)).containsExactly(3);
    assertThat(cuts(cuts)).isEmpty();
  }

  @Test
  void a_batch_ends_where_padding_costs_more_than_a_run() {
    BatchCuts cuts = new BatchCuts(32, 1000, true, 1, 16);

    assertThat(cuts(cuts, 100, 10, 10)).containsExactly(1, 3);
    // 17 tokens of padding are more than a run costs, 16 are not.
    assertThat(cuts(cuts, 27, 10)).containsExactly(1, 2);
    assertThat(cuts(cuts, 26, 10)).containsExactly(2);
  }

  @Test
  void where_runs_are_dear_padding_is_cheap() {
    assertThat(cuts(new BatchCuts(32, 1000, true, 1, 512), 100, 10, 10)).containsExactly(3);
  }

  @Test
  void cuts_are_the_best_of_all() {
    // 40 + 70; full batches first, 30 20 20 | 20, would cost 100 + 30.
    assertThat(cuts(new BatchCuts(3, 1000, true, 1, 10), 30, 20, 20, 20)).containsExactly(1, 4);
    // 20 + 16; 9 | 8 7 | 6 would cost 11 + 18 + 8.
    assertThat(cuts(new BatchCuts(2, 1000, true, 1, 2), 9, 8, 7, 6)).containsExactly(2, 4);
  }

  @Test
  void memory_and_graphs_without_a_mask_bound_batches() {
    assertThat(cuts(new BatchCuts(32, 20, true, 1, 16), 10, 10, 10)).hasSize(2);
    assertThat(cuts(new BatchCuts(32, 20, true, 1, 16), 30, 30)).containsExactly(1, 2);
    assertThat(cuts(new BatchCuts(32, 1000, false, 1, 16), 10, 10, 9)).containsExactly(2, 3);
  }

  @Test
  void a_graph_with_a_number_of_rows_of_its_own_is_filled() {
    // 416; two runs of four rows each would cost 416 + 56.
    assertThat(cuts(new BatchCuts(4, 1000, true, 4, 16), 100, 10, 10, 10)).containsExactly(4);
  }
}
