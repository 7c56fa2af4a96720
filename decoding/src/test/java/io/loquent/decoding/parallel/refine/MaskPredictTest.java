package io.loquent.decoding.parallel.refine;

import static io.loquent.decoding.parallel.refine.Refining.A;
import static io.loquent.decoding.parallel.refine.Refining.B;
import static io.loquent.decoding.parallel.refine.Refining.C;
import static io.loquent.decoding.parallel.refine.Refining.END;
import static io.loquent.decoding.parallel.refine.Refining.MASK;
import static io.loquent.decoding.parallel.refine.Refining.MASKED;
import static io.loquent.decoding.parallel.refine.Refining.VOCABULARY;
import static io.loquent.decoding.parallel.refine.Refining.arbitrary;
import static io.loquent.decoding.parallel.refine.Refining.ids;
import static io.loquent.decoding.parallel.refine.Refining.likely;
import static io.loquent.decoding.parallel.refine.Refining.search;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FinishReason;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.PossibleTokens;
import io.loquent.decoding.parallel.ParallelLoop;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MaskPredictTest {

  /** What is predicted at the masks of each canvas; to look at anything else is a failure. */
  private static final class Table implements ScriptedCanvasModel.Script {
    private final int length;
    private final Map<List<Integer>, Map<Integer, float[]>> answers = new HashMap<>();

    Table(int length) {
      this.length = length;
    }

    Table at(List<Integer> canvas, int slot, int id, double probability) {
      answers.computeIfAbsent(canvas, c -> new HashMap<>()).put(slot, likely(id, probability));
      return this;
    }

    @Override
    public float[] lengths(int source) {
      float[] lengths = new float[length + 1];
      lengths[length] = 1;
      return lengths;
    }

    @Override
    public float[] logits(int source, int[] canvas, int slot) {
      List<Integer> tokens = Arrays.stream(canvas).boxed().toList();
      float[] answer = answers.getOrDefault(tokens, Map.of()).get(slot);
      assertThat(answer).as("slot %s of %s", slot, tokens).isNotNull();
      return answer;
    }
  }

  private static Table fourTokens() {
    return new Table(4)
        .at(List.of(MASK, MASK, MASK, MASK), 0, A, 0.9)
        .at(List.of(MASK, MASK, MASK, MASK), 1, B, 0.5)
        .at(List.of(MASK, MASK, MASK, MASK), 2, C, 0.6)
        .at(List.of(MASK, MASK, MASK, MASK), 3, A, 0.7)
        .at(List.of(A, MASK, MASK, MASK), 1, C, 0.8)
        .at(List.of(A, MASK, MASK, MASK), 2, C, 0.55)
        .at(List.of(A, MASK, MASK, MASK), 3, B, 0.6)
        .at(List.of(A, C, MASK, MASK), 2, A, 0.95)
        .at(List.of(A, C, MASK, MASK), 3, B, 0.4)
        .at(List.of(A, C, A, MASK), 3, C, 0.99);
  }

  @Test
  void the_least_sure_tokens_are_masked_again_fewer_each_time() {
    ParallelSearch search = search(MASKED, "max_iterations", 4);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(fourTokens(), search);

    Hypothesis result = search.results().get(0);
    assertThat(ids(result)).containsExactly(A, C, A, C);
    assertThat(result.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
    assertThat(model.runs).isEqualTo(4);
    // Each token keeps the probability of the run that wrote it.
    assertThat(result.score())
        .isCloseTo(
            (Math.log(0.9) + Math.log(0.8) + Math.log(0.95) + Math.log(0.99)) / 4, within(1e-6));
    assertThat(result.tokens().get(1).logProbability()).isCloseTo(Math.log(0.8), within(1e-6));
    assertThat(search.settled()).isEqualTo(4);
    assertThat(search.token(3).id()).isEqualTo(C);
    assertThat(search.provisional()).containsExactly(A, C, A, C);
  }

  @Test
  void the_models_own_probability_counts_tokens_that_cannot_be_chosen() {
    Hypothesis result =
        Refining.run(fourTokens(), search(MASKED, "max_iterations", 1, "top_logprobs", 2)).get(0);

    float[] logits = likely(A, 0.9);
    assertThat(result.tokens().get(0).rawLogProbability())
        .isCloseTo(LogProbabilities.at(logits, A), within(1e-9));
    assertThat(result.tokens().get(0).top()).extracting(top -> top.id()).containsExactly(A, B);
    assertThat(result.tokens().get(0).top().get(1).logProbability())
        .isCloseTo(Math.log(0.05), within(1e-5));
  }

  @Test
  void one_iteration_is_one_shot_decoding() {
    ParallelSearch search = search(MASKED, "max_iterations", 1);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(fourTokens(), search);

    assertThat(ids(search.results().get(0))).containsExactly(A, B, C, A);
    assertThat(model.runs).isEqualTo(1);
  }

  @Test
  void of_equally_sure_tokens_those_further_left_are_masked_again() {
    Table table = new Table(4);
    for (int slot = 0; slot < 4; slot++) {
      table.at(List.of(MASK, MASK, MASK, MASK), slot, A, 0.6);
    }
    table.at(List.of(MASK, MASK, A, A), 0, B, 0.6).at(List.of(MASK, MASK, A, A), 1, C, 0.6);

    assertThat(ids(Refining.run(table, search(MASKED, "max_iterations", 2)).get(0)))
        .containsExactly(B, C, A, A);
  }

  @Test
  void a_run_that_could_only_repeat_the_last_one_is_left_out() {
    // Of 2 tokens 1, 1 and 0 are masked after 1, 2 and 3 of 4 iterations.
    Table same =
        new Table(2)
            .at(List.of(MASK, MASK), 0, A, 0.9)
            .at(List.of(MASK, MASK), 1, B, 0.5)
            .at(List.of(A, MASK), 1, C, 0.8);
    Table other =
        new Table(2)
            .at(List.of(MASK, MASK), 0, A, 0.9)
            .at(List.of(MASK, MASK), 1, B, 0.5)
            .at(List.of(A, MASK), 1, C, 0.95)
            .at(List.of(MASK, C), 0, B, 0.7);
    ParallelSearch first = search(MASKED, "max_iterations", 4);
    ParallelSearch second = search(MASKED, "max_iterations", 4);

    assertThat(ScriptedCanvasModel.run(same, first).runs).isEqualTo(2);
    assertThat(ScriptedCanvasModel.run(other, second).runs).isEqualTo(3);

    assertThat(ids(first.results().get(0))).containsExactly(A, C);
    assertThat(ids(second.results().get(0))).containsExactly(B, C);
  }

  @Test
  void it_equals_the_plain_algorithm_on_arbitrary_models() {
    for (int seed = 0; seed < 150; seed++) {
      int key = seed;
      int length = 1 + seed % 7;
      int iterations = 1 + seed / 7 % 9;
      ScriptedCanvasModel.Script script =
          new ScriptedCanvasModel.Script() {
            @Override
            public float[] logits(int source, int[] canvas, int slot) {
              return arbitrary(VOCABULARY, 12, canvas, slot, key);
            }

            @Override
            public float[] lengths(int source) {
              float[] lengths = new float[length + 1];
              lengths[length] = 1;
              return lengths;
            }
          };
      ParallelSearch search =
          search(MASKED, "max_iterations", iterations, "suppress_tokens", List.of(END));
      ScriptedCanvasModel.run(script, search);
      List<Integer> plain = plain(script, length, iterations);
      assertThat(ids(search.results().get(0)))
          .as("model %s, %s tokens, %s iterations", seed, length, iterations)
          .isEqualTo(plain);
    }
  }

  /** Mask-predict as its paper has it: every iteration is run. */
  private static List<Integer> plain(
      ScriptedCanvasModel.Script script, int length, int iterations) {
    int[] tokens = new int[length];
    double[] sure = new double[length];
    List<Integer> masked = new ArrayList<>();
    PossibleTokens possible = new PossibleTokens();
    for (int slot = 0; slot < length; slot++) {
      masked.add(slot);
    }
    for (int t = 0; t < iterations && !masked.isEmpty(); t++) {
      int[] canvas = tokens.clone();
      masked.forEach(slot -> canvas[slot] = MASK);
      for (int slot : masked) {
        float[] logits = script.logits(0, canvas, slot);
        Arrays.fill(logits, 0, A, Float.NEGATIVE_INFINITY);
        tokens[slot] = LogProbabilities.mostProbable(logits);
        // As the search computes it: elsewhere rounding makes other ties.
        possible.start(logits);
        sure[slot] = possible.score(tokens[slot]) - possible.logSumExp();
      }
      List<Integer> order = new ArrayList<>();
      for (int slot = 0; slot < length; slot++) {
        order.add(slot);
      }
      order.sort(Comparator.comparingDouble(slot -> sure[slot]));
      masked = order.subList(0, length * (iterations - 1 - t) / iterations);
    }
    return Arrays.stream(tokens).boxed().toList();
  }

  @Test
  void what_there_is_when_it_is_stopped_is_the_last_prediction_of_each_token() {
    ParallelSearch search = search(MASKED, "max_iterations", 4);
    ScriptedCanvasModel model = new ScriptedCanvasModel(fourTokens(), 1);
    try (ParallelLoop loop =
        new ParallelLoop(
            model,
            List.of(search),
            (failed, failure) -> {
              throw new AssertionError(failure);
            })) {
      loop.step();
      loop.step();
      assertThat(search.provisional()).containsExactly(A, MASK, MASK, MASK);
      assertThat(search.settled()).isZero();
      search.finish(FinishReason.TIMED_OUT);
    }

    Hypothesis result = search.results().get(0);
    assertThat(ids(result)).containsExactly(A, B, C, A);
    assertThat(result.finishReason()).isEqualTo(FinishReason.TIMED_OUT);
    assertThat(search.rows()).isZero();
  }

  @Test
  void nothing_is_there_when_it_is_stopped_before_it_begins() {
    ParallelSearch search = search(MASKED);

    search.finish(FinishReason.CANCELLED);

    assertThat(search.results()).hasSize(1);
    assertThat(search.results().get(0).tokens()).isEmpty();
    assertThat(search.results().get(0).finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(search.provisional()).isEmpty();
  }

  @Test
  void an_end_token_on_a_canvas_without_ends_ends_the_result() {
    Table table =
        new Table(3)
            .at(List.of(MASK, MASK, MASK), 0, A, 0.9)
            .at(List.of(MASK, MASK, MASK), 1, A, 0.2)
            .at(List.of(MASK, MASK, MASK), 2, B, 0.9);
    // The end token is the likeliest at the middle slot only.
    ScriptedCanvasModel.Script script =
        new ScriptedCanvasModel.Script() {
          @Override
          public float[] logits(int source, int[] canvas, int slot) {
            float[] logits = table.logits(source, canvas, slot).clone();
            logits[END] = slot == 1 ? 5 : -5;
            return logits;
          }

          @Override
          public float[] lengths(int source) {
            return table.lengths(source);
          }
        };

    Hypothesis ended = Refining.run(script, search(MASKED, "max_iterations", 1)).get(0);
    Hypothesis longer =
        Refining.run(script, search(MASKED, "max_iterations", 1, "min_new_tokens", 2)).get(0);

    assertThat(ids(ended)).containsExactly(A, END);
    assertThat(ended.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
    assertThat(ended.score())
        .isEqualTo(
            (ended.tokens().get(0).logProbability() + ended.tokens().get(1).logProbability()) / 2);
    assertThat(ids(longer)).hasSize(3).doesNotContain(END);
  }
}
