package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TopTokensTest {

  private static final float IMPOSSIBLE = Float.NEGATIVE_INFINITY;

  @Test
  void lists_the_best_tokens_first() {
    TopTokens top = new TopTokens(3);
    top.select(new float[] {1, 5, 2, 4, 3});
    assertThat(entries(top)).containsExactly("0:1=5.0", "0:3=4.0", "0:4=3.0");
  }

  @Test
  void prefers_lower_ids_among_equal_scores() {
    TopTokens top = new TopTokens(2);
    top.select(new float[] {1, 2, 2, 2});
    assertThat(entries(top)).containsExactly("0:1=2.0", "0:2=2.0");
  }

  @Test
  void leaves_out_what_cannot_be_chosen() {
    TopTokens top = new TopTokens(3);
    top.select(new float[] {IMPOSSIBLE, 2, Float.NaN, IMPOSSIBLE});
    assertThat(entries(top)).containsExactly("0:1=2.0");
    top.select(new float[] {IMPOSSIBLE});
    assertThat(top.size()).isZero();
  }

  @Test
  void needs_room_for_one() {
    assertThatThrownBy(() -> new TopTokens(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found 0");
  }

  @Property
  void agrees_with_sorting_all_tokens_of_all_rows(
      @ForAll @Size(min = 1, max = 4)
          List<@Size(5) List<@IntRange(min = -3, max = 3) Integer>> rows,
      @ForAll @IntRange(min = 1, max = 12) int capacity) {
    TopTokens top = new TopTokens(capacity);
    List<double[]> all = new ArrayList<>();
    // Backwards, because the order of offering must not matter.
    for (int row = rows.size() - 1; row >= 0; row--) {
      float[] scores = new float[5];
      for (int id = 0; id < scores.length; id++) {
        scores[id] = rows.get(row).get(id);
        all.add(new double[] {scores[id] - row, row, id});
      }
      top.offerAll(row, scores, -row);
    }
    top.sort();
    all.sort(
        Comparator.<double[]>comparingDouble(entry -> -entry[0])
            .thenComparingDouble(entry -> entry[1])
            .thenComparingDouble(entry -> entry[2]));
    List<String> expected = new ArrayList<>();
    for (double[] entry : all.subList(0, Math.min(capacity, all.size()))) {
      expected.add((int) entry[1] + ":" + (int) entry[2] + "=" + entry[0]);
    }
    assertThat(entries(top)).isEqualTo(expected);
  }

  private static List<String> entries(TopTokens top) {
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < top.size(); i++) {
      // Adding 0 makes a negative zero positive.
      entries.add(top.row(i) + ":" + top.id(i) + "=" + (top.score(i) + 0.0));
    }
    return entries;
  }
}
