package io.loquent.decoding.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.DraftLength;
import io.loquent.decoding.DraftRows;
import io.loquent.decoding.Drafter;
import io.loquent.decoding.Drafting;
import io.loquent.decoding.Runs;
import io.loquent.decoding.ScriptedModel;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.logits.Sampler;
import io.loquent.decoding.speculation.ModelDrafter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sampling with guesses of a draft model, unseeded: how often each whole sequence comes out,
 * against the product of its tokens' probabilities. The same test must refuse the mistakes that
 * others have made here.
 */
final class SpeculativeSamplingTest {

  private static final int VOCABULARY = 4;
  private static final int LENGTH = 4;
  private static final int END = 3;
  private static final int RUNS = 200_000;
  private static final int RUNS_OF_MISTAKES = 40_000;
  private static final int[] PROMPT = {1};

  /** A standard normal deviate beyond which chance goes once in a million times. */
  private static final double ONE_IN_A_MILLION = 4.7534;

  private static final ScriptedModel.Script TARGET = table(ScriptedModel.hashed(1, VOCABULARY, 1));
  private static final ScriptedModel.Script DRAFT = table(ScriptedModel.hashed(2, VOCABULARY, 1.5));

  /** The same numbers, made once. */
  private static ScriptedModel.Script table(ScriptedModel.Script script) {
    Map<List<Integer>, float[]> known = new HashMap<>();
    return tokens -> known.computeIfAbsent(tokens, script::logits);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void sequences_come_out_with_their_probabilities(int length) {
    assertThat(deviation(RUNS, length, drafter -> drafter, false)).isLessThan(ONE_IN_A_MILLION);
  }

  @ParameterizedTest
  @ValueSource(ints = 3)
  void drawing_again_from_all_tokens_would_be_seen(int length) {
    assertThat(deviation(RUNS_OF_MISTAKES, length, drafter -> drafter, true))
        .isGreaterThan(ONE_IN_A_MILLION);
  }

  @ParameterizedTest
  @ValueSource(ints = 3)
  void dropping_a_drawn_token_that_is_improbable_would_be_seen(int length) {
    UnaryOperator<Drafter> mutant =
        drafter ->
            after(
                drafter,
                rows -> {
                  for (int row = 0; row < rows.size(); row++) {
                    for (int i = 0; i < rows.count(row); i++) {
                      if (rows.drawnFrom(row, i)[rows.token(row, i)] < 0.4) {
                        rows.limit(row, i);
                      }
                    }
                  }
                });
    assertThat(deviation(RUNS_OF_MISTAKES, length, mutant, false)).isGreaterThan(ONE_IN_A_MILLION);
  }

  @ParameterizedTest
  @ValueSource(ints = 3)
  void verifying_against_the_probabilities_of_another_position_would_be_seen(int length) {
    UnaryOperator<Drafter> mutant =
        drafter ->
            after(
                drafter,
                rows -> {
                  for (int row = 0; row < rows.size(); row++) {
                    for (int i = 0; i + 1 < rows.count(row); i++) {
                      float[] other = rows.drawnFrom(row, i + 1);
                      System.arraycopy(other, 0, rows.drawnFrom(row, i), 0, VOCABULARY);
                    }
                  }
                });
    assertThat(deviation(RUNS_OF_MISTAKES, length, mutant, false)).isGreaterThan(ONE_IN_A_MILLION);
  }

  private interface Change {
    void of(DraftRows rows);
  }

  private static Drafter after(Drafter drafter, Change change) {
    return new Drafter() {
      @Override
      public void draft(DraftRows rows) {
        drafter.draft(rows);
        change.of(rows);
      }

      @Override
      public void close() {
        drafter.close();
      }
    };
  }

  /** How far the counts are from what is expected, as a standard normal deviate. */
  private static double deviation(
      int runs, int length, UnaryOperator<Drafter> change, boolean fromAll) {
    SearchSetup setup =
        Runs.setup(
            VOCABULARY,
            PROMPT,
            "do_sample",
            true,
            "top_k",
            0,
            "temperature",
            0.9,
            "max_new_tokens",
            LENGTH,
            "eos_token_id",
            END);
    Map<List<Integer>, Integer> counts = new HashMap<>();
    for (int run = 0; run < runs; run++) {
      SearchSetup seeded =
          new SearchSetup(setup.request(), setup.options(), setup.prompt(), VOCABULARY, null, run);
      counts.merge(run(seeded, length, change, fromAll), 1, Integer::sum);
    }
    Map<List<Integer>, Double> expected = new HashMap<>();
    enumerate(new ArrayList<>(List.of(PROMPT[0])), 1, expected);
    double statistic = 0;
    for (Map.Entry<List<Integer>, Integer> count : counts.entrySet()) {
      statistic +=
          2 * count.getValue() * Math.log(count.getValue() / (runs * expected.get(count.getKey())));
    }
    return normal(statistic, expected.size() - 1);
  }

  private static List<Integer> run(
      SearchSetup setup, int length, UnaryOperator<Drafter> change, boolean fromAll) {
    Drafter drafter =
        change.apply(
            new ModelDrafter(
                setup, () -> ScriptedModel.of(VOCABULARY, DRAFT, PROMPT), 100, 0, true));
    SearchSetup drafting = setup.with(new Drafting(drafter, DraftLength.fixed(length), () -> 0));
    Sampler sampler = new Sampler(setup.seed());
    RejectionSampling rejection =
        fromAll
            ? new RejectionSampling(setup.seed(), sampler) {
              @Override
              double residual(double wanted, double drawnWith) {
                return wanted;
              }
            }
            : new RejectionSampling(setup.seed(), sampler);
    Search search = PlainSearch.sampling(drafting, sampler, rejection);
    try (DecodingLoop loop =
        Runs.loop(ScriptedModel.of(VOCABULARY, TARGET, PROMPT), List.of(search))) {
      while (loop.step()) {
        // The next step.
      }
    }
    return Runs.ids(search.results().get(0));
  }

  private static void enumerate(
      List<Integer> tokens, double probability, Map<List<Integer>, Double> target) {
    int generated = tokens.size() - PROMPT.length;
    if (generated == LENGTH || (generated > 0 && tokens.get(tokens.size() - 1) == END)) {
      target.put(List.copyOf(tokens.subList(PROMPT.length, tokens.size())), probability);
      return;
    }
    float[] logits = TARGET.logits(List.copyOf(tokens));
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit / 0.9);
    }
    for (int id = 0; id < VOCABULARY; id++) {
      tokens.add(id);
      enumerate(tokens, probability * Math.exp(logits[id] / 0.9) / sum, target);
      tokens.remove(tokens.size() - 1);
    }
  }

  /** The normal deviate of a chi-squared one (Wilson and Hilferty 1931). */
  private static double normal(double statistic, int degrees) {
    double part = 2.0 / (9 * degrees);
    return (Math.cbrt(statistic / degrees) - (1 - part)) / Math.sqrt(part);
  }
}
