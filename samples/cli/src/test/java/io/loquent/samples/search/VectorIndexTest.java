package io.loquent.samples.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.samples.search.VectorIndex.Hit;
import java.util.List;
import org.junit.jupiter.api.Test;

final class VectorIndexTest {

  private final VectorIndex index =
      new VectorIndex(
          List.of(new float[] {3, 0}, new float[] {0, 2}, new float[] {1, 1}, new float[] {4, 4}));

  @Test
  void finds_the_nearest_first_and_equally_near_ones_in_their_order() {
    List<Hit> hits = index.nearest(new float[] {0, 10}, 3);

    assertThat(hits).extracting(Hit::index).containsExactly(1, 2, 3);
    assertThat(hits.get(0).cosine()).isCloseTo(1, within(1e-6f));
    assertThat(hits.get(1).cosine()).isCloseTo((float) Math.sqrt(0.5), within(1e-6f));
  }

  @Test
  void gives_all_if_more_are_wanted_than_there_are() {
    assertThat(index.nearest(new float[] {1, 0}, 9)).hasSize(4);
    assertThat(index.nearest(new float[] {1, 0}, 0)).isEmpty();
    assertThat(new VectorIndex(List.of()).nearest(new float[] {1}, 2)).isEmpty();
  }

  @Test
  void a_vector_of_zeros_is_near_nothing() {
    VectorIndex zero = new VectorIndex(List.of(new float[2], new float[] {1, 0}));

    assertThat(zero.nearest(new float[] {-1, 0}, 1)).containsExactly(new Hit(0, 0));
    assertThat(zero.nearest(new float[2], 1).get(0).cosine()).isZero();
  }

  @Test
  void refuses_vectors_of_another_length() {
    assertThatThrownBy(() -> index.nearest(new float[3], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 numbers among vectors of 2");
    assertThatThrownBy(() -> new VectorIndex(List.of(new float[1], new float[2])))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
