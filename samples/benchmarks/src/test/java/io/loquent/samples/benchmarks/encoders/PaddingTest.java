package io.loquent.samples.benchmarks.encoders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class PaddingTest {

  private static final int[] LENGTHS = {2, 9, 3, 8, 4};

  @Test
  void batches_in_order_are_padded_to_their_longest() {
    // 2 9 | 3 8 | 4
    assertThat(Padding.asTheyCome(LENGTHS, 2)).isEqualTo(new Padding(26, 7 + 5));
  }

  @Test
  void batches_of_sorted_rows_need_less_padding() {
    // 9 8 | 4 3 2
    Padding sorted = Padding.sorted(LENGTHS, 3);

    assertThat(sorted).isEqualTo(new Padding(26, 1 + 1 + 2));
    assertThat(sorted.share()).isCloseTo(4.0 / 30, within(1e-12));
  }

  @Test
  void a_row_alone_needs_none() {
    assertThat(Padding.asTheyCome(LENGTHS, 1).share()).isZero();
    assertThat(Padding.sorted(LENGTHS, 1).share()).isZero();
  }
}
