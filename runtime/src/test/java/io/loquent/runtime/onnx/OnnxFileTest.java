package io.loquent.runtime.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.ModelLoadException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OnnxFileTest {

  @TempDir Path folder;

  private Path write(byte[] content) throws IOException {
    return Files.write(folder.resolve("model.onnx"), content);
  }

  @Test
  void names_operators_with_their_domain() {
    OnnxSummary summary = OnnxFile.read(FixtureGraph.file("llama-tiny-gqa/model.onnx"));
    assertThat(summary.operators())
        .contains("com.microsoft:GroupQueryAttention", "MatMul")
        .doesNotContain("GroupQueryAttention");
    assertThat(summary.opsets())
        .containsExactly(Map.entry("", 14L), Map.entry("com.microsoft", 1L));
    assertThat(summary.producer()).isEqualTo("onnxruntime-genai");
    assertThat(summary.irVersion()).isEqualTo(7);
    assertThat(summary.externalFiles()).isEmpty();
  }

  @Test
  void sees_that_a_graph_quantizes_its_activations() {
    OnnxSummary summary =
        OnnxFile.read(FixtureGraph.file("gpt2-tiny-hub/onnx/model_quantized.onnx"));
    assertThat(summary.operators()).contains("DynamicQuantizeLinear", "MatMulInteger");
  }

  @Test
  void sees_operators_inside_branches() {
    OnnxSummary summary =
        OnnxFile.read(FixtureGraph.file("gpt2-tiny-merged/decoder_model_merged.onnx"));
    assertThat(summary.operators()).contains("If", "LayerNormalization", "MatMul");
  }

  @Test
  void tells_which_external_files_there_must_be_and_how_large() throws IOException {
    OnnxSummary summary = OnnxFile.read(FixtureGraph.file("gpt2-tiny-external/model.onnx"));
    assertThat(summary.externalFiles()).containsOnlyKeys("model.onnx_data");
    assertThat(summary.externalFiles().get("model.onnx_data"))
        .isPositive()
        .isLessThanOrEqualTo(Files.size(FixtureGraph.file("gpt2-tiny-external/model.onnx_data")));
  }

  @Test
  void finds_external_weights_inside_branches_and_attributes() throws IOException {
    MessageWriter inner =
        new TinyModel().weight(externalTensor("a", "inner.bin", "8", "16")).graph();
    MessageWriter branch =
        new MessageWriter()
            .text(Fields.ATTRIBUTE_NAME, "then_branch")
            .message(Fields.ATTRIBUTE_GRAPH, inner);
    MessageWriter value =
        new MessageWriter()
            .text(Fields.ATTRIBUTE_NAME, "value")
            .message(Fields.ATTRIBUTE_TENSOR, externalTensor("", "constant.bin", "0", "4"));
    byte[] model =
        new TinyModel()
            .node(
                TinyModel.nodeMessage("If", List.of("c"), "y")
                    .message(Fields.NODE_ATTRIBUTE, branch))
            .node(
                TinyModel.nodeMessage("Constant", List.of(), "k")
                    .message(Fields.NODE_ATTRIBUTE, value))
            .model();
    assertThat(OnnxFile.read(write(model)).externalFiles())
        .containsExactly(Map.entry("constant.bin", 4L), Map.entry("inner.bin", 24L));
  }

  @Test
  void says_whether_products_round_their_activations() throws IOException {
    assertThat(rounds(TinyModel.nodeMessage("DynamicQuantizeLinear", List.of("x"), "y"))).isTrue();
    assertThat(rounds(TinyModel.nodeMessage("MatMul", List.of("x", "w"), "y"))).isFalse();
    for (int level = 0; level <= 4; level++) {
      MessageWriter attribute =
          new MessageWriter()
              .text(Fields.ATTRIBUTE_NAME, "accuracy_level")
              .integer(Fields.ATTRIBUTE_INT, level);
      MessageWriter node =
          TinyModel.nodeMessage("com.microsoft:MatMulNBits", List.of("x", "w"), "y")
              .message(Fields.NODE_ATTRIBUTE, attribute);
      assertThat(rounds(node)).as("level %d", level).isEqualTo(level == 4);
    }
  }

  private boolean rounds(MessageWriter node) throws IOException {
    return OnnxFile.read(write(new TinyModel().node(node).model())).quantizesActivations();
  }

  private static MessageWriter externalTensor(
      String name, String location, String offset, String length) {
    return new MessageWriter()
        .text(Fields.TENSOR_NAME, name)
        .message(Fields.TENSOR_EXTERNAL_DATA, entry("location", location))
        .message(Fields.TENSOR_EXTERNAL_DATA, entry("offset", offset))
        .message(Fields.TENSOR_EXTERNAL_DATA, entry("length", length));
  }

  private static MessageWriter entry(String key, String value) {
    return new MessageWriter().text(Fields.ENTRY_KEY, key).text(Fields.ENTRY_VALUE, value);
  }

  @Test
  void refuses_an_external_offset_that_is_no_number() throws IOException {
    Path file = write(new TinyModel().weight(externalTensor("a", "x.bin", "-1", "4")).model());
    assertThatThrownBy(() -> OnnxFile.read(file))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("'-1' where a number of bytes belongs");
  }

  @Test
  void steps_over_weights_beyond_the_size_of_an_array() throws IOException {
    long weightBytes = 3L << 30;
    byte[] weightTag = {(Fields.TENSOR_RAW_DATA << 3) | 2};
    byte[] weightLength = MessageWriter.varint(weightBytes);
    long tensorBytes = weightTag.length + weightLength.length + weightBytes;
    byte[] tensorTag = {(Fields.GRAPH_INITIALIZER << 3) | 2};
    byte[] tensorLength = MessageWriter.varint(tensorBytes);
    byte[] node = new TinyModel().node("Relu", List.of("x"), "y").graph().toBytes();
    long graphBytes = tensorTag.length + tensorLength.length + tensorBytes + node.length;
    byte[] graphTag = {(Fields.MODEL_GRAPH << 3) | 2};
    byte[] opset =
        new MessageWriter()
            .message(
                Fields.MODEL_OPSET_IMPORT, new MessageWriter().integer(Fields.OPSET_VERSION, 17))
            .toBytes();

    Path file = folder.resolve("large.onnx");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      for (byte[] part :
          List.of(
              graphTag,
              MessageWriter.varint(graphBytes),
              tensorTag,
              tensorLength,
              weightTag,
              weightLength)) {
        channel.write(ByteBuffer.wrap(part));
      }
      channel.position(channel.position() + weightBytes);
      channel.write(ByteBuffer.wrap(node));
      channel.write(ByteBuffer.wrap(opset));
    }

    OnnxSummary summary = OnnxFile.read(file);
    assertThat(summary.operators()).containsExactly("Relu");
    assertThat(summary.inlineWeightBytes()).isGreaterThanOrEqualTo(weightBytes);
    assertThat(HiddenStateOutput.add(file, "logits").reason()).contains("too large");
  }

  @Test
  void says_that_a_file_is_missing() {
    Path file = folder.resolve("nowhere.onnx");
    assertThatThrownBy(() -> OnnxFile.read(file))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage("Model file " + file + " does not exist");
  }

  @Test
  void says_that_a_file_is_a_folder() {
    assertThatThrownBy(() -> OnnxFile.read(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage("Model file " + folder + " is not a file");
  }

  @Test
  void recognises_a_git_lfs_pointer() throws IOException {
    Path file = write("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".getBytes(UTF_8));
    assertThatThrownBy(() -> OnnxFile.read(file))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("Git LFS pointer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "<!DOCTYPE html><html>not found</html>", "{\"a\": 1}", "\u0000\u0000"})
  void refuses_what_is_no_model(String content) throws IOException {
    Path file = write(content.getBytes(UTF_8));
    assertThatThrownBy(() -> OnnxFile.read(file))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("the file is truncated or not an ONNX model; download it again");
  }

  @Test
  void says_where_a_truncated_file_ends() throws IOException {
    byte[] model = FixtureGraph.read(FixtureGraph.file("gpt2-tiny/model.onnx"));
    Path file = write(Arrays.copyOf(model, 100_000));
    assertThatThrownBy(() -> OnnxFile.read(file))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageMatching(
            "Model file \\S+ cannot be parsed: \\d+ bytes announced, \\d+ left at byte \\d+ of"
                + " 100000; the file is truncated or not an ONNX model; download it again");
  }
}
