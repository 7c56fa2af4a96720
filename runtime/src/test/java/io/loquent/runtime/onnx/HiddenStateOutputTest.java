package io.loquent.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import io.loquent.runtime.onnx.FixtureGraph.Output;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HiddenStateOutputTest {

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny/model.onnx, 0, 3, false",
    "gpt2-tiny/model.onnx, 2, 3, false",
    "gpt2-tiny-nocache/model.onnx, 0, 3, false",
    "gpt2-tiny-legacy/decoder_model.onnx, 0, 3, false",
    "gpt2-tiny-legacy/decoder_with_past_model.onnx, 2, 1, false",
    "gpt2-tiny-merged/decoder_model_merged.onnx, 1, 3, false",
    "gpt2-tiny-merged/decoder_model_merged.onnx, 2, 1, true",
    "gpt2-tiny-external/model.onnx, 2, 3, false",
    "gpt2-tiny-hub/onnx/model.onnx, 2, 3, false",
    "gpt2-tiny-hub/onnx/model_fp16.onnx, 2, 3, false",
    "gpt2-tiny-hub/onnx/model_quantized.onnx, 2, 3, false",
    "llama-tiny/model.onnx, 2, 3, false",
    "llama-tiny-gqa/model.onnx, 0, 3, false",
    "llama-tiny-gqa/model.onnx, 2, 1, false",
    "t5-tiny/decoder_model.onnx, 0, 3, false",
    "t5-tiny/decoder_with_past_model.onnx, 2, 1, false",
    "t5-tiny-merged/decoder_model_merged.onnx, 1, 3, false",
    "t5-tiny-merged/decoder_model_merged.onnx, 2, 1, true",
    "bart-tiny/decoder_model.onnx, 0, 3, false",
    "bart-tiny/decoder_with_past_model.onnx, 2, 1, false",
    "marian-tiny/decoder_model.onnx, 0, 3, false",
    "marian-tiny/decoder_with_past_model.onnx, 2, 1, false",
    "marian-tiny-merged/decoder_model_merged.onnx, 1, 3, false",
    "marian-tiny-merged/decoder_model_merged.onnx, 2, 1, true",
    "lstm-seq2seq-tiny/decoder_model.onnx, 0, 1, false",
    "gru-bahdanau-tiny/decoder_step.onnx, 0, 1, false"
  })
  void adds_the_hidden_state_and_changes_no_other_output(
      String name, int past, int length, boolean cacheBranch) throws OrtException {
    FixtureGraph graph = new FixtureGraph(name, past, length, cacheBranch);
    String logits = name.startsWith("gru") ? "scores" : "logits";
    byte[] grown = HiddenStateOutput.add(graph.file(), logits).model().orElseThrow();

    Map<String, Output> before = graph.run(FixtureGraph.read(graph.file()));
    Map<String, Output> after = graph.run(grown);

    Output hidden = after.remove(HiddenStateOutput.NAME);
    assertThat(after.keySet()).containsExactlyElementsOf(before.keySet());
    before.forEach(
        (output, values) -> assertThat(after.get(output).values()).isEqualTo(values.values()));
    List<Long> expectedShape = new ArrayList<>(before.get(logits).shape());
    expectedShape.set(expectedShape.size() - 1, (long) graph.hiddenSize());
    assertThat(hidden.shape()).isEqualTo(expectedShape);
    assertThat(hidden.type()).isEqualTo(before.get(logits).type());
    assertThat(hidden.declaredShape()).hasSameSizeAs(expectedShape);
    for (int i = 0; i < hidden.values().capacity(); i++) {
      assertThat(hidden.values().get(i)).isFinite();
    }
    for (int i = 1; i < hidden.vectors(); i++) {
      assertThat(hidden.vector(i)).isNotEqualTo(hidden.vector(i - 1));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny/model.onnx, 2, 3, false",
    "gpt2-tiny-merged/decoder_model_merged.onnx, 1, 3, false",
    "gpt2-tiny-merged/decoder_model_merged.onnx, 2, 1, true",
    "llama-tiny/model.onnx, 2, 3, false",
    "t5-tiny/decoder_model.onnx, 0, 3, false",
    "t5-tiny-merged/decoder_model_merged.onnx, 2, 1, true",
  })
  void hidden_state_times_the_head_s_weight_gives_the_logits(
      String name, int past, int length, boolean cacheBranch) throws OrtException {
    FixtureGraph graph = new FixtureGraph(name, past, length, cacheBranch);
    byte[] model = FixtureGraph.read(graph.file());
    Map<String, Output> outputs =
        graph.run(HiddenStateOutput.add(model, "logits").model().orElseThrow());
    Output logits = outputs.get("logits");
    Output hidden = outputs.get(HiddenStateOutput.NAME);
    int vocabulary = logits.lastAxis();
    int hiddenSize = graph.hiddenSize();
    FloatBuffer weight = HeadWeight.find(model, hiddenSize, vocabulary);

    double largestError = 0;
    for (int position = 0; position < logits.vectors(); position++) {
      FloatBuffer state = hidden.vector(position);
      FloatBuffer row = logits.vector(position);
      for (int token = 0; token < vocabulary; token++) {
        double sum = 0;
        for (int i = 0; i < hiddenSize; i++) {
          sum += (double) state.get(i) * weight.get(i * vocabulary + token);
        }
        largestError = Math.max(largestError, Math.abs(row.get(token) - sum));
      }
    }
    assertThat(largestError).isLessThan(1e-4);
  }

  @Test
  void half_precision_graphs_give_a_half_precision_state() throws OrtException {
    FixtureGraph graph = new FixtureGraph("gpt2-tiny-hub/onnx/model_fp16.onnx", 2, 3, false);
    byte[] grown = HiddenStateOutput.add(graph.file(), "logits").model().orElseThrow();
    assertThat(graph.run(grown).get(HiddenStateOutput.NAME).type()).isEqualTo(OnnxJavaType.FLOAT16);
  }

  @Test
  void copies_everything_else_byte_for_byte() {
    byte[] model = FixtureGraph.read(FixtureGraph.file("gpt2-tiny/model.onnx"));
    byte[] grown = HiddenStateOutput.add(model, "logits").model().orElseThrow();

    Region before = OnnxFile.graphOf(ModelBytes.of("before", model));
    Region after = OnnxFile.graphOf(ModelBytes.of("after", grown));
    assertThat(bytes(grown, 0, after.lengthStart()))
        .isEqualTo(bytes(model, 0, before.lengthStart()));
    assertThat(bytes(grown, after.start(), after.start() + before.length()))
        .isEqualTo(bytes(model, before.start(), before.end()));
    assertThat(bytes(grown, after.end(), grown.length))
        .isEqualTo(bytes(model, before.end(), model.length));
  }

  private static byte[] bytes(byte[] from, long start, long end) {
    return Arrays.copyOfRange(from, (int) start, (int) end);
  }

  @Test
  void reading_a_file_gives_the_same_as_reading_an_array() {
    byte[] model = FixtureGraph.read(FixtureGraph.file("t5-tiny-merged/decoder_model_merged.onnx"));
    assertThat(
            HiddenStateOutput.add(
                    FixtureGraph.file("t5-tiny-merged/decoder_model_merged.onnx"), "logits")
                .model()
                .orElseThrow())
        .isEqualTo(HiddenStateOutput.add(model, "logits").model().orElseThrow());
  }

  @Test
  void a_model_that_has_the_output_stays_as_it_is() {
    byte[] model = FixtureGraph.read(FixtureGraph.file("gpt2-tiny/model.onnx"));
    byte[] grown = HiddenStateOutput.add(model, "logits").model().orElseThrow();
    assertThat(HiddenStateOutput.add(grown, "logits").model().orElseThrow()).isEqualTo(grown);
  }

  @Test
  void names_the_outputs_when_the_logits_are_not_among_them() {
    GraphEdit edit =
        HiddenStateOutput.add(FixtureGraph.file("gru-bahdanau-tiny/decoder_step.onnx"), "logits");
    assertThat(edit.model()).isEmpty();
    assertThat(edit.reason()).startsWith("no output 'logits' among [").contains("scores");
  }

  @Test
  void says_what_it_found_when_no_head_is_there() {
    GraphEdit edit =
        HiddenStateOutput.add(FixtureGraph.file("gpt2-tiny/model.onnx"), "present.0.key");
    assertThat(edit.model()).isEmpty();
    assertThat(edit.reason()).contains("'present.0.key'").contains("operator");
  }
}
