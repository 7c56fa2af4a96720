package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxJavaType;
import com.google.common.collect.Iterables;
import io.loquent.InferenceException;
import io.loquent.ModelConfig;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Beams that share one row of the encoder's constants answer as rows that have their own. */
final class BroadcastingTest {

  private static final int BEAMS = 4;
  private static final int[] SOURCE = {9, 17, 4, 33, 12, 8, 51, 2};

  private static LoadedModel load(String fixture) {
    return LoadedModel.load(
        ModelConfig.builder(Paths.get("src", "test", "resources", "fixtures", fixture))
            .intraOpThreads(1)
            .build(),
        new ArrayList<>());
  }

  private static GraphState open(LoadedModel model, RunControl control, int rows, int[] source) {
    List<PromptRow> prompts = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      prompts.add(new PromptRow(new int[] {1}, source, null));
    }
    DecodingState state = model.open(prompts, new OpenOptions(false, true, false, 40), control);
    state.start();
    return (GraphState) state;
  }

  private static void assertSame(StepOutput one, StepOutput other, int row, int otherRow) {
    float[] a = new float[one.vocabularySize()];
    float[] b = new float[other.vocabularySize()];
    one.logits(row, a);
    other.logits(otherRow, b);
    assertThat(a).containsExactly(b, within(1e-4f));
  }

  private static int[] tokens(Random random) {
    return random.ints(BEAMS, 3, 60).toArray();
  }

  /** Runs beams of one row beside rows of their own, in ever new orders. */
  private static void compare(GraphState beams, GraphState rows, Random random) {
    for (int step = 0; step < 8; step++) {
      int[] parents = random.ints(BEAMS, 0, BEAMS).toArray();
      beams.gather(parents, BEAMS);
      rows.gather(parents, BEAMS);
      int[] tokens = tokens(random);
      StepOutput one = beams.append(tokens);
      StepOutput other = rows.append(tokens);
      for (int row = 0; row < BEAMS; row++) {
        assertSame(one, other, row, row);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "t5-tiny",
        "t5-tiny-merged",
        "bart-tiny",
        "marian-tiny",
        "marian-tiny-merged",
        "gru-bahdanau-tiny"
      })
  void beams_of_one_row_answer_as_rows_of_their_own(String fixture) {
    Random random = new Random(1);
    try (LoadedModel model = load(fixture);
        RunControl control = new RunControl()) {
      for (int round = 0; round < 2; round++) {
        try (GraphState beams = open(model, control, 1, SOURCE);
            GraphState rows = open(model, control, BEAMS, SOURCE)) {
          beams.gather(new int[BEAMS], BEAMS);
          compare(beams, rows, random);
          assertThat(beams.sharesNow()).isTrue();
        }
      }
      assertThat(model.lentBuffers()).isZero();
    }
  }

  @Test
  void rows_that_join_and_leave_find_constants_of_their_own() {
    Random random = new Random(2);
    try (LoadedModel model = load("marian-tiny");
        RunControl control = new RunControl()) {
      try (GraphState beams = open(model, control, 1, SOURCE);
          GraphState alone = open(model, control, BEAMS, SOURCE);
          GraphState newcomer = open(model, control, 1, SOURCE);
          GraphState newcomerAlone = open(model, control, 1, SOURCE)) {
        beams.gather(new int[BEAMS], BEAMS);
        compare(beams, alone, random);
        for (int step = 0; step < 8; step++) {
          newcomer.append(new int[] {7});
          newcomerAlone.append(new int[] {7});
        }
        assertThat(beams.absorb(newcomer)).isTrue();
        int[] tokens = Arrays.copyOf(tokens(random), BEAMS + 1);
        tokens[BEAMS] = 8;
        StepOutput together = beams.append(tokens);
        StepOutput first = alone.append(tokens);
        for (int row = 0; row < BEAMS; row++) {
          assertSame(together, first, row, row);
        }
        assertSame(together, newcomerAlone.append(new int[] {8}), BEAMS, 0);
        beams.gather(new int[] {0, 1, 2, 3}, BEAMS);
        compare(beams, alone, random);
      }
      assertThat(model.lentBuffers()).isZero();
    }
  }

  @Test
  void a_run_that_fails_with_a_shared_row_is_made_again_with_copies() {
    Random random = new Random(3);
    try (LoadedModel model = load("marian-tiny");
        RunControl control = new RunControl()) {
      try (GraphState beams = open(model, control, 1, SOURCE);
          GraphState rows = open(model, control, BEAMS, SOURCE)) {
        beams.gather(new int[BEAMS], BEAMS);
        compare(beams, rows, random);
        assertThat(beams.sharesNow()).isTrue();
        // Three rows for four beams: no graph takes that.
        beams.context.constants().values().forEach(tensor -> tensor.gather(new int[3], 3));
        compare(beams, rows, random);
        assertThat(beams.sharesNow()).isFalse();
        assertThat(beams.graphs.broadcasting.works()).isFalse();
      }
      assertThat(model.lentBuffers()).isZero();
    }
  }

  /** A graph that adds up what it reads, {@code [rows, 4]}, for each of some rows. */
  private static float[] sums(EncoderConstants constants, int rows, boolean mixes) {
    RowTensor tensor = Iterables.getOnlyElement(constants.active().values());
    int own = (int) tensor.dimension(0);
    float[] sums = new float[rows];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < 4; i++) {
        int place = own == 1 ? (mixes ? row : i) : row * 4 + i;
        sums[row] += tensor.memory().getFloat(place * Float.BYTES);
      }
    }
    return sums;
  }

  private static Broadcasting tried(Function<EncoderConstants, float[]> graph) {
    NativeBuffers buffers = new NativeBuffers(1 << 20);
    RowTensor tensor = new RowTensor(buffers, OnnxJavaType.FLOAT, 0, BEAMS, 4);
    tensor.fillWithZeros();
    EncoderConstants constants = new EncoderConstants(Map.of("states", tensor), BEAMS);
    Broadcasting broadcasting = new Broadcasting();
    broadcasting.tryOut(constants, BEAMS, () -> graph.apply(constants));
    assertThat(constants.active()).containsValue(tensor);
    tensor.close();
    assertThat(buffers.lent()).isZero();
    assertThat(broadcasting.isUnknown()).isFalse();
    return broadcasting;
  }

  @Test
  void a_graph_takes_one_row_only_if_it_answers_as_with_copies() {
    assertThat(tried(constants -> sums(constants, BEAMS, false)).works()).isTrue();
    assertThat(tried(constants -> sums(constants, BEAMS, true)).works()).isFalse();
    assertThat(tried(constants -> new float[BEAMS]).works()).isFalse();
    Function<EncoderConstants, float[]> failing =
        constants -> {
          if (constants.active().values().iterator().next().dimension(0) == 1) {
            throw new InferenceException("a reshape of 1 row to 4");
          }
          return sums(constants, BEAMS, false);
        };
    assertThat(tried(failing).works()).isFalse();
  }
}
