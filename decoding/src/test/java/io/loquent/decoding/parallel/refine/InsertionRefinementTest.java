package io.loquent.decoding.parallel.refine;

import static io.loquent.decoding.parallel.refine.Refining.A;
import static io.loquent.decoding.parallel.refine.Refining.B;
import static io.loquent.decoding.parallel.refine.Refining.C;
import static io.loquent.decoding.parallel.refine.Refining.END;
import static io.loquent.decoding.parallel.refine.Refining.INSERTION;
import static io.loquent.decoding.parallel.refine.Refining.MASK;
import static io.loquent.decoding.parallel.refine.Refining.VOCABULARY;
import static io.loquent.decoding.parallel.refine.Refining.ids;
import static io.loquent.decoding.parallel.refine.Refining.search;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FinishReason;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class InsertionRefinementTest {

  /** The middle first, then what is on both sides of it. */
  private static final ScriptedCanvasModel.Script BALANCED =
      new ScriptedCanvasModel.Script() {
        @Override
        public float[] logits(int source, int[] canvas, int slot) {
          throw new AssertionError("an insertion model has no logits of slots");
        }

        @Override
        public float[] insertion(int source, int[] canvas, int gap) {
          return switch (Arrays.toString(canvas)) {
            case "[1, 2]" -> oneOf(B, 0.5);
            case "[1, 5, 2]" -> gap == 0 ? oneOf(A, 0.6) : oneOf(C, 0.9);
            default -> oneOf(END, 0.8);
          };
        }
      };

  /** Logits by which a token has a probability among the end token, A, B and C. */
  private static float[] oneOf(int id, double probability) {
    float[] logits = new float[VOCABULARY];
    Arrays.fill(logits, (float) Math.log((1 - probability) / 3));
    logits[0] = 9;
    logits[MASK] = 9;
    logits[1] = 9;
    logits[id] = (float) Math.log(probability);
    return logits;
  }

  @Test
  void every_gap_gets_a_token_until_all_say_nothing() {
    ParallelSearch search = search(INSERTION);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(BALANCED, search);

    Hypothesis result = search.results().get(0);
    assertThat(ids(result)).containsExactly(A, B, C);
    assertThat(result.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
    assertThat(result.score()).isCloseTo(Math.log(0.5 * 0.6 * 0.9) / 3, within(1e-6));
    assertThat(model.slotsPerRun).containsExactly(2, 3, 5);
  }

  @Test
  void of_too_many_insertions_the_surest_are_made() {
    ParallelSearch search = search(INSERTION, "max_new_tokens", 2);

    ScriptedCanvasModel model = ScriptedCanvasModel.run(BALANCED, search);

    assertThat(ids(search.results().get(0))).containsExactly(B, C);
    assertThat(search.results().get(0).finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
    assertThat(model.runs).isEqualTo(2);
  }

  @Test
  void it_ends_with_the_last_iteration_too() {
    Hypothesis result = Refining.run(BALANCED, search(INSERTION, "max_iterations", 1)).get(0);

    assertThat(ids(result)).containsExactly(B);
    assertThat(result.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
  }

  @Test
  void a_penalty_on_inserting_nothing_makes_results_longer() {
    // Log of 0.8 against 0.2 / 3 is 2.48; A is the first of the three equal ones.
    Hypothesis result =
        Refining.run(BALANCED, search(INSERTION, "eos_penalty", 2.5, "max_iterations", 3)).get(0);

    assertThat(ids(result)).containsExactly(A, A, A, B, A, C, A);
  }

  @Test
  void nothing_inserted_at_all_is_an_empty_result() {
    ScriptedCanvasModel.Script nothing =
        new ScriptedCanvasModel.Script() {
          @Override
          public float[] logits(int source, int[] canvas, int slot) {
            throw new AssertionError("an insertion model has no logits of slots");
          }

          @Override
          public float[] insertion(int source, int[] canvas, int gap) {
            return oneOf(END, 0.9);
          }
        };

    Hypothesis result = Refining.run(nothing, search(INSERTION)).get(0);

    assertThat(result.tokens()).isEmpty();
    assertThat(result.score()).isZero();
    assertThat(result.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
  }
}
