package io.loquent.decoding.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.Speculation;
import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.DraftLength;
import io.loquent.decoding.DraftRows;
import io.loquent.decoding.Drafter;
import io.loquent.decoding.Drafting;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.RunInterruptedException;
import io.loquent.decoding.Runs;
import io.loquent.decoding.ScriptedModel;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.speculation.LookaheadDrafter;
import io.loquent.decoding.speculation.ModelDrafter;
import io.loquent.decoding.speculation.PromptLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several paths of guesses for one sequence. */
final class PathsTest {

  private static final int VOCABULARY = 12;
  private static final int PATHS = 3;
  private static final int[] PROMPT = {3, 1, 4, 1, 5};
  private static final ScriptedModel.Script MODEL = ScriptedModel.hashed(7, VOCABULARY, 1.5);

  /** Follows from the last two tokens, so that guesses are right now and then. */
  private static final ScriptedModel.Script REPEATING =
      tokens -> MODEL.logits(tokens.subList(Math.max(0, tokens.size() - 2), tokens.size()));

  private interface Guess {
    int at(int path, List<Integer> tokens);
  }

  private static Drafter guessing(Guess guess) {
    return new Drafter() {
      @Override
      public void draft(DraftRows rows) {
        for (int row = 0; row < rows.size(); row++) {
          for (int path = 0; path < rows.mostPaths(row); path++) {
            List<Integer> tokens = Guessers.tokens(rows.sequence(row));
            while (rows.room(row, path) > 0) {
              int token = guess.at(path, tokens);
              rows.propose(row, path, token);
              tokens.add(token);
            }
          }
        }
      }

      @Override
      public void close() {}
    };
  }

  private static int best(List<Integer> tokens) {
    float[] scores = REPEATING.logits(tokens);
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }

  private static Map<String, Drafter> drafters() {
    Random random = new Random(5);
    return Map.of(
        "lookup", new PromptLookup(2, new int[] {4, 1, 9, 5, 4, 1, 2}, true),
        "lookahead", new LookaheadDrafter(PATHS),
        "random", guessing((path, tokens) -> random.nextInt(VOCABULARY)),
        "wrong", guessing((path, tokens) -> (best(tokens) + 1 + path) % VOCABULARY),
        "alike", guessing((path, tokens) -> best(tokens)),
        // Which path is right changes from token to token, so that no path stays right for long.
        "mixed",
            guessing(
                (path, tokens) ->
                    tokens.size() % PATHS == path ? best(tokens) : random.nextInt(VOCABULARY)),
        "last", guessing((path, tokens) -> (best(tokens) + PATHS - 1 - path) % VOCABULARY));
  }

  private static SearchSetup with(SearchSetup setup, Drafter drafter, int length) {
    return setup.with(new Drafting(drafter, DraftLength.fixed(length, PATHS), () -> 0));
  }

  private static void finish(ScriptedModel model, Search... searches) {
    try (DecodingLoop loop = Runs.loop(model, List.of(searches))) {
      while (loop.step()) {
        // The next step.
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void greedy_search_is_the_same_whatever_the_paths_are(int length) {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 60);
    List<Hypothesis> plain = Runs.run(REPEATING, setup);
    drafters()
        .forEach(
            (name, drafter) ->
                assertThat(Runs.run(REPEATING, with(setup, drafter, length)))
                    .as(name)
                    .isEqualTo(plain));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void seeded_sampling_is_the_same_for_many_seeds_and_sequences(int length) {
    for (int seed = 0; seed < 200; seed++) {
      SearchSetup setup =
          Runs.setup(
              VOCABULARY,
              PROMPT,
              "do_sample",
              true,
              "seed",
              seed,
              "max_new_tokens",
              14,
              "num_return_sequences",
              1 + seed % 4,
              "temperature",
              0.7,
              "repetition_penalty",
              1.1,
              "eos_token_id",
              11);
      List<Hypothesis> plain = Runs.run(REPEATING, setup);
      for (Map.Entry<String, Drafter> drafter : drafters().entrySet()) {
        assertThat(Runs.run(REPEATING, with(setup, drafter.getValue(), length)))
            .as("%s, seed %d", drafter.getKey(), seed)
            .isEqualTo(plain);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void a_draft_model_begins_its_paths_with_different_tokens(int length) {
    ScriptedModel.Script draft = ScriptedModel.hashed(7, VOCABULARY, 1.0);
    int one = 0;
    int several = 0;
    for (int seed = 0; seed < 200; seed++) {
      SearchSetup setup =
          Runs.setup(
              VOCABULARY,
              PROMPT,
              "do_sample",
              seed % 5 > 0,
              "seed",
              seed,
              "max_new_tokens",
              15,
              "num_return_sequences",
              1 + seed % 5 / 2,
              "eos_token_id",
              11);
      List<Hypothesis> plain = Runs.run(MODEL, setup);
      one += savedRuns(setup, draft, length, 1, plain);
      several += savedRuns(setup, draft, length, PATHS, plain);
    }
    assertThat(several).isGreaterThan(one);
  }

  private static int savedRuns(
      SearchSetup setup,
      ScriptedModel.Script draft,
      int length,
      int paths,
      List<Hypothesis> plain) {
    ScriptedModel drafts = ScriptedModel.of(VOCABULARY, draft, PROMPT);
    try (Drafter drafter = new ModelDrafter(setup, () -> drafts, 100, 0, false)) {
      Search search =
          Searches.of(setup.with(new Drafting(drafter, DraftLength.fixed(length, paths), () -> 0)));
      finish(ScriptedModel.of(VOCABULARY, MODEL, PROMPT), search);
      assertThat(search.results()).isEqualTo(plain);
      return search.speculation().orElseThrow().modelRunsSaved();
    }
  }

  @Test
  void a_draft_model_follows_when_the_number_of_paths_changes() {
    SearchSetup setup =
        Runs.setup(
            VOCABULARY,
            PROMPT,
            "do_sample",
            true,
            "seed",
            3,
            "max_new_tokens",
            40,
            "num_return_sequences",
            3);
    ScriptedModel drafts = ScriptedModel.of(VOCABULARY, MODEL, PROMPT);
    int[] round = new int[1];
    DraftLength changing =
        new DraftLength() {
          @Override
          public int next() {
            round[0]++;
            return round[0] % 4;
          }

          @Override
          public int paths() {
            return 1 + round[0] % 3;
          }
        };
    Drafter drafter = new ModelDrafter(setup, () -> drafts, 100, 0, false);
    assertThat(Runs.run(MODEL, setup.with(new Drafting(drafter, changing, () -> 0))))
        .isEqualTo(Runs.run(MODEL, setup));
    assertThat(drafts.rowsPerRun).contains(9, 6, 3);
  }

  @Test
  void the_path_that_is_right_counts_wherever_it_is() {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 61);
    Search search = Searches.of(with(setup, drafters().get("last"), 3));
    ScriptedModel model = ScriptedModel.of(VOCABULARY, REPEATING, PROMPT);
    finish(model, search);
    assertThat(search.results()).isEqualTo(Runs.run(REPEATING, setup));
    // The prompt gives one token, each further run four; its other two rows were in vain.
    Speculation speculation = search.speculation().orElseThrow();
    assertThat(speculation.rounds()).isEqualTo(15);
    assertThat(speculation.draftedTokens()).isEqualTo(15 * 3 * PATHS);
    assertThat(speculation.acceptedTokens()).isEqualTo(45);
    assertThat(speculation.modelRunsSaved()).isEqualTo(45);
    assertThat(model.runs).isEqualTo(16);
    assertThat(model.rowsPerRun.subList(1, 16)).containsOnly(PATHS);
  }

  @Test
  void paths_that_guess_the_same_take_one_row() {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 61);
    ScriptedModel model = ScriptedModel.of(VOCABULARY, REPEATING, PROMPT);
    finish(model, Searches.of(with(setup, drafters().get("alike"), 3)));
    assertThat(model.rowsPerRun).containsOnly(1);
    assertThat(model.gathers).isZero();
  }

  @Test
  void guidance_verifies_every_path_in_both_rows() {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 30, "guidance_scale", 1.5);
    List<Hypothesis> plain = guided(setup);
    drafters()
        .forEach(
            (name, drafter) ->
                assertThat(guided(with(setup, drafter, 4))).as(name).isEqualTo(plain));
  }

  private static List<Hypothesis> guided(SearchSetup setup) {
    return Runs.run(ScriptedModel.of(VOCABULARY, REPEATING, PROMPT, new int[] {5}), setup);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void searches_of_one_batch_have_paths_or_not_each_for_itself(int length) {
    List<int[]> prompts = List.of(PROMPT, new int[] {2}, new int[] {1, 1, 2, 3}, new int[] {8, 0});
    List<List<Hypothesis>> alone = new ArrayList<>();
    List<Search> searches = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      SearchSetup setup =
          i == 2
              ? Runs.setup(VOCABULARY, prompts.get(i), "max_new_tokens", 9, "num_beams", 3)
              : Runs.setup(VOCABULARY, prompts.get(i), "max_new_tokens", 14 + 9 * i);
      alone.add(Runs.run(REPEATING, setup));
      searches.add(
          Searches.of(
              i == 2 ? setup : with(setup, drafters().get(i == 0 ? "mixed" : "lookup"), length)));
    }
    finish(
        ScriptedModel.of(VOCABULARY, REPEATING, prompts.toArray(new int[0][])),
        searches.toArray(new Search[0]));
    for (int i = 0; i < prompts.size(); i++) {
      assertThat(searches.get(i).results()).as("search %d", i).isEqualTo(alone.get(i));
    }
  }

  @Test
  void an_interrupted_run_can_be_repeated_with_the_same_paths() {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 30);
    for (int interrupted = 1; interrupted < 6; interrupted++) {
      ScriptedModel model = ScriptedModel.of(VOCABULARY, REPEATING, PROMPT);
      model.interruptedRun = interrupted;
      Search search = Searches.of(with(setup, drafters().get("random"), 3));
      int times = 0;
      try (DecodingLoop loop = Runs.loop(model, List.of(search))) {
        boolean more = true;
        while (more) {
          try {
            more = loop.step();
          } catch (RunInterruptedException e) {
            times++;
          }
        }
      }
      assertThat(times).isOne();
      assertThat(search.results()).isEqualTo(Runs.run(REPEATING, setup));
    }
  }

  @Test
  void a_state_that_takes_fewer_tokens_gets_fewer_guesses_on_each_path() {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 30);
    for (int most : new int[] {1, 2, 4}) {
      ScriptedModel model = ScriptedModel.of(VOCABULARY, REPEATING, PROMPT);
      model.mostTokens = most;
      Search search = Searches.of(with(setup, drafters().get("last"), 8));
      finish(model, search);
      assertThat(search.results()).isEqualTo(Runs.run(REPEATING, setup));
      assertThat(model.runs).isEqualTo(1 + (29 + most - 1) / most);
    }
  }

  @Test
  void draws_of_their_own_are_for_one_path() {
    SearchSetup setup =
        Runs.setup(VOCABULARY, PROMPT, "do_sample", true, "max_new_tokens", 10, "eos_token_id", 11);
    ScriptedModel drafts = ScriptedModel.of(VOCABULARY, MODEL, PROMPT);
    Drafter drafter = new ModelDrafter(setup, () -> drafts, 100, 0, true);
    assertThatThrownBy(() -> Runs.run(MODEL, with(setup, drafter, 3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("several paths");
  }
}
