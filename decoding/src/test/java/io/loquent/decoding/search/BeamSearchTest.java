package io.loquent.decoding.search;

import static io.loquent.decoding.Runs.ids;
import static io.loquent.decoding.Runs.loop;
import static io.loquent.decoding.Runs.run;
import static io.loquent.decoding.Runs.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.EarlyStopping;
import io.loquent.FinishReason;
import io.loquent.InferenceException;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.ScriptedModel;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchSetup;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BeamSearchTest {

  private static final int[] PROMPT = {1, 2};

  @Test
  void equals_a_plain_reference_for_all_finish_rules() {
    Random random = new Random(11);
    for (int trial = 0; trial < 400; trial++) {
      int vocabulary = 12 + random.nextInt(10);
      int width = 2 + random.nextInt(4);
      int maxNewTokens = 1 + random.nextInt(12);
      List<Integer> endTokens = List.of(0, 3, 5).subList(0, random.nextInt(4));
      double lengthPenalty = List.of(1.0, 0.0, 2.0, -1.0, 0.6).get(random.nextInt(5));
      EarlyStopping early = List.of(EarlyStopping.values()).get(random.nextInt(3));
      ScriptedModel.Script script = ScriptedModel.hashed(trial, vocabulary, 1.5);

      List<Hypothesis> results =
          run(
              script,
              setup(
                  vocabulary,
                  PROMPT,
                  "num_beams",
                  width,
                  "num_return_sequences",
                  width,
                  "max_new_tokens",
                  maxNewTokens,
                  "eos_token_id",
                  endTokens.isEmpty() ? null : endTokens,
                  "length_penalty",
                  lengthPenalty,
                  "early_stopping",
                  early == EarlyStopping.NEVER ? "never" : early == EarlyStopping.TRUE));

      List<ReferenceBeamSearch.Beam> expected =
          new ReferenceBeamSearch(
                  script,
                  vocabulary,
                  List.of(1, 2),
                  width,
                  maxNewTokens,
                  endTokens,
                  lengthPenalty,
                  early)
              .run();
      String name = String.format(Locale.ROOT, "trial %d: %d %s", trial, width, early);
      assertThat(ids(results))
          .as(name)
          .isEqualTo(expected.stream().map(ReferenceBeamSearch.Beam::generated).toList());
      for (int i = 0; i < width; i++) {
        assertThat(results.get(i).score())
            .as(name)
            .isCloseTo(expected.get(i).score(), within(1e-5));
      }
    }
  }

  @Test
  void finds_the_most_probable_sequence_if_there_are_beams_enough() {
    for (int seed = 0; seed < 20; seed++) {
      ScriptedModel.Script script = ScriptedModel.hashed(seed, 3, 2);

      Hypothesis best =
          run(
                  script,
                  setup(
                      3,
                      PROMPT,
                      "num_beams",
                      27,
                      "max_new_tokens",
                      4,
                      "eos_token_id",
                      0,
                      "length_penalty",
                      0.0,
                      "early_stopping",
                      "never"))
              .get(0);

      assertThat(best.score()).isCloseTo(mostProbable(script, List.of(1, 2), 4), within(1e-5));
    }
  }

  private static double mostProbable(ScriptedModel.Script script, List<Integer> tokens, int room) {
    float[] logits = script.logits(tokens);
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    double best = Double.NEGATIVE_INFINITY;
    for (int id = 0; id < logits.length; id++) {
      List<Integer> longer = new ArrayList<>(tokens);
      longer.add(id);
      double rest = id == 0 || room == 1 ? 0 : mostProbable(script, longer, room - 1);
      best = Math.max(best, logits[id] - Math.log(sum) + rest);
    }
    return best;
  }

  @Test
  void scores_are_sums_divided_by_the_generated_length_with_the_end_token() {
    for (Hypothesis hypothesis :
        run(
            ScriptedModel.hashed(4, 20, 2),
            setup(
                20,
                PROMPT,
                "num_beams",
                4,
                "num_return_sequences",
                4,
                "length_penalty",
                2.0,
                "eos_token_id",
                List.of(0, 1, 2),
                "max_new_tokens",
                9))) {
      double sum = hypothesis.tokens().stream().mapToDouble(ChosenToken::logProbability).sum();
      int length = hypothesis.tokens().size();
      assertThat(hypothesis.score()).isCloseTo(sum / (length * length), within(1e-6));
      int last = hypothesis.tokens().get(length - 1).id();
      assertThat(hypothesis.finishReason())
          .isEqualTo(last <= 2 ? FinishReason.END_OF_SEQUENCE : FinishReason.MAX_TOKENS);
    }
  }

  @Test
  void processors_change_log_probabilities_and_are_not_renormalized() {
    ScriptedModel.Table table = ScriptedModel.table(0.5, 0.3, 0.1, 0.1);
    SearchSetup setup =
        setup(
            4,
            PROMPT,
            null,
            request -> request.logitsProcessor((tokens, scores) -> scores[0] *= 2),
            "num_beams",
            2,
            "max_new_tokens",
            1,
            "num_return_sequences",
            2,
            "top_logprobs",
            1);

    List<Hypothesis> results = run(table, setup);

    assertThat(ids(results)).containsExactly(List.of(1), List.of(0));
    ChosenToken second = results.get(1).tokens().get(0);
    assertThat(second.logProbability()).isCloseTo(2 * Math.log(0.5), within(1e-6));
    assertThat(second.rawLogProbability()).isCloseTo(Math.log(0.5), within(1e-6));
    assertThat(second.top().get(0).id()).isEqualTo(1);
    assertThat(second.top().get(0).logProbability()).isCloseTo(Math.log(0.3), within(1e-6));
  }

  @Test
  void a_forced_token_costs_nothing_and_needs_only_one_row() {
    ScriptedModel model = ScriptedModel.of(20, ScriptedModel.hashed(4, 20, 2), PROMPT);
    SearchSetup setup =
        setup(
            20,
            PROMPT,
            null,
            request ->
                request.logitsProcessor(
                    (tokens, scores) -> {
                      if (tokens.generatedLength() == 0) {
                        java.util.Arrays.fill(scores, Float.NEGATIVE_INFINITY);
                        scores[7] = 0;
                      }
                    }),
            "num_beams",
            3,
            "max_new_tokens",
            4);

    Hypothesis best = run(model, setup).get(0);

    assertThat(best.tokens().get(0).id()).isEqualTo(7);
    assertThat(best.tokens().get(0).logProbability()).isZero();
    assertThat(model.rowsPerRun).containsExactly(1, 1, 3, 3);
  }

  @Test
  void there_are_fewer_results_where_fewer_are_possible() {
    SearchSetup setup =
        setup(
            10,
            PROMPT,
            null,
            request ->
                request.logitsProcessor(
                    (tokens, scores) -> {
                      int allowed = tokens.generatedLength() == 2 ? 0 : 4;
                      for (int id = 0; id < scores.length; id++) {
                        scores[id] = id == allowed ? scores[id] : Float.NEGATIVE_INFINITY;
                      }
                    }),
            "num_beams",
            3,
            "num_return_sequences",
            3,
            "eos_token_id",
            0);

    assertThat(ids(run(ScriptedModel.hashed(1, 10, 1), setup))).containsExactly(List.of(4, 4, 0));
  }

  @Test
  void forbidding_every_token_is_an_error() {
    SearchSetup setup =
        setup(
            10,
            PROMPT,
            null,
            request ->
                request.logitsProcessor(
                    (tokens, scores) -> java.util.Arrays.fill(scores, Float.NEGATIVE_INFINITY)),
            "num_beams",
            3);

    assertThatThrownBy(() -> run(ScriptedModel.hashed(1, 10, 1), setup))
        .isInstanceOf(InferenceException.class);
  }

  @Test
  void beam_sampling_is_reproducible_and_depends_on_the_seed() {
    ScriptedModel.Script script = ScriptedModel.hashed(3, 40, 1);
    List<List<Integer>> first = sample(script, 5);

    assertThat(first).hasSize(3);
    assertThat(sample(script, 5)).isEqualTo(first);
    assertThat(sample(script, 6)).isNotEqualTo(first);
  }

  private static List<List<Integer>> sample(ScriptedModel.Script script, long seed) {
    return ids(
        run(
            script,
            setup(
                40,
                PROMPT,
                "do_sample",
                true,
                "seed",
                seed,
                "num_beams",
                3,
                "num_return_sequences",
                3,
                "eos_token_id",
                List.of(0, 1),
                "max_new_tokens",
                8)));
  }

  @Test
  void a_stopping_criterion_closes_a_beam_like_an_end_token() {
    ScriptedModel.Script script = ScriptedModel.hashed(8, 15, 2);
    SearchSetup byToken =
        setup(15, PROMPT, "num_beams", 3, "num_return_sequences", 3, "eos_token_id", 6);
    SearchSetup byCriterion =
        setup(
            15,
            PROMPT,
            null,
            request -> request.stoppingCriterion(tokens -> tokens.get(tokens.length() - 1) == 6),
            "num_beams",
            3,
            "num_return_sequences",
            3);

    List<Hypothesis> expected = run(script, byToken);
    List<Hypothesis> results = run(script, byCriterion);

    assertThat(ids(results)).isEqualTo(ids(expected));
    assertThat(results.get(0).finishReason())
        .isEqualTo(
            expected.get(0).finishReason() == FinishReason.END_OF_SEQUENCE
                ? FinishReason.STOPPING_CRITERION
                : FinishReason.MAX_TOKENS);
  }

  @Test
  void finishing_from_outside_closes_the_running_beams_at_any_step() {
    ScriptedModel.Script script = ScriptedModel.hashed(8, 15, 1);
    for (int steps = 0; steps < 6; steps++) {
      Search search = Searches.of(setup(15, PROMPT, "num_beams", 3, "num_return_sequences", 2));
      try (DecodingLoop loop = loop(ScriptedModel.of(15, script, PROMPT), List.of(search))) {
        for (int i = 0; i < steps; i++) {
          loop.step();
        }
        search.finish(FinishReason.CANCELLED);
        assertThat(loop.step()).isFalse();
      }
      assertThat(search.isFinished()).isTrue();
      Hypothesis best = search.results().get(0);
      assertThat(best.finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(best.tokens()).hasSize(steps);
      assertThat(search.settled()).isEqualTo(steps);
      if (steps > 0) {
        List<Hypothesis> limited =
            run(
                script,
                setup(
                    15,
                    PROMPT,
                    "num_beams",
                    3,
                    "num_return_sequences",
                    2,
                    "max_new_tokens",
                    steps));
        assertThat(ids(search.results())).isEqualTo(ids(limited));
        assertThat(best.score()).isEqualTo(limited.get(0).score());
      } else {
        assertThat(best.score()).isZero();
      }
    }
  }

  @Test
  void settled_tokens_never_change_and_come_before_the_end() {
    int early = 0;
    for (int seed = 0; seed < 30; seed++) {
      Search search =
          Searches.of(setup(15, PROMPT, "num_beams", 3, "eos_token_id", 0, "max_new_tokens", 15));
      List<ChosenToken> seen = new ArrayList<>();
      try (DecodingLoop loop =
          loop(ScriptedModel.of(15, ScriptedModel.hashed(seed, 15, 3), PROMPT), List.of(search))) {
        while (loop.step()) {
          while (seen.size() < search.settled()) {
            seen.add(search.token(seen.size()));
          }
        }
      }
      early += seen.size();
      assertThat(search.results().get(0).tokens().subList(0, seen.size())).isEqualTo(seen);
    }
    assertThat(early).isPositive();
  }

  @Test
  void beams_of_a_batch_are_what_they_are_alone() {
    ScriptedModel.Script script = ScriptedModel.hashed(21, 18, 2);
    List<SearchSetup> setups = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      setups.add(
          setup(
              18,
              new int[] {i},
              "num_beams",
              1 + i,
              "do_sample",
              i % 2 == 1,
              "seed",
              i,
              "eos_token_id",
              List.of(0, 1),
              "max_new_tokens",
              5 + 2 * i));
    }
    List<Search> searches = setups.stream().map(Searches::of).toList();
    ScriptedModel model =
        ScriptedModel.of(
            18, script, setups.stream().map(s -> s.prompt().ids()).toArray(int[][]::new));
    try (DecodingLoop loop = loop(model, searches)) {
      while (loop.step()) {}
    }
    for (int i = 0; i < 5; i++) {
      assertThat(searches.get(i).results()).isEqualTo(run(script, setups.get(i)));
    }
  }
}
