package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.ModelConfig;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelModel.Family;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.ParallelState;
import io.loquent.internal.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of graphs for parallel decoding, beside those that were recorded in Python. */
class ParallelStateTest {

  private static final int VOCABULARY = 103;
  private static final int[] LONG = {5, 9, 12, 30, 7, 21, 11, 8, 2};
  private static final int[] SHORT = {8, 2};

  private static Path folder(String fixture) {
    return Paths.get("src", "test", "resources", "fixtures", fixture);
  }

  private static LoadedModel load(String fixture) {
    return LoadedModel.load(
        ModelConfig.builder(folder(fixture)).intraOpThreads(1).build(), new ArrayList<>());
  }

  private static Map<String, Object> expected(String fixture) throws IOException {
    Path file = folder(fixture).resolve("expected.json");
    return Json.parseObject(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
  }

  private static int[] ints(Object json) {
    return ((List<?>) json).stream().mapToInt(id -> ((Number) id).intValue()).toArray();
  }

  private static PromptRow row(int... source) {
    return new PromptRow(new int[0], source, null);
  }

  private static void assertNumbers(float[] found, Object json) {
    List<?> numbers = (List<?>) json;
    for (int i = 0; i < numbers.size(); i++) {
      assertThat((double) found[i])
          .isCloseTo(((Number) numbers.get(i)).doubleValue(), within(1e-4));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cmlm-tiny, CONDITIONAL_MASKED",
    "levenshtein-tiny, LEVENSHTEIN",
    "ctc-tiny, CTC",
    "wav2vec2-tiny, CTC",
    "dat-tiny, DIRECTED_ACYCLIC",
    "diffusion-tiny, MASKED_DIFFUSION"
  })
  void families_are_read_from_graphs_and_config(String fixture, Family family) {
    try (LoadedModel model = load(fixture)) {
      assertThat(model.parallel().orElseThrow().family()).isEqualTo(family);
      assertThat(model.info().layout()).contains("because");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cmlm-tiny", "levenshtein-tiny"})
  void a_decoder_answers_for_each_slot_of_a_canvas(String fixture) throws IOException {
    Map<String, Object> expected = expected(fixture);
    Canvas canvas = new Canvas(ints(expected.get("canvas")));
    try (LoadedModel model = load(fixture);
        RunControl control = new RunControl();
        ParallelState state =
            model.openParallel(List.of(row(ints(expected.get("source")))), false, control)) {
      ParallelOutput encoded = state.encode();
      if (expected.containsKey("length_logits")) {
        float[] lengths = new float[encoded.lengthClasses()];
        encoded.lengthLogits(0, lengths);
        assertNumbers(lengths, expected.get("length_logits"));
      }
      ParallelOutput output = state.run(List.of(canvas));
      assertThat(output.slots(0)).isEqualTo(canvas.length());
      float[] found = new float[VOCABULARY];
      List<?> logits = (List<?>) expected.get("logits");
      for (int slot = 0; slot < logits.size(); slot++) {
        output.logits(0, slot, found);
        assertNumbers(found, logits.get(slot));
      }
      if (expected.containsKey("delete_logits")) {
        List<?> deletions = (List<?>) expected.get("delete_logits");
        List<?> insertions = (List<?>) expected.get("insert_logits");
        float[] inserted = new float[output.insertClasses()];
        for (int slot = 0; slot < insertions.size(); slot++) {
          output.deleteLogits(0, slot, found);
          assertNumbers(found, deletions.get(slot));
          output.insertLogits(0, slot, inserted);
          assertNumbers(inserted, insertions.get(slot));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ctc-tiny", "dat-tiny"})
  void a_graph_that_runs_once_answers_for_frames_and_vertices(String fixture) throws IOException {
    Map<String, Object> expected = expected(fixture);
    int[] source = ints(expected.get("source"));
    try (LoadedModel model = load(fixture);
        RunControl control = new RunControl();
        ParallelState state = model.openParallel(List.of(row(source)), false, control)) {
      ParallelOutput output = state.encode();
      assertThat(output.slots(0)).isEqualTo(3 * source.length);
      float[] found = new float[VOCABULARY];
      List<?> logits = (List<?>) expected.get("logits");
      for (int slot = 0; slot < logits.size(); slot++) {
        output.logits(0, slot, found);
        assertNumbers(found, logits.get(slot));
      }
      if (expected.containsKey("links")) {
        List<?> links = (List<?>) expected.get("links");
        for (int vertex = 0; vertex < links.size(); vertex++) {
          output.links(0, vertex, found);
          for (int target = 0; target < output.slots(0); target++) {
            double recorded = ((Number) ((List<?>) links.get(vertex)).get(target)).doubleValue();
            double link = Math.max(found[target], -1e9);
            assertThat(link).isCloseTo(recorded, within(1e-4 + 1e-6 * Math.abs(recorded)));
          }
        }
      }
    }
  }

  @Test
  void diffusion_answers_for_each_slot_and_for_parts_as_for_the_whole() throws IOException {
    Map<String, Object> expected = expected("diffusion-tiny");
    Canvas whole = new Canvas(ints(expected.get("canvas")));
    try (LoadedModel model = load("diffusion-tiny");
        RunControl control = new RunControl();
        ParallelState state =
            model.openParallel(
                List.of(new PromptRow(new int[] {5, 9, 12, 2}, null, null)), true, control)) {
      assertThat(model.parallel().orElseThrow().hasCache()).isTrue();
      state.encode();
      ParallelOutput output = state.run(List.of(whole));
      float[] found = new float[VOCABULARY];
      List<?> logits = (List<?>) expected.get("logits");
      for (int slot = 0; slot < logits.size(); slot++) {
        output.logits(0, slot, found);
        assertNumbers(found, logits.get(slot));
      }
      // One layer: what the other slots show of themselves does not depend on the part's tokens.
      whole.askFor(4, 7);
      output = state.run(List.of(whole));
      assertThat(output.slots(0)).isEqualTo(3);
      for (int slot = 0; slot < 3; slot++) {
        output.logits(0, slot, found);
        assertNumbers(found, logits.get(4 + slot));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cmlm-tiny", "levenshtein-tiny"})
  void rows_of_unequal_length_answer_as_alone_and_move(String fixture) {
    Canvas first = new Canvas(1, 40, 4, 50, 60, 4, 2);
    Canvas second = new Canvas(1, 4, 2);
    try (LoadedModel model = load(fixture);
        RunControl control = new RunControl()) {
      float[] one = alone(model, control, LONG, first, 2);
      float[] two = alone(model, control, SHORT, second, 1);
      try (ParallelState state =
          model.openParallel(List.of(row(LONG), row(SHORT)), false, control)) {
        state.encode();
        ParallelOutput output = state.run(List.of(first, second));
        assertThat(logits(output, 0, 2)).containsExactly(one, within(1e-4f));
        assertThat(logits(output, 1, 1)).containsExactly(two, within(1e-4f));
        state.gather(new int[] {1, 0, 1}, 3);
        output = state.run(List.of(second, first, second));
        assertThat(logits(output, 0, 1)).containsExactly(two, within(1e-4f));
        assertThat(logits(output, 1, 2)).containsExactly(one, within(1e-4f));
        assertThat(logits(output, 2, 1)).containsExactly(two, within(1e-4f));
      }
    }
  }

  private static float[] alone(
      LoadedModel model, RunControl control, int[] source, Canvas canvas, int slot) {
    try (ParallelState state = model.openParallel(List.of(row(source)), false, control)) {
      state.encode();
      return logits(state.run(List.of(canvas)), 0, slot);
    }
  }

  private static float[] logits(ParallelOutput output, int row, int slot) {
    float[] logits = new float[VOCABULARY];
    output.logits(row, slot, logits);
    return logits;
  }
}
