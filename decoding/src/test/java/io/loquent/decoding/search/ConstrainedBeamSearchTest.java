package io.loquent.decoding.search;

import static io.loquent.decoding.Runs.ids;
import static io.loquent.decoding.Runs.loop;
import static io.loquent.decoding.Runs.run;
import static io.loquent.decoding.Runs.setup;
import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.FinishReason;
import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.ScriptedModel;
import io.loquent.decoding.Search;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConstrainedBeamSearchTest {

  private static final int[] PROMPT = {4};

  @Test
  void results_hold_all_phrases() {
    for (int seed = 0; seed < 60; seed++) {
      List<Hypothesis> results =
          run(
              ScriptedModel.hashed(seed, 20, 1.5),
              setup(
                  20,
                  PROMPT,
                  "num_beams",
                  6,
                  "eos_token_id",
                  0,
                  "max_new_tokens",
                  12,
                  "force_words_ids",
                  List.of(
                      List.of(7, 8, 9), List.of(List.of(10, 11), List.of(12), List.of(10, 13)))));

      List<Integer> best = ids(results.get(0));
      assertThat(Collections.indexOfSubList(best, List.of(7, 8, 9)))
          .as("%s", best)
          .isNotEqualTo(-1);
      assertThat(
              best.contains(12)
                  || Collections.indexOfSubList(best, List.of(10, 11)) >= 0
                  || Collections.indexOfSubList(best, List.of(10, 13)) >= 0)
          .as("%s", best)
          .isTrue();
    }
  }

  @Test
  void an_end_token_before_the_phrase_does_not_end_a_hypothesis() {
    ScriptedModel.Table table = ScriptedModel.table(0.7, 0.1, 0.1, 0.05, 0.05);

    Hypothesis best =
        run(
                table,
                setup(
                    5,
                    PROMPT,
                    "num_beams",
                    2,
                    "eos_token_id",
                    0,
                    "max_new_tokens",
                    4,
                    "force_words_ids",
                    List.of(List.of(3))))
            .get(0);

    assertThat(ids(best)).containsExactly(3, 0);
    assertThat(best.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
  }

  @Test
  void a_phrase_that_the_prompt_holds_is_there_already() {
    ScriptedModel.Table table = ScriptedModel.table(0.7, 0.1, 0.1, 0.05, 0.05);

    Hypothesis best =
        run(
                table,
                setup(
                    5,
                    new int[] {1, 3},
                    "num_beams",
                    2,
                    "eos_token_id",
                    0,
                    "max_new_tokens",
                    4,
                    "force_words_ids",
                    List.of(List.of(3))))
            .get(0);

    assertThat(ids(best)).containsExactly(0);
  }

  @Test
  void too_short_a_limit_gives_what_there_is() {
    List<Hypothesis> results =
        run(
            ScriptedModel.hashed(3, 20, 1),
            setup(
                20,
                PROMPT,
                "num_beams",
                3,
                "max_new_tokens",
                2,
                "force_words_ids",
                List.of(List.of(7, 8, 9, 10))));

    assertThat(results).hasSize(1);
    assertThat(results.get(0).tokens()).hasSize(2);
  }

  @Test
  void finishing_from_outside_closes_the_running_beams_at_any_step() {
    for (int steps = 0; steps < 5; steps++) {
      Search search =
          Searches.of(
              setup(20, PROMPT, "num_beams", 3, "force_words_ids", List.of(List.of(7, 8, 9))));
      try (DecodingLoop loop =
          loop(ScriptedModel.of(20, ScriptedModel.hashed(1, 20, 1), PROMPT), List.of(search))) {
        for (int i = 0; i < steps; i++) {
          loop.step();
        }
        search.finish(FinishReason.CANCELLED);
      }
      assertThat(search.results().get(0).tokens()).hasSize(steps);
    }
  }

  @Test
  void progress_counts_tokens_and_starts_over_when_broken_off() {
    PhraseProgress progress =
        new PhraseProgress(
            List.of(
                new Phrase(List.of(List.of(1, 2, 3)), 10),
                new Phrase(List.of(List.of(4, 5), List.of(6)), 10)));

    assertThat(progress.advancing()).containsExactly(1, 4, 6);
    progress.add(1);
    progress.add(2);
    assertThat(progress.bank()).isEqualTo(2);
    assertThat(progress.advancing()).containsExactly(3);
    progress.add(1);
    assertThat(progress.bank()).isZero();
    assertThat(progress.advancing()).containsExactly(4, 6, 1);
    progress.add(6);
    assertThat(progress.bank()).isEqualTo(3);
    for (int token : new int[] {1, 2, 3}) {
      assertThat(progress.isComplete()).isFalse();
      progress.add(token);
    }
    assertThat(progress.isComplete()).isTrue();
    assertThat(progress.bank()).isEqualTo(6);
  }

  @Test
  void equals_are_ranked_as_a_heap_leaves_them() {
    float[][] scores = new float[6][400];
    for (int beam = 0; beam < 6; beam++) {
      java.util.Arrays.fill(scores[beam], Float.NEGATIVE_INFINITY);
      scores[beam][2] = -beam;
    }
    int[] beams = new int[12];
    int[] tokens = new int[12];

    int count = new HeapRanking(12).rank(scores, new double[6], 6, 0, beams, tokens);

    assertThat(count).isEqualTo(12);
    assertThat(beams).containsExactly(0, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0);
    assertThat(tokens).containsExactly(2, 2, 2, 2, 2, 2, 7, 3, 8, 9, 1, 4);
  }

  @Test
  void without_equals_a_heap_ranks_as_a_sort() {
    float[][] scores = new float[3][];
    java.util.List<Float> all = new java.util.ArrayList<>();
    for (int beam = 0; beam < 3; beam++) {
      scores[beam] = ScriptedModel.hashed(beam, 50, 3).logits(List.of(beam));
      for (float score : scores[beam]) {
        all.add(score);
      }
    }
    all.sort(Collections.reverseOrder());
    for (int count = 1; count < 20; count++) {
      int[] beams = new int[count];
      int[] tokens = new int[count];
      new HeapRanking(count).rank(scores, new double[3], 3, 0, beams, tokens);
      for (int rank = 0; rank < count; rank++) {
        assertThat(scores[beams[rank]][tokens[rank]]).isEqualTo(all.get(rank));
      }
    }
  }
}
