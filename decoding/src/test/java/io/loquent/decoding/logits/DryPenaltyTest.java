package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DryPenaltyTest {

  private static final int VOCABULARY = 8;

  @Test
  void penalizes_what_would_continue_a_repetition() {
    // 1 2 3 4 | 1 2 3: three tokens are repeated, 4 would be the next.
    float[] scores = penalized(List.of(), -1, 1, 2, 3, 4, 1, 2, 3);
    assertThat(scores).containsExactly(expect(4, 0.8 * 1.75), within(1e-6f));
  }

  @Test
  void leaves_short_repetitions_alone() {
    assertThat(penalized(List.of(), -1, 1, 2, 3, 4, 5, 3)).containsExactly(expect(0, 0));
    assertThat(penalized(List.of(), -1, 1, 2, 3, 4, 2, 3))
        .containsExactly(expect(4, 0.8), within(1e-6f));
  }

  @Test
  void takes_the_longest_of_several_repetitions() {
    // 5 follows "2 3" at the beginning and, later, the newest six tokens.
    float[] scores = penalized(List.of(), -1, 2, 3, 5, 1, 2, 3, 5, 1, 2, 3);
    assertThat(scores).containsExactly(expect(5, 0.8 * Math.pow(1.75, 4)), within(1e-5f));
  }

  @Test
  void sees_no_repetition_across_a_breaker() {
    assertThat(penalized(List.of(2), -1, 1, 2, 3, 4, 1, 2, 3)).containsExactly(expect(0, 0));
    assertThat(penalized(List.of(1), -1, 1, 2, 3, 4, 1, 2, 3))
        .containsExactly(expect(4, 0.8), within(1e-6f));
    assertThat(penalized(List.of(4), -1, 1, 2, 3, 4, 1, 2, 3)).containsExactly(expect(0, 0));
  }

  @Test
  void looks_at_the_last_tokens_only() {
    assertThat(penalized(List.of(), 5, 1, 2, 3, 4, 1, 2, 3)).containsExactly(expect(0, 0));
    assertThat(penalized(List.of(), 6, 1, 2, 3, 4, 1, 2, 3))
        .containsExactly(expect(4, 0.8), within(1e-6f));
  }

  @Test
  void stays_finite_for_endless_repetitions() {
    int[] ids = new int[5000];
    Arrays.fill(ids, 3);
    float[] scores = penalized(List.of(), -1, ids);
    assertThat(scores[3]).isLessThan(-1e29f).isGreaterThan(Float.NEGATIVE_INFINITY);
  }

  @Property
  void agrees_with_comparing_every_earlier_place(
      @ForAll @Size(max = 30) List<@IntRange(max = 3) Integer> tokens,
      @ForAll @Size(max = 1) List<@IntRange(max = 3) Integer> breakers) {
    int[] ids = tokens.stream().mapToInt(Integer::intValue).toArray();
    Map<Integer, Integer> longest = new HashMap<>();
    for (int end = 0; end < ids.length - 1; end++) {
      int length = 0;
      while (length <= end
          && ids[end - length] == ids[ids.length - 1 - length]
          && !breakers.contains(ids[end - length])) {
        length++;
      }
      if (!breakers.contains(ids[end + 1])) {
        longest.merge(ids[end + 1], length, Math::max);
      }
    }
    float[] expected = expect(0, 0);
    longest.forEach(
        (id, length) -> {
          if (length >= 2) {
            expected[id] = (float) (10 - 0.8 * Math.pow(1.75, length - 2));
          }
        });
    assertThat(penalized(breakers, -1, ids)).containsExactly(expected);
  }

  private static float[] penalized(List<Integer> breakers, int lastTokens, int... ids) {
    DryPenalty dry = new DryPenalty(0.8, 1.75, 2, lastTokens, breakers, VOCABULARY);
    float[] scores = expect(0, 0);
    dry.process(FixedTokens.generated(ids), scores);
    float[] again = expect(0, 0);
    dry.process(FixedTokens.generated(ids), again);
    assertThat(again).containsExactly(scores);
    return scores;
  }

  /** All scores are 10, but one is lower. */
  private static float[] expect(int id, double penalty) {
    float[] scores = new float[VOCABULARY];
    Arrays.fill(scores, 10);
    scores[id] -= (float) penalty;
    return scores;
  }
}
