package io.loquent.decoding.search;

import static io.loquent.decoding.Runs.loop;
import static io.loquent.decoding.Runs.run;
import static io.loquent.decoding.Runs.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.ScriptedModel;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchSetup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A beam search over tokens that the model ranked equals one over the whole vocabulary. */
class BestContinuationsTest {

  private static final int[] PROMPT = {1, 2};
  private static final int[] OTHER_PROMPT = {4, 3};

  /** Options that only lower a few scores, in random choice. */
  private static Object[] lowering(Random random) {
    List<Object> options = new ArrayList<>();
    if (random.nextBoolean()) {
      options.addAll(
          Arrays.asList("bad_words_ids", List.of(List.of(7), List.of(9, 8), List.of(11))));
    }
    if (random.nextBoolean()) {
      options.addAll(Arrays.asList("suppress_tokens", List.of(4, 6)));
    }
    if (random.nextBoolean()) {
      options.addAll(Arrays.asList("min_new_tokens", 3));
    }
    if (random.nextBoolean()) {
      options.addAll(Arrays.asList("no_repeat_ngram_size", 2));
    }
    if (random.nextBoolean()) {
      options.addAll(Arrays.asList("repetition_penalty", 1.3));
    }
    if (random.nextBoolean()) {
      options.addAll(Arrays.asList("frequency_penalty", 0.4));
    }
    if (random.nextBoolean()) {
      options.addAll(Arrays.asList("forced_eos_token_id", 0));
    }
    return options.toArray();
  }

  private static SearchSetup beams(int vocabulary, Random random, int[] prompt) {
    List<Object> options = new ArrayList<>(Arrays.asList(lowering(random)));
    int width = 2 + random.nextInt(3);
    options.addAll(
        Arrays.asList(
            "num_beams",
            width,
            "num_return_sequences",
            width,
            "max_new_tokens",
            1 + random.nextInt(10),
            "eos_token_id",
            List.of(0, 3),
            "top_logprobs",
            random.nextInt(4) * 5));
    return setup(vocabulary, prompt, options.toArray());
  }

  /** Logits with many equals and some impossible tokens. */
  private static ScriptedModel.Script coarse(long seed, int vocabulary) {
    ScriptedModel.Script fine = ScriptedModel.hashed(seed, vocabulary, 3);
    return tokens -> {
      float[] logits = fine.logits(tokens);
      for (int id = 0; id < vocabulary; id++) {
        logits[id] = logits[id] < -4 ? Float.NEGATIVE_INFINITY : Math.round(2 * logits[id]) / 2f;
      }
      return logits;
    };
  }

  private static void assertSame(List<Hypothesis> actual, List<Hypothesis> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      Hypothesis one = actual.get(i);
      Hypothesis other = expected.get(i);
      assertThat(one.score()).isCloseTo(other.score(), within(1e-5));
      assertThat(one.finishReason()).isEqualTo(other.finishReason());
      assertThat(one.tokens()).hasSameSizeAs(other.tokens());
      for (int t = 0; t < one.tokens().size(); t++) {
        ChosenToken token = one.tokens().get(t);
        ChosenToken reference = other.tokens().get(t);
        assertThat(token.id()).isEqualTo(reference.id());
        assertThat(token.logProbability()).isCloseTo(reference.logProbability(), within(1e-5));
        assertThat(token.rawLogProbability())
            .isCloseTo(reference.rawLogProbability(), within(1e-5));
        assertThat(token.top()).hasSameSizeAs(reference.top());
        for (int rank = 0; rank < token.top().size(); rank++) {
          assertThat(token.top().get(rank).id()).isEqualTo(reference.top().get(rank).id());
          assertThat(token.top().get(rank).logProbability())
              .isCloseTo(reference.top().get(rank).logProbability(), within(1e-5));
        }
      }
    }
  }

  @Test
  void equals_a_search_over_the_vocabulary_whatever_lowers_scores() {
    Random random = new Random(5);
    int ranked = 0;
    for (int trial = 0; trial < 400; trial++) {
      int vocabulary = 16 + random.nextInt(60);
      SearchSetup setup = beams(vocabulary, random, PROMPT);
      ScriptedModel.Script script =
          trial % 2 == 0 ? ScriptedModel.hashed(trial, vocabulary, 1.5) : coarse(trial, vocabulary);
      ScriptedModel model = ScriptedModel.of(vocabulary, script, PROMPT);
      model.ranks = true;
      assertSame(run(model, setup), run(script, setup));
      ranked += model.rankedRuns;
    }
    assertThat(ranked).isGreaterThan(1000);
  }

  @Test
  void never_reads_logits_if_nothing_needs_the_vocabulary() {
    ScriptedModel model = ScriptedModel.of(50, ScriptedModel.hashed(1, 50, 1.5), PROMPT);
    model.ranks = true;
    run(model, setup(50, PROMPT, "num_beams", 4, "max_new_tokens", 6, "bad_words_ids", bad(49)));
    assertThat(model.rankedRuns).isEqualTo(model.runs);
  }

  @Test
  void reads_logits_where_a_score_may_rise_or_all_of_them_count() {
    for (Object[] option :
        List.of(
            new Object[] {"repetition_penalty", 0.8},
            new Object[] {"presence_penalty", -0.5},
            new Object[] {"renormalize_logits", true},
            new Object[] {"remove_invalid_values", true},
            new Object[] {"guidance_scale", 1.5},
            new Object[] {"do_sample", true})) {
      Object[] options = new Object[] {"num_beams", 3, "max_new_tokens", 5, option[0], option[1]};
      SearchSetup setup = setup(40, PROMPT, options);
      ScriptedModel.Script script = ScriptedModel.hashed(2, 40, 1.5);
      boolean guided = option[0].equals("guidance_scale");
      ScriptedModel model =
          guided
              ? ScriptedModel.of(40, script, PROMPT, OTHER_PROMPT)
              : ScriptedModel.of(40, script, PROMPT);
      model.ranks = true;
      run(model, setup);
      assertThat(model.rankedRuns).as("%s", option[0]).isZero();
    }
  }

  @Test
  void a_row_of_a_batch_may_read_logits_while_another_takes_the_best() {
    Random random = new Random(8);
    int ranked = 0;
    for (int trial = 0; trial < 60; trial++) {
      ScriptedModel.Script script = ScriptedModel.hashed(trial, 40, 1.5);
      SearchSetup first = beams(40, random, PROMPT);
      SearchSetup second = beams(40, random, OTHER_PROMPT);
      SearchSetup greedy = setup(40, new int[] {5}, "max_new_tokens", 5);
      List<Search> together = List.of(Searches.of(first), Searches.of(greedy), Searches.of(second));
      ScriptedModel model = ScriptedModel.of(40, script, PROMPT, new int[] {5}, OTHER_PROMPT);
      model.ranks = true;
      try (DecodingLoop loop = loop(model, together)) {
        while (loop.step()) {
          // The next one.
        }
      }
      assertSame(together.get(0).results(), run(script, first));
      assertSame(together.get(1).results(), run(script, greedy));
      assertSame(together.get(2).results(), run(script, second));
      ranked += model.rankedRuns;
    }
    assertThat(ranked).isGreaterThan(100);
  }

  private static List<List<Integer>> bad(int id) {
    return List.of(List.of(id));
  }
}
