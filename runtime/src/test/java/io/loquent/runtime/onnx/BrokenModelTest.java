package io.loquent.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cut and damaged models: an error that explains itself, or an answer, and nothing else. */
final class BrokenModelTest {

  private static final int ENDS = 150;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny/model.onnx", "gpt2-tiny-merged/decoder_model_merged.onnx"})
  void a_model_cut_anywhere_gives_a_clear_error(String name) throws IOException {
    byte[] model = FixtureGraph.read(FixtureGraph.file(name));
    Set<Integer> complete = completeLengths(model);
    Path file = folder.resolve("cut.onnx");
    for (int length = 0; length < model.length; length += step(length, model.length)) {
      if (complete.contains(length)) {
        continue;
      }
      byte[] cut = Arrays.copyOf(model, length);
      assertThatThrownBy(() -> HiddenStateOutput.add(cut, "logits"))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("truncated");
      Files.write(file, cut);
      assertThatThrownBy(() -> OnnxFile.read(file))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("truncated");
    }
  }

  /** Every length near both ends, samples in between. */
  private static int step(int length, int total) {
    return length < ENDS || total - length <= ENDS ? 1 : Math.min(3001, total - ENDS - length);
  }

  /** Behind the operator sets, a cut between two fields of the model leaves a model. */
  private static Set<Integer> completeLengths(byte[] model) {
    Set<Integer> lengths = new TreeSet<>();
    ModelBytes bytes = ModelBytes.of("test", model);
    MessageReader reader = new MessageReader(bytes, Region.whole(model.length));
    boolean opset = false;
    boolean graph = false;
    while (reader.next()) {
      opset |= reader.field() == Fields.MODEL_OPSET_IMPORT;
      graph |= reader.field() == Fields.MODEL_GRAPH;
      if (opset && graph) {
        lengths.add((int) reader.message().end());
      }
    }
    return lengths;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny/model.onnx", "gpt2-tiny-merged/decoder_model_merged.onnx"})
  void damaged_bytes_never_end_in_another_error(String name) {
    byte[] model = FixtureGraph.read(FixtureGraph.file(name));
    Random random = new Random(42);
    int refused = 0;
    for (int round = 0; round < 500; round++) {
      byte[] damaged = model.clone();
      for (int i = 0; i <= round % 4; i++) {
        damaged[random.nextInt(model.length)] = (byte) random.nextInt(256);
      }
      try {
        HiddenStateOutput.add(damaged, "logits");
      } catch (ModelLoadException expected) {
        refused++;
      }
    }
    assertThat(refused).isBetween(1, 499);
  }

  @Test
  void graphs_nested_without_end_are_refused() {
    MessageWriter graph = new TinyModel().node("Relu", List.of("x"), "y").graph();
    for (int depth = 0; depth < 200; depth++) {
      MessageWriter attribute =
          new MessageWriter()
              .text(Fields.ATTRIBUTE_NAME, "then_branch")
              .message(Fields.ATTRIBUTE_GRAPH, graph);
      MessageWriter node =
          TinyModel.nodeMessage("If", List.of("c"), "y").message(Fields.NODE_ATTRIBUTE, attribute);
      graph = new TinyModel().node(node).output("y").graph();
    }
    byte[] model =
        new MessageWriter()
            .message(Fields.MODEL_GRAPH, graph)
            .message(
                Fields.MODEL_OPSET_IMPORT, new MessageWriter().integer(Fields.OPSET_VERSION, 17))
            .toBytes();
    Path file = folder.resolve("deep.onnx");
    assertThatThrownBy(() -> OnnxFile.read(Files.write(file, model)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("nested too deeply");
    assertThatThrownBy(() -> HiddenStateOutput.add(model, "y"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("nested too deeply");
  }
}
