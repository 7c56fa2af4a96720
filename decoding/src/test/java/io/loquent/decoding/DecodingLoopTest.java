package io.loquent.decoding;

import static io.loquent.decoding.Runs.ids;
import static io.loquent.decoding.Runs.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.FinishReason;
import io.loquent.decoding.search.Searches;
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

    try (DecodingLoop loop = new DecodingLoop(model, searches)) {
      while (loop.step()) {}
      for (int i = 0; i < setups.size(); i++) {
        List<Hypothesis> alone = Runs.run(script, setups.get(i));
        assertThat(searches.get(i).results()).isEqualTo(alone);
        int longest = ids(alone).stream().mapToInt(List::size).max().orElseThrow();
        assertThat(loop.runs(i)).isEqualTo(longest);
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
        new DecodingLoop(model, Stream.of(greedy(2, 6), greedy(4, 6)).map(Searches::of).toList())) {
      while (loop.step()) {}
    }

    assertThat(model.gathers).isLessThanOrEqualTo(1);
  }

  @Test
  void a_finished_batch_is_not_run_again() {
    ScriptedModel model = ScriptedModel.of(VOCABULARY, script, new int[] {2});
    Search search = Searches.of(greedy(2, 3));
    search.finish(FinishReason.CANCELLED);

    try (DecodingLoop loop = new DecodingLoop(model, List.of(search))) {
      assertThat(loop.step()).isFalse();
      assertThat(loop.runs(0)).isZero();
    }

    assertThat(model.runs).isZero();
    assertThat(search.results())
        .containsExactly(new Hypothesis(List.of(), 0, FinishReason.CANCELLED));
  }

  @Test
  void a_search_that_is_finished_from_outside_leaves_the_batch_and_the_others_go_on() {
    ScriptedModel model = ScriptedModel.of(VOCABULARY, script, new int[] {2}, new int[] {4});
    List<Search> searches = Stream.of(greedy(2, 8), greedy(4, 8)).map(Searches::of).toList();
    try (DecodingLoop loop = new DecodingLoop(model, searches)) {
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
      try (DecodingLoop loop = new DecodingLoop(model, searches)) {
        boolean more = true;
        while (more) {
          try {
            more = loop.step();
          } catch (RunInterruptedException e) {
            assertThat(loop.runs(0)).isLessThanOrEqualTo(interrupted);
          }
        }
      }
      assertThat(searches.get(0).results()).isEqualTo(Runs.run(script, setup));
      assertThat(searches.get(1).results()).isEqualTo(Runs.run(script, greedy(4, 7)));
    }
  }

  @Test
  void a_state_with_other_rows_than_the_searches_is_refused() {
    ScriptedModel model = ScriptedModel.of(VOCABULARY, script, new int[] {2}, new int[] {4});

    assertThatThrownBy(() -> new DecodingLoop(model, List.of(Searches.of(greedy(2, 8)))))
        .hasMessageContaining("1 rows")
        .hasMessageContaining("2");
  }
}
