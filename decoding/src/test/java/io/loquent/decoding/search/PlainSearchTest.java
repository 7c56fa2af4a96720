package io.loquent.decoding.search;

import static io.loquent.decoding.Runs.ids;
import static io.loquent.decoding.Runs.run;
import static io.loquent.decoding.Runs.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FinishReason;
import io.loquent.InferenceException;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.ScriptedModel;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.LogProbabilities;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlainSearchTest {

  private static final int[] PROMPT = {3};

  private final ScriptedModel.Table table =
      ScriptedModel.table(0.1, 0.2, 0.3, 0.4)
          .after(List.of(3), 0.1, 0.5, 0.2, 0.2)
          .after(List.of(3, 1), 0.0, 0.3, 0.6, 0.1)
          .after(List.of(3, 1, 2), 0.7, 0.1, 0.1, 0.1);

  @Test
  void greedy_takes_the_most_probable_token_until_an_end_token() {
    Hypothesis best = run(table, setup(4, PROMPT, "eos_token_id", 0)).get(0);

    assertThat(ids(best)).containsExactly(1, 2, 0);
    assertThat(best.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
    assertThat(best.score()).isCloseTo(Math.log(0.5 * 0.6 * 0.7), within(1e-6));
    assertThat(best.tokens().get(1).logProbability()).isCloseTo(Math.log(0.6), within(1e-6));
    assertThat(best.tokens().get(1).rawLogProbability()).isCloseTo(Math.log(0.6), within(1e-6));
    assertThat(best.tokens().get(1).top()).isEmpty();
  }

  @Test
  void any_of_several_end_tokens_ends_a_sequence() {
    assertThat(ids(run(table, setup(4, PROMPT, "eos_token_id", List.of(0, 2))).get(0)))
        .containsExactly(1, 2);
  }

  @Test
  void the_length_limit_ends_a_sequence() {
    Hypothesis best = run(table, setup(4, PROMPT, "max_new_tokens", 2)).get(0);

    assertThat(ids(best)).containsExactly(1, 2);
    assertThat(best.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
  }

  @Test
  void a_full_context_ends_a_sequence_before_the_length_limit() {
    SearchSetup setup = setup(4, PROMPT, "max_new_tokens", 5);
    SearchSetup small =
        new SearchSetup(
            setup.request(), setup.options(), new SearchPrompt(PROMPT, PROMPT, 2), 4, null, 0);

    Hypothesis best = run(table, small).get(0);

    assertThat(ids(best)).hasSize(2);
    assertThat(best.finishReason()).isEqualTo(FinishReason.CONTEXT_FULL);
  }

  @Test
  void a_stopping_criterion_ends_a_sequence_with_its_newest_token() {
    List<Integer> seen = new ArrayList<>();
    SearchSetup setup =
        setup(
            4,
            PROMPT,
            null,
            request ->
                request.stoppingCriterion(
                    tokens -> {
                      seen.add(tokens.get(tokens.length() - 1));
                      return tokens.generatedLength() == 2;
                    }));

    Hypothesis best = run(table, setup).get(0);

    assertThat(ids(best)).containsExactly(1, 2);
    assertThat(seen).containsExactly(1, 2);
    assertThat(best.finishReason()).isEqualTo(FinishReason.STOPPING_CRITERION);
  }

  @Test
  void reported_probabilities_are_those_before_and_after_the_processors() {
    SearchSetup setup =
        setup(
            4,
            PROMPT,
            null,
            request -> request.logitsProcessor((tokens, scores) -> scores[1] -= 100),
            "max_new_tokens",
            1,
            "top_logprobs",
            2);

    ChosenToken token = run(table, setup).get(0).tokens().get(0);

    assertThat(token.id()).isEqualTo(2);
    assertThat(token.logProbability()).isCloseTo(Math.log(0.4), within(1e-6));
    assertThat(token.rawLogProbability()).isCloseTo(Math.log(0.2), within(1e-6));
    assertThat(token.top()).hasSize(2);
    assertThat(token.top().get(0).id()).isEqualTo(2);
    assertThat(token.top().get(1).id()).isEqualTo(3);
    assertThat(token.top().get(1).logProbability()).isCloseTo(Math.log(0.4), within(1e-6));
  }

  @Test
  void processors_see_prompt_and_generated_tokens() {
    List<String> seen = new ArrayList<>();
    SearchSetup setup =
        setup(
            4,
            PROMPT,
            null,
            request ->
                request.logitsProcessor(
                    (tokens, scores) ->
                        seen.add(
                            tokens.promptLength()
                                + "/"
                                + tokens.length()
                                + " "
                                + List.of(tokens.get(0), tokens.get(tokens.length() - 1)))),
            "max_new_tokens",
            3);

    run(table, setup);

    assertThat(seen).containsExactly("1/1 [3, 3]", "1/2 [3, 1]", "1/3 [3, 2]");
  }

  @Test
  void sampling_returns_as_many_sequences_as_asked_for() {
    List<Hypothesis> results =
        run(
            ScriptedModel.hashed(1, 20, 1),
            setup(
                20,
                PROMPT,
                "do_sample",
                true,
                "num_return_sequences",
                5,
                "max_new_tokens",
                8,
                "eos_token_id",
                List.of(1, 2, 3)));

    assertThat(results).hasSize(5);
    assertThat(ids(results).stream().distinct().count()).isGreaterThan(1);
  }

  @Test
  void equal_seeds_give_equal_samples_and_other_seeds_others() {
    ScriptedModel.Script script = ScriptedModel.hashed(1, 50, 1);
    List<List<Integer>> first = sample(script, 7);

    assertThat(sample(script, 7)).isEqualTo(first);
    assertThat(sample(script, 8)).isNotEqualTo(first);
  }

  private static List<List<Integer>> sample(ScriptedModel.Script script, long seed) {
    return ids(
        run(
            script,
            setup(
                50,
                PROMPT,
                "do_sample",
                true,
                "seed",
                seed,
                "num_return_sequences",
                3,
                "max_new_tokens",
                10)));
  }

  @Test
  void keeping_the_whole_vocabulary_is_plain_sampling() {
    ScriptedModel.Script script = ScriptedModel.hashed(1, 80, 1);
    for (int seed = 0; seed < 20; seed++) {
      assertThat(run(script, warped(seed, 80))).isEqualTo(run(script, warped(seed, 0)));
    }
  }

  private static SearchSetup warped(int seed, int topK) {
    return setup(
        80,
        PROMPT,
        "do_sample",
        true,
        "seed",
        seed,
        "top_k",
        topK,
        "temperature",
        0.7,
        "repetition_penalty",
        1.3,
        "max_new_tokens",
        12);
  }

  @Test
  void samples_follow_the_distribution() {
    int[] counts = new int[4];
    for (int seed = 0; seed < 4000; seed++) {
      counts[
          ids(run(table, setup(4, PROMPT, "do_sample", true, "seed", seed, "max_new_tokens", 1)))
              .get(0)
              .get(0)]++;
    }

    assertThat(counts[0] / 4000.0).isCloseTo(0.1, within(0.03));
    assertThat(counts[1] / 4000.0).isCloseTo(0.5, within(0.03));
    assertThat(counts[2] / 4000.0).isCloseTo(0.2, within(0.03));
  }

  @Test
  void logits_that_are_not_numbers_are_an_error() {
    assertThatThrownBy(() -> run(tokens -> new float[] {0, Float.NaN, 0, 0}, setup(4, PROMPT)))
        .isInstanceOf(InferenceException.class);
  }

  @Test
  void a_request_may_ask_to_go_on_where_logits_are_not_numbers() {
    Hypothesis best =
        run(
                tokens -> new float[] {1, Float.NaN, 2, 0},
                setup(4, PROMPT, "remove_invalid_values", true, "max_new_tokens", 1))
            .get(0);

    assertThat(ids(best)).containsExactly(2);
  }

  @Test
  void forbidding_every_token_is_an_error() {
    SearchSetup setup =
        setup(
            4,
            PROMPT,
            null,
            request ->
                request.logitsProcessor(
                    (tokens, scores) -> java.util.Arrays.fill(scores, Float.NEGATIVE_INFINITY)));

    assertThatThrownBy(() -> run(table, setup)).isInstanceOf(InferenceException.class);
  }

  @Test
  void greedy_copies_logits_only_to_change_them() {
    for (Object[] options :
        new Object[][] {
          {},
          {"remove_invalid_values", true},
          {"top_logprobs", 1},
          {"repetition_penalty", 1.1},
          {"renormalize_logits", true},
        }) {
      Search search = Searches.of(setup(4, PROMPT, options));
      LogitsInMemory logits = new LogitsInMemory(1, 3, 2, 3);
      search.choose(logits, 0);
      boolean changes = Arrays.asList(options).contains("remove_invalid_values");
      changes |= Arrays.asList(options).contains("repetition_penalty");
      assertThat(logits.copies).as("%s", (Object) options).isEqualTo(changes ? 1 : 0);
      assertThat(search.token(0).id()).isEqualTo(1);
      assertThat(search.token(0).rawLogProbability())
          .isEqualTo(3 - LogProbabilities.logSumExp(new float[] {1, 3, 2, 3}));
    }
  }

  @Test
  void greedy_takes_the_probability_that_the_run_has_computed() {
    Search search = Searches.of(setup(4, PROMPT));
    LogitsInMemory logits = new LogitsInMemory(1, 3, 2, 3);
    logits.probabilities = FloatBuffer.wrap(new float[] {0, 0.25f, 0.125f, 0.125f});
    search.choose(logits, 0);

    assertThat(search.token(0))
        .isEqualTo(new ChosenToken(1, Math.log(0.5), Math.log(0.5), List.of()));
  }

  @Test
  void sampling_gives_the_same_where_logits_lie_as_where_they_are_copied() {
    Random random = new Random(5);
    int size = 3000;
    for (Object[] options :
        new Object[][] {
          {"do_sample", true, "seed", 3},
          {"do_sample", true, "seed", 3, "temperature", 0.7, "top_k", 50, "top_p", 0.9},
          {"do_sample", true, "seed", 3, "temperature", 1.7, "top_k", 0, "min_p", 0.01},
          {"do_sample", true, "seed", 3, "temperature", 0.3, "top_k", 400, "typical_p", 0.9},
          {"do_sample", true, "seed", 3, "temperature", 0.9, "top_logprobs", 3},
        }) {
      float[] scores = new float[size];
      for (int id = 0; id < size; id++) {
        scores[id] = (float) (3 * random.nextGaussian());
      }
      LogitsInMemory inPlace = new LogitsInMemory(scores);
      LogitsInMemory copied = new LogitsInMemory(scores);
      copied.isReadable = false;
      Search first = Searches.of(setup(size, PROMPT, options));
      Search second = Searches.of(setup(size, PROMPT, options));
      first.choose(inPlace, 0);
      second.choose(copied, 0);

      assertThat(inPlace.copies).isZero();
      assertThat(copied.copies).isEqualTo(1);
      assertThat(first.token(0)).isEqualTo(second.token(0));
    }
  }

  @Test
  void sampling_takes_the_raw_probability_that_the_run_has_computed() {
    for (Object[] options :
        new Object[][] {
          {"do_sample", true, "temperature", 0.001},
          {"sequence_bias", List.of(List.of(List.of(1), 9.0))}
        }) {
      Search search = Searches.of(setup(4, PROMPT, options));
      LogitsInMemory logits = new LogitsInMemory(1, 3, 2, 2);
      logits.probabilities = FloatBuffer.wrap(new float[] {0, 0.25f, 0.125f, 0.125f});
      search.choose(logits, 0);

      assertThat(search.token(0).id()).isEqualTo(1);
      assertThat(search.token(0).rawLogProbability()).isEqualTo(Math.log(0.5));
      assertThat(search.token(0).logProbability()).isCloseTo(0, within(1e-3));
    }
  }

  @Test
  void a_probability_below_single_precision_is_computed_again() {
    for (Object[] options :
        new Object[][] {
          {"suppress_tokens", List.of(0)},
          {"do_sample", true, "seed", 1, "temperature", 1e6},
          {"do_sample", true, "seed", 2, "temperature", 1e6},
          {"do_sample", true, "seed", 3, "temperature", 1e6},
        }) {
      Search search = Searches.of(setup(2, PROMPT, options));
      LogitsInMemory logits = new LogitsInMemory(200, 0);
      logits.probabilities = FloatBuffer.wrap(new float[] {1, 0});
      search.choose(logits, 0);

      assertThat(search.token(0).rawLogProbability())
          .as("token %s", search.token(0).id())
          .isEqualTo(search.token(0).id() == 0 ? 0 : -200);
    }
  }

  @Test
  void a_search_asks_for_probabilities_of_logits_that_are_not_repaired() {
    for (Object[] options :
        new Object[][] {
          {}, {"do_sample", true}, {"top_logprobs", 1}, {"repetition_penalty", 1.1},
        }) {
      assertThat(Searches.of(setup(4, PROMPT, options)).probabilitiesWanted())
          .as("%s", options)
          .isTrue();
    }
    for (Object[] options : new Object[][] {{"num_beams", 2}, {"remove_invalid_values", true}}) {
      assertThat(Searches.of(setup(4, PROMPT, options)).probabilitiesWanted())
          .as("%s", options)
          .isFalse();
    }
  }

  @Test
  void invalid_logits_are_refused_whatever_the_run_has_computed() {
    for (Object[] options :
        new Object[][] {
          {},
          {"do_sample", true},
          {"do_sample", true, "temperature", 0.5, "top_k", 1},
          {"repetition_penalty", 1.1},
          {"suppress_tokens", List.of(1)},
        }) {
      for (float invalid : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        Search search = Searches.of(setup(3, PROMPT, options));
        LogitsInMemory logits = new LogitsInMemory(1, invalid, 2);
        logits.probabilities = FloatBuffer.wrap(new float[] {0.5f, 0, 0.5f});

        assertThatThrownBy(() -> search.choose(logits, 0))
            .isInstanceOf(InferenceException.class)
            .hasMessageContaining("token 1 (of 3) is ");
      }
    }
  }

  @Test
  void guesses_are_verified_where_their_logits_lie() {
    SearchSetup setup = Guessers.with(setup(3, PROMPT), Guessers.of(tokens -> 1), 2);
    Search search = Searches.of(setup);
    search.choose(new LogitsInMemory(0, 1, 0), 0);
    assertThat(search.drafts().count(0)).isEqualTo(2);

    LogitsInMemory run = new LogitsInMemory(new float[][] {{0, 4, 0}, {0, 0, 5}, {6, 0, 0}});
    search.choose(run, 0);

    assertThat(run.copies).isZero();
    assertThat(search.settled()).isEqualTo(3);
    assertThat(List.of(search.token(1).id(), search.token(2).id())).containsExactly(1, 2);
    assertThat(search.token(2).logProbability())
        .isEqualTo(5 - LogProbabilities.logSumExp(new float[] {0, 0, 5}));
    assertThat(search.drafts().rejected(0)).isEqualTo(1);
  }

  /** Logits in memory, counting how often they are copied. */
  private static final class LogitsInMemory implements StepOutput {
    private final float[][] positions;
    private int copies;
    private boolean isReadable = true;
    private @Nullable FloatBuffer probabilities;

    LogitsInMemory(float... logits) {
      this(new float[][] {logits});
    }

    LogitsInMemory(float[][] positions) {
      this.positions = positions;
    }

    @Override
    public @Nullable FloatBuffer probabilitiesInPlace(int row, int position) {
      return probabilities;
    }

    @Override
    public @Nullable FloatBuffer logitsInPlace(int row) {
      return logitsInPlace(row, positions.length - 1);
    }

    @Override
    public @Nullable FloatBuffer logitsInPlace(int row, int position) {
      return isReadable ? FloatBuffer.wrap(positions[position]) : null;
    }

    @Override
    public void logits(int row, float[] target) {
      logits(row, positions.length - 1, target);
    }

    @Override
    public int vocabularySize() {
      return positions[0].length;
    }

    @Override
    public int positions(int row) {
      return positions.length;
    }

    @Override
    public void logits(int row, int position, float[] target) {
      copies++;
      System.arraycopy(positions[position], 0, target, 0, target.length);
    }

    @Override
    public int hiddenSize() {
      return 0;
    }

    @Override
    public void hiddenState(int row, int position, float[] target) {}
  }
}
