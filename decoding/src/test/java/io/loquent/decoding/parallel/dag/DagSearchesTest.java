package io.loquent.decoding.parallel.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.loquent.FinishReason;
import io.loquent.GenerationRequest;
import io.loquent.InvalidRequestException;
import io.loquent.decoding.Runs;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.ParallelModel.Family;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import io.loquent.decoding.parallel.dag.Dags.Dag;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DagSearchesTest {

  private static final Dag DAG = Dags.random(8, 5, 21);

  private static void assertRefused(String[] words, Object... options) {
    assertThatExceptionOfType(InvalidRequestException.class)
        .as(List.of(options).toString())
        .isThrownBy(() -> Dags.search(5, null, options))
        .satisfies(refusal -> assertThat(refusal.getMessage()).contains(words));
  }

  private static String[] words(String... words) {
    return words;
  }

  @Test
  void the_strategy_follows_from_other_options_where_it_is_not_named() {
    assertThat(Dags.run(DAG).results())
        .isEqualTo(Dags.run(DAG, "dag_strategy", "lookahead").results());
    assertThat(Dags.run(DAG, "num_beams", 7).results())
        .isEqualTo(Dags.run(DAG, "num_beams", 7, "dag_strategy", "beam").results());
    assertThat(Dags.run(DAG, "do_sample", true, "seed", 3).results())
        .isEqualTo(Dags.run(DAG, "dag_strategy", "sample", "seed", 3).results());
  }

  @Test
  void options_that_the_strategy_would_ignore_are_refused() {
    assertRefused(
        words("length_penalty", "2.0", "greedy"), "dag_strategy", "greedy", "length_penalty", 2.0);
    assertRefused(words("dag_beta", "viterbi"), "dag_strategy", "viterbi", "dag_beta", 2.0);
    assertRefused(words("num_beams", "lookahead"), "dag_strategy", "lookahead", "num_beams", 3);
    assertRefused(words("temperature", "beam"), "num_beams", 3, "temperature", 0.5);
    assertRefused(words("repetition_penalty"), "repetition_penalty", 1.3);
    assertRefused(words("hotwords"), "num_beams", 3, "hotwords", List.of("word"));
    assertRefused(words("lm_alpha", "language model"), "num_beams", 3, "lm_alpha", 0.5);
    assertRefused(words("num_return_sequences", "beam"), "num_return_sequences", 2);
    assertRefused(
        words("num_return_sequences is 4", "num_beams is 3"),
        "num_beams",
        3,
        "num_return_sequences",
        4);
  }

  @Test
  void defaults_that_the_strategy_does_not_heed_are_passed_over() {
    SearchSetup loud =
        new SearchSetup(
            GenerationRequest.tokens(1).build(),
            Runs.options(
                "dag_strategy",
                "greedy",
                "num_beams",
                6,
                "repetition_penalty",
                2.0,
                "pad_token_id",
                Dags.PAD),
            new SearchPrompt(new int[0], new int[0], Integer.MAX_VALUE),
            5,
            null,
            0);
    ParallelSearch search =
        DagSearches.of(new ParallelSetup(loud, Dags.model(5, 1), new int[0], null));
    ScriptedCanvasModel.run(Dags.script(DAG), search);
    assertThat(search.results()).isEqualTo(Dags.run(DAG, "dag_strategy", "greedy").results());
  }

  @Test
  void a_language_model_that_was_not_read_is_a_mistake_of_the_caller() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dags.search(5, null, "num_beams", 3, "language_model", "words.arpa"))
        .withMessageContaining("language_model");
  }

  @Test
  void a_request_in_a_batch_has_the_result_that_it_has_alone() {
    Dag[] dags = {Dags.random(5, 5, 1), Dags.random(9, 5, 2), Dags.random(7, 5, 3)};
    Object[][] options = {
      {"num_beams", 4, "num_return_sequences", 2},
      {"do_sample", true, "seed", 5, "num_return_sequences", 3},
      {"dag_strategy", "joint_viterbi"}
    };
    ParallelSearch[] batch = new ParallelSearch[3];
    for (int i = 0; i < 3; i++) {
      batch[i] = Dags.search(5, null, options[i]);
    }
    ScriptedCanvasModel model = ScriptedCanvasModel.run(Dags.script(dags), batch);
    assertThat(model.runs).isZero();
    for (int i = 0; i < 3; i++) {
      assertThat(batch[i].results()).isEqualTo(Dags.run(dags[i], options[i]).results());
      assertThat(batch[i].settled()).isEqualTo(batch[i].provisional().length);
    }
  }

  @Test
  void a_search_that_is_stopped_before_it_begins_has_an_empty_result() {
    ParallelSearch search = Dags.search(5, null);
    assertThat(search.isFinished()).isFalse();
    assertThat(search.settled()).isZero();
    assertThat(search.provisional()).isEmpty();
    assertThatIllegalStateException().isThrownBy(search::results);
    search.finish(FinishReason.CANCELLED);
    assertThat(search.results().get(0).tokens()).isEmpty();
    assertThat(search.results().get(0).finishReason()).isEqualTo(FinishReason.CANCELLED);
  }

  @Test
  void a_model_has_to_be_of_the_family() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DagSearches.of(
                    new ParallelSetup(
                        Runs.setup(5, new int[] {1}),
                        Dags.model(Family.CTC, 5, 1),
                        new int[0],
                        null)))
        .withMessageContaining("directed acyclic");
  }
}
