package io.loquent.decoding;

import static io.loquent.decoding.Runs.ids;
import static io.loquent.decoding.Runs.loop;
import static io.loquent.decoding.Runs.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.FinishReason;
import io.loquent.decoding.search.Searches;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DecodingLoopTest {

  private static final int VOCABULARY = 30;

  private final ScriptedModel.Script script = ScriptedModel.hashed(5, VOCABULARY, 2);

  private static SearchSetup sampling(int prompt, int newTokens, int sequences) {
    return setup(
        VOCABULARY,
        new int[] {prompt},
        "do_sample",
        true,
        "seed",
        prompt,
        "max_new_tokens",
        newTokens,
        "num_return_sequences",
        sequences,
        "eos_token_id",
        List.of(0, 1));
  }

  private static SearchSetup greedy(int prompt, int newTokens) {
    return setup(
        VOCABULARY, new int[] {prompt}, "max_new_tokens", newTokens, "eos_token_id", List.of(0));
  }

  @Test
  void searches_of_a_batch_give_what_they_give_alone() {
    List<SearchSetup> setups =
        List.of(sampling(1, 12, 3), greedy(2, 9), sampling(3, 4, 1), greedy(4, 20), greedy(5, 1));
    List<Search> searches = setups.stream().map(Searches::of).toList();
    ScriptedModel model =
        ScriptedModel.of(
            VOCABULARY,
            script,
            setups.stream().map(setup -> setup.prompt().ids()).toArray(int[][]::new));

    try (DecodingLoop loop = loop(model, searches)) {
      while (loop.step()) {}
      for (int i = 0; i < setups.size(); i++) {
        List<Hypothesis> alone = Runs.run(script, setups.get(i));
        assertThat(searches.get(i).results()).isEqualTo(alone);
      }
    }
    assertThat(model.isClosed()).isTrue();
    assertThat(model.rowsPerRun.get(0)).isEqualTo(5);
    assertThat(model.rowsPerRun.get(1)).isEqualTo(6);
  }

  @Test
  void rows_that_stay_where_they_are_are_not_gathered() {
    ScriptedModel model = ScriptedModel.of(VOCABULARY, script, new int[] {2}, new int[] {4});

    try (DecodingLoop loop =
        loop(model, Stream.of(greedy(2, 6), greedy(4, 6)).map(Searches::of).toList())) {
      while (loop.step()) {}
    }

    assertThat(model.gathers).isLessThanOrEqualTo(1);
  }

  @Test
  void probabilities_are_asked_for_as_long_as_a_search_that_wants_them_goes_on() {
    Search greedy = Searches.of(setup(VOCABULARY, new int[] {3}, "max_new_tokens", 2));
    Search beams =
        Searches.of(setup(VOCABULARY, new int[] {4}, "num_beams", 2, "max_new_tokens", 6));
    ScriptedModel model = ScriptedModel.of(VOCABULARY, script, new int[] {3}, new int[] {4});
    try (DecodingLoop loop = loop(model, List.of(greedy, beams))) {
      while (loop.step()) {}
    }
    assertThat(model.runs).isEqualTo(6);
    assertThat(model.runsWithProbabilities).isEqualTo(2);
  }

  @Test
  void a_finished_batch_is_not_run_again() {
    ScriptedModel model = ScriptedModel.of(VOCABULARY, script, new int[] {2});
    Search search = Searches.of(greedy(2, 3));
    search.finish(FinishReason.CANCELLED);

    try (DecodingLoop loop = loop(model, List.of(search))) {
      assertThat(loop.step()).isFalse();
    }

    assertThat(model.runs).isZero();
    assertThat(search.results())
        .containsExactly(new Hypothesis(List.of(), 0, FinishReason.CANCELLED));
  }

  @Test
  void a_search_that_is_finished_from_outside_leaves_the_batch_and_the_others_go_on() {
    ScriptedModel model = ScriptedModel.of(VOCABULARY, script, new int[] {2}, new int[] {4});
    List<Search> searches = Stream.of(greedy(2, 8), greedy(4, 8)).map(Searches::of).toList();
    try (DecodingLoop loop = loop(model, searches)) {
      loop.step();
      loop.step();
      searches.get(0).finish(FinishReason.TIMED_OUT);
      while (loop.step()) {}
    }

    Hypothesis cut = searches.get(0).results().get(0);
    assertThat(cut.finishReason()).isEqualTo(FinishReason.TIMED_OUT);
    assertThat(ids(cut)).isEqualTo(ids(Runs.run(script, greedy(2, 2))).get(0));
    assertThat(searches.get(1).results()).isEqualTo(Runs.run(script, greedy(4, 8)));
    assertThat(model.rowsPerRun.subList(2, 4)).containsOnly(1);
  }

  @Test
  void an_interrupted_run_can_be_repeated() {
    for (int interrupted = 0; interrupted < 6; interrupted++) {
      SearchSetup setup = sampling(3, 6, 4);
      ScriptedModel model = ScriptedModel.of(VOCABULARY, script, new int[] {3}, new int[] {4});
      model.interruptedRun = interrupted;
      List<Search> searches = List.of(Searches.of(setup), Searches.of(greedy(4, 7)));
      try (DecodingLoop loop = loop(model, searches)) {
        boolean more = true;
        while (more) {
          try {
            more = loop.step();
          } catch (RunInterruptedException e) {
            assertThat(model.runs).isEqualTo(interrupted);
          }
        }
      }
      assertThat(searches.get(0).results()).isEqualTo(Runs.run(script, setup));
      assertThat(searches.get(1).results()).isEqualTo(Runs.run(script, greedy(4, 7)));
    }
  }

  @Test
  void searches_that_join_later_give_what_they_give_alone() {
    List<SearchSetup> setups =
        List.of(greedy(2, 7), sampling(1, 12, 3), greedy(4, 20), sampling(3, 4, 2), greedy(5, 1));
    for (int pause = 0; pause < 5; pause++) {
      List<Search> searches = setups.stream().map(Searches::of).toList();
      try (DecodingLoop batch = alone(searches.get(0), 2)) {
        batch.step();
        for (int i = 1; i < searches.size(); i++) {
          for (int step = 0; step < pause; step++) {
            batch.step();
          }
          try (DecodingLoop newcomer = alone(searches.get(i), setups.get(i).prompt().ids()[0])) {
            newcomer.step();
            assertThat(batch.absorb(newcomer)).isTrue();
          }
        }
        while (batch.step()) {}
      }
      for (int i = 0; i < setups.size(); i++) {
        assertThat(searches.get(i).results()).isEqualTo(Runs.run(script, setups.get(i)));
      }
    }
  }

  private DecodingLoop alone(Search search, int prompt) {
    return loop(ScriptedModel.of(VOCABULARY, script, new int[] {prompt}), List.of(search));
  }

  @Test
  void a_search_that_leaves_moves_one_other_row_at_most() {
    List<Search> searches =
        Stream.of(greedy(2, 9), greedy(4, 9), greedy(5, 9), greedy(6, 9))
            .map(Searches::of)
            .toList();
    ScriptedModel model =
        ScriptedModel.of(
            VOCABULARY, script, new int[] {2}, new int[] {4}, new int[] {5}, new int[] {6});
    try (DecodingLoop batch = loop(model, searches)) {
      batch.step();
      searches.get(0).finish(FinishReason.CANCELLED);
      batch.step();
      assertThat(model.lastParents).containsExactly(3, 1, 2);
    }
  }

  @Test
  void batches_that_cannot_share_runs_stay_as_they_are() {
    List<Search> searches = Stream.of(greedy(2, 7), greedy(4, 9)).map(Searches::of).toList();
    ScriptedModel closed = ScriptedModel.of(VOCABULARY, script, new int[] {2});
    closed.joins = false;
    try (DecodingLoop batch = loop(closed, List.of(searches.get(0)));
        DecodingLoop other = alone(searches.get(1), 4)) {
      assertThat(batch.absorb(other)).as("before the prompts are through").isFalse();
      batch.step();
      other.step();
      assertThat(batch.absorb(other)).isFalse();
      while (batch.step()) {}
      while (other.step()) {}
    }
    assertThat(searches.get(0).results()).isEqualTo(Runs.run(script, greedy(2, 7)));
    assertThat(searches.get(1).results()).isEqualTo(Runs.run(script, greedy(4, 9)));
  }

  @Test
  void a_prompt_that_runs_in_parts_gives_what_it_gives_at_once() {
    SearchSetup setup =
        setup(VOCABULARY, new int[] {3, 4, 5, 6, 7}, "max_new_tokens", 6, "eos_token_id", 0);
    Search search = Searches.of(setup);
    ScriptedModel model = ScriptedModel.of(VOCABULARY, script, setup.prompt().ids());
    model.interruptedRun = 1;
    try (DecodingLoop batch = loop(model, List.of(search))) {
      assertThat(batch.prefill(2)).isFalse();
      assertThatThrownBy(() -> batch.prefill(2)).isInstanceOf(RunInterruptedException.class);
      assertThat(batch.prefill(2)).isFalse();
      assertThat(search.settled()).isZero();
      assertThat(batch.prefill(2)).isTrue();
      assertThat(search.settled()).isOne();
      assertThat(batch.prefill(2)).isTrue();
      assertThat(model.runs).isEqualTo(3);
      while (batch.step()) {}
    }
    assertThat(search.results()).isEqualTo(Runs.run(script, setup));
  }

  @Test
  void a_search_that_fails_leaves_the_batch_and_the_others_go_on() {
    ScriptedModel model = ScriptedModel.of(VOCABULARY, script, new int[] {2}, new int[] {4});
    SearchSetup failing =
        setup(
            VOCABULARY,
            new int[] {2},
            null,
            request ->
                request.logitsProcessor(
                    (tokens, scores) -> {
                      if (tokens.length() > 3) {
                        throw new IllegalStateException("my own mistake");
                      }
                    }),
            "max_new_tokens",
            9);
    List<Search> searches = List.of(Searches.of(failing), Searches.of(greedy(4, 8)));
    List<String> failures = new ArrayList<>();
    try (DecodingLoop loop =
        new DecodingLoop(
            model,
            searches,
            (search, failure) ->
                failures.add(searches.indexOf(search) + ": " + failure.getMessage()))) {
      while (loop.step()) {}
    }
    assertThat(failures).containsExactly("0: my own mistake");
    assertThat(model.rowsPerRun.subList(0, 5)).containsExactly(2, 2, 2, 2, 1);
    assertThat(searches.get(1).results()).isEqualTo(Runs.run(script, greedy(4, 8)));
  }

  @Test
  void a_state_with_other_rows_than_the_searches_is_refused() {
    ScriptedModel model = ScriptedModel.of(VOCABULARY, script, new int[] {2}, new int[] {4});

    assertThatThrownBy(() -> loop(model, List.of(Searches.of(greedy(2, 8)))))
        .hasMessageContaining("1 rows")
        .hasMessageContaining("2");
  }
}
