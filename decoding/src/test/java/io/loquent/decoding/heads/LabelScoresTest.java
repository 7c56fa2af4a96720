package io.loquent.decoding.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.InferenceException;
import io.loquent.encoder.ClassificationFunction;
import io.loquent.encoder.LabelScore;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelScoresTest {

  private static final double LN2 = Math.log(2);
  private static final double LN3 = Math.log(3);

  @Test
  void a_softmax_shares_one_among_the_labels() {
    float[] logits = {0, (float) LN2, (float) LN3};
    assertThat(LabelScores.of(ClassificationFunction.SOFTMAX, logits))
        .containsExactly(new double[] {1 / 6.0, 2 / 6.0, 3 / 6.0}, within(1e-7));
  }

  @Test
  void a_sigmoid_judges_each_label_alone() {
    float[] logits = {0, (float) LN3, (float) -LN3};
    assertThat(LabelScores.of(ClassificationFunction.SIGMOID, logits))
        .containsExactly(new double[] {0.5, 0.75, 0.25}, within(1e-7));
  }

  @Test
  void no_function_leaves_logits_as_they_are() {
    assertThat(LabelScores.of(ClassificationFunction.NONE, new float[] {-3.5f, 4}))
        .containsExactly(-3.5, 4);
  }

  @Test
  void large_logits_do_not_overflow() {
    assertThat(LabelScores.of(ClassificationFunction.SOFTMAX, new float[] {3e38f, -3e38f}))
        .containsExactly(1, 0);
    assertThat(LabelScores.of(ClassificationFunction.SIGMOID, new float[] {3e38f, -3e38f}))
        .containsExactly(1, 0);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void overflowed_logits_are_refused(float broken) {
    for (ClassificationFunction function : ClassificationFunction.values()) {
      assertThatThrownBy(() -> LabelScores.of(function, new float[] {1, broken}))
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("label 1 (of 2) is " + broken)
          .hasMessageContaining("higher precision");
    }
  }

  @Test
  void candidates_share_one_by_their_entailments() {
    float[][] logits = {{9, 0, 0}, {-9, 0, (float) LN3}};
    assertThat(LabelScores.byEntailment(logits, 2, 0, false))
        .containsExactly(new double[] {0.25, 0.75}, within(1e-7));
  }

  @Test
  void independent_candidates_weigh_entailment_against_contradiction() {
    float[][] logits = {{0, 9, (float) LN3}, {(float) LN3, -9, 0}};
    assertThat(LabelScores.byEntailment(logits, 2, 0, true))
        .containsExactly(new double[] {0.75, 0.25}, within(1e-7));
  }

  @Test
  void one_candidate_is_judged_alone() {
    float[][] logits = {{0, 9, (float) LN3}};
    assertThat(LabelScores.byEntailment(logits, 2, 0, false))
        .containsExactly(new double[] {0.75}, within(1e-7));
  }

  @Test
  void the_best_labels_come_first_and_equal_ones_by_index() {
    List<LabelScore> ranked =
        LabelScores.ranked(new double[] {0.2, 0.5, 0.2, 0.1}, i -> "label " + i, 3);
    assertThat(ranked)
        .containsExactly(
            new LabelScore("label 1", 1, 0.5),
            new LabelScore("label 0", 0, 0.2),
            new LabelScore("label 2", 2, 0.2));
  }

  @Test
  void more_labels_than_there_are_means_all() {
    assertThat(LabelScores.ranked(new double[] {0.2, 0.5}, i -> "label " + i, 9)).hasSize(2);
  }
}
