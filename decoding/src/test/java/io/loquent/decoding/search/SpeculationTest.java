package io.loquent.decoding.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.FinishReason;
import io.loquent.InvalidRequestException;
import io.loquent.Speculation;
import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.Drafter;
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
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SpeculationTest {

  private static final int VOCABULARY = 12;
  private static final int[] PROMPT = {3, 1, 4, 1, 5};
  private static final ScriptedModel.Script MODEL = ScriptedModel.hashed(7, VOCABULARY, 1.5);

  /** Repeats itself, so that a lookup has something to find. */
  private static final ScriptedModel.Script REPEATING =
      tokens -> MODEL.logits(tokens.subList(Math.max(0, tokens.size() - 2), tokens.size()));

  private static Map<String, Drafter> drafters() {
    Function<List<Integer>, Integer> right = tokens -> argmax(MODEL.logits(tokens));
    return Map.of(
        "lookup", new PromptLookup(3, new int[0], false),
        "lookahead", new LookaheadDrafter(1),
        "random", Guessers.random(VOCABULARY),
        "wrong", Guessers.wrong(VOCABULARY, right),
        "itself", Guessers.of(right));
  }

  private static int argmax(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }

  private static void assertSame(
      ScriptedModel.Script script, SearchSetup setup, Drafter drafter, int length, String what) {
    List<Hypothesis> plain = Runs.run(script, setup);
    assertThat(Runs.run(script, Guessers.with(setup, drafter, length))).as(what).isEqualTo(plain);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void greedy_search_is_the_same_whatever_is_guessed(int length) {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 60);
    drafters().forEach((name, drafter) -> assertSame(MODEL, setup, drafter, length, name));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void seeded_sampling_is_the_same_for_a_thousand_seeds(int length) {
    for (int seed = 0; seed < 1000; seed++) {
      SearchSetup setup =
          Runs.setup(
              VOCABULARY,
              PROMPT,
              "do_sample",
              true,
              "seed",
              seed,
              "max_new_tokens",
              12,
              "eos_token_id",
              11);
      for (Map.Entry<String, Drafter> drafter : drafters().entrySet()) {
        assertSame(MODEL, setup, drafter.getValue(), length, drafter.getKey() + " " + seed);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void a_draft_model_changes_nothing_however_many_sequences_there_are(int length) {
    ScriptedModel.Script draft = ScriptedModel.hashed(7, VOCABULARY, 1.2);
    int accepted = 0;
    for (int seed = 0; seed < 300; seed++) {
      SearchSetup setup =
          Runs.setup(
              VOCABULARY,
              PROMPT,
              "do_sample",
              true,
              "seed",
              seed,
              "max_new_tokens",
              15,
              "num_return_sequences",
              1 + seed % 3,
              "eos_token_id",
              11,
              "repetition_penalty",
              1.1);
      double leastConfidence = seed % 4 * 0.1;
      ScriptedModel drafts = ScriptedModel.of(VOCABULARY, draft, PROMPT);
      try (Drafter drafter = new ModelDrafter(setup, () -> drafts, 100, leastConfidence, false)) {
        Search search = Searches.of(Guessers.with(setup, drafter, length));
        finish(ScriptedModel.of(VOCABULARY, MODEL, PROMPT), search);
        assertThat(search.results()).as("seed %d", seed).isEqualTo(Runs.run(MODEL, setup));
        accepted += search.speculation().orElseThrow().acceptedTokens();
      }
      assertThat(drafts.isClosed() || drafts.runs == 0).isTrue();
    }
    assertThat(accepted).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void several_sequences_advance_unevenly(int length) {
    for (int seed = 0; seed < 50; seed++) {
      SearchSetup setup =
          Runs.setup(
              VOCABULARY,
              PROMPT,
              "do_sample",
              true,
              "seed",
              seed,
              "max_new_tokens",
              20,
              "num_return_sequences",
              4,
              "eos_token_id",
              2,
              "temperature",
              0.5);
      Drafter drafter = new PromptLookup(2, new int[0], false);
      assertSame(REPEATING, setup, drafter, length, "seed " + seed);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void every_processor_and_every_limit_holds(int length) {
    Object[] options = {
      "do_sample",
      true,
      "seed",
      5,
      "max_new_tokens",
      40,
      "min_new_tokens",
      5,
      "eos_token_id",
      List.of(0, 6),
      "repetition_penalty",
      1.2,
      "presence_penalty",
      0.2,
      "frequency_penalty",
      0.1,
      "no_repeat_ngram_size",
      4,
      "encoder_no_repeat_ngram_size",
      3,
      "encoder_repetition_penalty",
      1.1,
      "dry_multiplier",
      0.4,
      "bad_words_ids",
      List.of(List.of(7, 2)),
      "suppress_tokens",
      List.of(9),
      "begin_suppress_tokens",
      List.of(1),
      "forced_eos_token_id",
      6,
      "exponential_decay_length_penalty",
      List.of(10, 1.05),
      "temperature",
      0.8,
      "top_k",
      8,
      "top_p",
      0.9,
      "min_p",
      0.01,
      "typical_p",
      0.95,
      "epsilon_cutoff",
      0.001,
      "eta_cutoff",
      0.001,
      "top_n_sigma",
      2.5,
      "xtc_probability",
      0.5,
      "xtc_threshold",
      0.1,
      "top_logprobs",
      3,
      "sequence_bias",
      List.of(List.of(List.of(3), 0.5)),
      "renormalize_logits",
      true
    };
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, options);
    drafters().forEach((name, drafter) -> assertSame(MODEL, setup, drafter, length, name));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void stop_strings_and_criteria_hold(int length) {
    CharTokenizer letters =
        new CharTokenizer("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l");
    List<Integer> ids =
        Runs.ids(Runs.run(MODEL, Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 40)).get(0));
    int[] two = {ids.get(17), ids.get(18)};
    SearchSetup stopped =
        Runs.setup(
            VOCABULARY,
            PROMPT,
            letters,
            request -> request,
            "max_new_tokens",
            40,
            "stop_strings",
            List.of("zzz", letters.decode(two, false)));
    SearchSetup criterion =
        Runs.setup(
            VOCABULARY,
            PROMPT,
            letters,
            request -> request.stoppingCriterion(tokens -> tokens.generatedLength() == 23),
            "max_new_tokens",
            40);
    assertThat(Runs.run(MODEL, stopped).get(0).finishReason()).isEqualTo(FinishReason.STOP_STRING);
    drafters()
        .forEach(
            (name, drafter) -> {
              assertSame(MODEL, stopped, drafter, length, name);
              assertSame(MODEL, criterion, drafter, length, name);
            });
  }

  @Test
  void guidance_verifies_guesses_in_both_rows() {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 30, "guidance_scale", 1.5);
    List<Hypothesis> plain = guided(setup);
    drafters()
        .forEach(
            (name, drafter) ->
                assertThat(guided(Guessers.with(setup, drafter, 4))).as(name).isEqualTo(plain));
  }

  private static List<Hypothesis> guided(SearchSetup setup) {
    return Runs.run(ScriptedModel.of(VOCABULARY, MODEL, PROMPT, new int[] {5}), setup);
  }

  @Test
  void guesses_of_the_model_itself_are_all_accepted() {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 61);
    Search search = Searches.of(Guessers.with(setup, drafters().get("itself"), 3));
    ScriptedModel model = ScriptedModel.of(VOCABULARY, MODEL, PROMPT);
    finish(model, search);
    // The prompt gives one token, each further run four.
    Speculation speculation = search.speculation().orElseThrow();
    assertThat(speculation.rounds()).isEqualTo(15);
    assertThat(speculation.draftedTokens()).isEqualTo(45);
    assertThat(speculation.acceptedTokens()).isEqualTo(45);
    assertThat(speculation.modelRunsSaved()).isEqualTo(45);
    assertThat(speculation.acceptedPerRound()).isEqualTo(3);
    // Every fourth token, and the first one, was chosen with no guess for it.
    assertThat(speculation.acceptedIndexes())
        .hasSize(45)
        .startsWith(1, 2, 3, 5, 6)
        .endsWith(57, 58, 59);
    assertThat(model.runs).isEqualTo(16);
    assertThat(model.dropped).isZero();
  }

  @Test
  void wrong_guesses_are_all_rejected() {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 20);
    Search search = Searches.of(Guessers.with(setup, drafters().get("wrong"), 3));
    ScriptedModel model = ScriptedModel.of(VOCABULARY, MODEL, PROMPT);
    finish(model, search);
    Speculation speculation = search.speculation().orElseThrow();
    assertThat(speculation.acceptedTokens()).isZero();
    assertThat(speculation.modelRunsSaved()).isZero();
    assertThat(speculation.acceptance()).isZero();
    assertThat(model.runs).isEqualTo(20);
  }

  private static void finish(ScriptedModel model, Search... searches) {
    try (DecodingLoop loop = Runs.loop(model, List.of(searches))) {
      while (loop.step()) {
        // The next step.
      }
    }
  }

  @Test
  void searches_of_one_batch_guess_or_not_each_for_itself() {
    List<SearchSetup> setups = new ArrayList<>();
    List<List<Hypothesis>> alone = new ArrayList<>();
    List<Search> searches = new ArrayList<>();
    List<int[]> prompts = List.of(PROMPT, new int[] {2}, new int[] {1, 1, 2, 3}, new int[] {8, 0});
    for (int i = 0; i < prompts.size(); i++) {
      SearchSetup setup =
          i == 2
              ? Runs.setup(VOCABULARY, prompts.get(i), "max_new_tokens", 9, "num_beams", 3)
              : Runs.setup(VOCABULARY, prompts.get(i), "max_new_tokens", 14 + 9 * i);
      alone.add(Runs.run(REPEATING, setup));
      setups.add(setup);
    }
    for (int i = 0; i < setups.size(); i++) {
      Drafter drafter = new PromptLookup(2, new int[0], false);
      searches.add(
          Searches.of(i % 2 == 0 ? setups.get(i) : Guessers.with(setups.get(i), drafter, 5)));
    }
    finish(
        ScriptedModel.of(VOCABULARY, REPEATING, prompts.toArray(new int[0][])),
        searches.toArray(new Search[0]));
    for (int i = 0; i < setups.size(); i++) {
      assertThat(searches.get(i).results()).as("search %d", i).isEqualTo(alone.get(i));
    }
  }

  @Test
  void a_state_that_takes_fewer_tokens_gets_fewer_guesses() {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 30);
    for (int most : new int[] {1, 2, 4}) {
      ScriptedModel model = ScriptedModel.of(VOCABULARY, MODEL, PROMPT);
      model.mostTokens = most;
      Search search = Searches.of(Guessers.with(setup, drafters().get("itself"), 8));
      finish(model, search);
      assertThat(search.results()).isEqualTo(Runs.run(MODEL, setup));
      assertThat(model.runs).isEqualTo(1 + (29 + most - 1) / most);
    }
  }

  @Test
  void no_guess_reaches_beyond_the_limit_or_an_end_token() {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 4, "eos_token_id", 11);
    Drafter ends = Guessers.of(tokens -> 11);
    ScriptedModel model = ScriptedModel.of(VOCABULARY, MODEL, PROMPT);
    finish(model, Searches.of(Guessers.with(setup, ends, 8)));
    assertThat(model.appended - model.dropped).isLessThanOrEqualTo(3);
    assertThat(model.appended).isLessThanOrEqualTo(6);
    Search search = Searches.of(Guessers.with(setup, Guessers.random(11), 100));
    finish(ScriptedModel.of(VOCABULARY, MODEL, PROMPT), search);
    assertThat(search.results()).isEqualTo(Runs.run(MODEL, setup));
  }

  @Test
  void an_interrupted_run_can_be_repeated_with_the_same_guesses() {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 30);
    ScriptedModel model = ScriptedModel.of(VOCABULARY, MODEL, PROMPT);
    model.interruptedRun = 3;
    Search search = Searches.of(Guessers.with(setup, Guessers.random(VOCABULARY), 3));
    try (DecodingLoop loop = Runs.loop(model, List.of(search))) {
      int interrupted = 0;
      boolean more = true;
      while (more) {
        try {
          more = loop.step();
        } catch (RunInterruptedException e) {
          interrupted++;
        }
      }
      assertThat(interrupted).isOne();
    }
    assertThat(search.results()).isEqualTo(Runs.run(MODEL, setup));
  }

  @Test
  void a_search_that_is_stopped_keeps_what_was_chosen() {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 30);
    Search search = Searches.of(Guessers.with(setup, drafters().get("itself"), 3));
    try (DecodingLoop loop =
        Runs.loop(ScriptedModel.of(VOCABULARY, MODEL, PROMPT), List.of(search))) {
      loop.step();
      loop.step();
      search.finish(FinishReason.CANCELLED);
      assertThat(loop.step()).isFalse();
    }
    assertThat(Runs.ids(search.results().get(0)))
        .isEqualTo(Runs.ids(Runs.run(MODEL, setup).get(0)).subList(0, 5));
  }

  @Test
  void a_search_that_chooses_between_sequences_refuses_to_guess() {
    for (Object[] options :
        List.of(
            new Object[] {"num_beams", 2},
            new Object[] {"num_beams", 2, "do_sample", true},
            new Object[] {"penalty_alpha", 0.5, "top_k", 4})) {
      SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, options);
      assertThatThrownBy(() -> Searches.of(Guessers.with(setup, Guessers.random(VOCABULARY), 3)))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("drafted")
          .hasMessageContaining("switch drafting off");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void a_draft_model_takes_in_right_guesses_once(int length) {
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 41);
    ScriptedModel drafts = ScriptedModel.of(VOCABULARY, MODEL, PROMPT);
    try (Drafter drafter = new ModelDrafter(setup, () -> drafts, 100, 0, false)) {
      Search search = Searches.of(Guessers.with(setup, drafter, length));
      finish(ScriptedModel.of(VOCABULARY, MODEL, PROMPT), search);
      Speculation speculation = search.speculation().orElseThrow();
      assertThat(speculation.acceptedTokens()).isEqualTo(speculation.draftedTokens()).isPositive();
      // The newest token of the last round and what follows it were not taken in any more.
      assertThat(drafts.appended).isBetween(41 - 2 * length - 1, 41);
    }
  }

  @Test
  void what_the_model_predicted_behind_wrong_guesses_is_worth_something() {
    // Each token follows from the one before it, so that every prediction is right somewhere.
    ScriptedModel.Script chain =
        tokens -> MODEL.logits(tokens.subList(tokens.size() - 1, tokens.size()));
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 60);
    Search search = Searches.of(Guessers.with(setup, new LookaheadDrafter(1), 5));
    finish(ScriptedModel.of(VOCABULARY, chain, PROMPT), search);
    assertThat(search.results()).isEqualTo(Runs.run(chain, setup));
    assertThat(search.speculation().orElseThrow().modelRunsSaved()).isGreaterThan(40);
  }

  @Test
  void jacobis_iteration_finds_what_follows_from_positions_alone() {
    // What a position holds follows from its number: one iteration is enough for a whole block.
    ScriptedModel.Script positions =
        tokens -> MODEL.logits(List.of(tokens.size(), tokens.size() / 7));
    SearchSetup setup = Runs.setup(VOCABULARY, PROMPT, "max_new_tokens", 60);
    Drafter drafter = new LookaheadDrafter(1);
    Search search = Searches.of(Guessers.with(setup, drafter, 5));
    finish(ScriptedModel.of(VOCABULARY, positions, PROMPT), search);
    assertThat(search.results()).isEqualTo(Runs.run(positions, setup));
  }
}
