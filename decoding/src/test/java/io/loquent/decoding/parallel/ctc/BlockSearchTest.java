package io.loquent.decoding.parallel.ctc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FinishReason;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Runs;
import io.loquent.decoding.parallel.ParallelLoop;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Token 0 is the blank, 4 the mask. */
class BlockSearchTest {

  private static final int M = 4;

  /** What the model wants to say at each frame, and how surely. */
  private static final int[] TOKENS = {1, 2, 2, 0, 3, 1, 1};

  private static final float[] SURENESS = {5, 7, 3, 6, 4, 4, 9};

  @Test
  void each_run_chooses_the_surest_unknown_frame_of_every_block() {
    List<int[]> canvases = new ArrayList<>();
    ParallelSearch search = search("max_iterations", 3);
    ScriptedCanvasModel model = ScriptedCanvasModel.run(recording(canvases), search);
    assertThat(model.runs).isEqualTo(3);
    assertThat(canvases)
        .containsExactly(
            new int[] {M, M, M, M, M, M, M},
            new int[] {M, 2, M, 0, M, M, 1},
            // Of two equally sure frames the earlier one; nothing is left of the last block.
            new int[] {1, 2, M, 0, 3, M, 1});
    Hypothesis result = search.results().get(0);
    assertThat(Frames.ids(result)).containsExactly(1, 2, 3, 1);
    assertThat(result.tokens().get(1).span().orElseThrow().last()).isEqualTo(2);
    double expected = 0;
    for (float sureness : SURENESS) {
      expected += Frames.logProbability(new float[] {sureness, 0, 0, 0}, 0);
    }
    assertThat(result.score()).isCloseTo(expected, within(1e-5));
  }

  @Test
  void one_iteration_is_the_best_path() {
    ParallelSearch search = search();
    assertThat(ScriptedCanvasModel.run(recording(new ArrayList<>()), search).runs).isEqualTo(1);
    float[][] frames = new float[TOKENS.length][5];
    for (int frame = 0; frame < frames.length; frame++) {
      frames[frame] = logits(TOKENS[frame], SURENESS[frame]);
      frames[frame][M] = Float.NEGATIVE_INFINITY;
    }
    Hypothesis expected = Frames.decode(frames).get(0);
    assertThat(Frames.ids(search.results().get(0))).isEqualTo(Frames.ids(expected));
    assertThat(search.results().get(0).score()).isEqualTo(expected.score());
  }

  @Test
  void runs_end_when_all_is_known() {
    ParallelSearch search = search("max_iterations", 50);
    assertThat(ScriptedCanvasModel.run(recording(new ArrayList<>()), search).runs).isEqualTo(7);
    assertThat(Frames.ids(search.results().get(0))).containsExactly(1, 2, 3, 1);
  }

  @Test
  void what_was_chosen_changes_what_is_chosen_later() {
    // The second frame says 1 until the first one is known to.
    ScriptedCanvasModel.Script script =
        script(
            2,
            (canvas, slot) ->
                slot == 0 ? logits(1, 5) : canvas[0] == 1 ? logits(2, 3) : logits(1, 3));
    ParallelSearch atOnce = search("max_iterations", 1);
    ScriptedCanvasModel.run(script, atOnce);
    assertThat(Frames.ids(atOnce.results().get(0))).containsExactly(1);
    ParallelSearch inTurn = search("max_iterations", 2);
    ScriptedCanvasModel.run(script, inTurn);
    assertThat(Frames.ids(inTurn.results().get(0))).containsExactly(1, 2);
  }

  @Test
  void a_search_that_is_stopped_has_what_is_certain() {
    ParallelSearch search = search("max_iterations", 3);
    ScriptedCanvasModel model = new ScriptedCanvasModel(recording(new ArrayList<>()), 1);
    try (ParallelLoop loop = new ParallelLoop(model, List.of(search), (failed, error) -> {})) {
      loop.step();
      loop.step();
      loop.step();
      assertThat(search.provisional()).containsExactly(1, 2, M, 3, M, 1);
      assertThat(search.settled()).isZero();
      search.finish(FinishReason.CANCELLED);
      assertThat(loop.step()).isFalse();
    }
    Hypothesis result = search.results().get(0);
    assertThat(Frames.ids(result)).containsExactly(1, 2);
    assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
  }

  @Test
  void a_batch_gives_what_its_rows_give_alone() {
    ParallelSearch[] together = {
      search("max_iterations", 3), search(), search("max_iterations", 50)
    };
    ScriptedCanvasModel.run(recording(new ArrayList<>()), together);
    ParallelSearch[] alone = {search("max_iterations", 3), search(), search("max_iterations", 50)};
    for (int i = 0; i < alone.length; i++) {
      ScriptedCanvasModel.run(recording(new ArrayList<>()), alone[i]);
      assertThat(together[i].results()).isEqualTo(alone[i].results());
    }
  }

  @Test
  void no_frames_say_nothing() {
    ParallelSearch search = search("max_iterations", 3);
    assertThat(ScriptedCanvasModel.run(script(0, (canvas, slot) -> logits(1, 1)), search).runs)
        .isZero();
    assertThat(search.results().get(0).tokens()).isEmpty();
  }

  private static ParallelSearch search(Object... options) {
    return CtcSearches.of(
        new ParallelSetup(
            Runs.setup(5, new int[0], options),
            Frames.model(5, OptionalInt.of(M), OptionalDouble.empty()),
            new int[0],
            null),
        null,
        null);
  }

  /** The mask is the likeliest of all, and yet never chosen. */
  private static float[] logits(int token, float sureness) {
    float[] logits = new float[5];
    logits[token] = sureness;
    logits[M] = 20;
    return logits;
  }

  @FunctionalInterface
  private interface Frame {
    float[] logits(int[] canvas, int slot);
  }

  private static ScriptedCanvasModel.Script script(int frames, Frame frame) {
    return new ScriptedCanvasModel.Script() {
      @Override
      public float[] logits(int source, int[] canvas, int slot) {
        return frame.logits(canvas, slot);
      }

      @Override
      public int frames(int source) {
        return frames;
      }
    };
  }

  private static ScriptedCanvasModel.Script recording(List<int[]> canvases) {
    return script(
        TOKENS.length,
        (canvas, slot) -> {
          if (canvases.isEmpty() || !Arrays.equals(canvases.get(canvases.size() - 1), canvas)) {
            canvases.add(canvas.clone());
          }
          return logits(TOKENS[slot], SURENESS[slot]);
        });
  }
}
