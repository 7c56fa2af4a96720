package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.loquent.GenerationRequest;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.ModelReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that cannot be used: what is wrong, where, and what was expected. */
final class BadModelFolderTest extends OneBrokenFolder {

  // Folders.

  @Test
  void a_missing_folder() {
    refused(folder.toString(), "there is no such folder", "ONNX");
  }

  @Test
  void a_file_in_place_of_a_folder() {
    Folders.write(temporary, "model", "text");
    refused(folder.toString(), "is a file", "folder");
  }

  @Test
  void an_empty_folder() {
    Folders.copy("gpt2-tiny", folder, List.of("model.onnx"));
    refused(folder.toString(), "no model found", "expected model.onnx", "found no .onnx file");
  }

  @Test
  void a_folder_of_another_library_is_told_to_be_exported() {
    Folders.copy("gpt2-tiny", folder, List.of("model.onnx"));
    Folders.write(folder, "model.safetensors", "weights");
    refused("no .onnx file", "model.safetensors", "export");
  }

  @Test
  void a_folder_with_unrelated_files() {
    Folders.write(folder, "README.md", "hello");
    Folders.write(folder, "photo.jpg", "hello");
    refused(folder.toString(), "no model found", "found no .onnx file");
  }

  @Test
  void several_graphs_with_unknown_names() throws IOException {
    Folders.copy("gpt2-tiny", folder);
    Files.copy(folder.resolve("model.onnx"), folder.resolve("first.onnx"));
    Files.move(folder.resolve("model.onnx"), folder.resolve("second.onnx"));
    refused("no model found", "expected model.onnx", "found first.onnx, second.onnx");
  }

  // Missing parts.

  @ParameterizedTest
  @ValueSource(strings = {"t5-tiny", "t5-tiny-merged"})
  void an_encoder_without_its_decoder(String fixture) {
    List<String> decoders =
        List.of("decoder_model.onnx", "decoder_with_past_model.onnx", "decoder_model_merged.onnx");
    Folders.copy(fixture, folder, decoders);
    refused(
        folder.toString(),
        "encoder_model.onnx",
        "no decoder",
        "decoder_model_merged.onnx",
        "decoder_with_past_model.onnx");
  }

  @ParameterizedTest
  @CsvSource({
    "t5-tiny,decoder_model.onnx",
    "t5-tiny-merged,decoder_model_merged.onnx",
    "marian-tiny,decoder_model.onnx"
  })
  void a_decoder_without_its_encoder(String fixture, String decoder) {
    Folders.copy(fixture, folder, List.of("encoder_model.onnx"));
    refused(folder.resolve(decoder).toString(), "encoder_hidden_states", "encoder_model.onnx");
  }

  @Test
  void the_graph_that_continues_a_sequence_can_start_one_too() {
    Folders.copy("gpt2-tiny-legacy", folder, List.of("decoder_model.onnx"));
    accepted();
    GenerationRequest request =
        GenerationRequest.tokens(7, 8, 9).options(o -> o.maxNewTokens(6)).build();
    try (Generator whole = Generator.open(Goldens.config("gpt2-tiny-legacy").build());
        Generator half = Generator.open(config().build())) {
      assertThat(half.generate(request).best().ids())
          .containsExactly(whole.generate(request).best().ids());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny-legacy", "t5-tiny"})
  void without_the_graph_that_continues_a_sequence_all_is_recomputed(String fixture) {
    Folders.copy(fixture, folder, List.of("decoder_with_past_model.onnx"));
    ModelReport report = accepted();
    assertThat(report.model().orElseThrow().layout()).contains("no cache");
    assertThat(report.findings())
        .anyMatch(line -> line.contains("decoder_with_past_model.onnx") && line.contains("slow"));
    GenerationRequest request =
        GenerationRequest.tokens(7, 8, 9).options(o -> o.maxNewTokens(6)).build();
    try (Generator whole = Generator.open(Goldens.config(fixture).build());
        Generator half = Generator.open(config().build())) {
      assertThat(half.generate(request).best().ids())
          .containsExactly(whole.generate(request).best().ids());
    }
  }

  // Broken graphs.

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 100, 5_000, 100_000, 330_000})
  void a_truncated_graph(int length) {
    Folders.copy("gpt2-tiny", folder);
    Folders.truncate(folder.resolve("model.onnx"), length);
    refused(folder.resolve("model.onnx").toString(), "truncated", "download");
  }

  @Test
  void a_truncated_graph_beside_a_whole_one() {
    Folders.copy("t5-tiny", folder);
    Folders.truncate(folder.resolve("decoder_with_past_model.onnx"), 20_000);
    refused(folder.resolve("decoder_with_past_model.onnx").toString(), "truncated");
  }

  @Test
  void an_empty_graph() {
    Folders.copy("gpt2-tiny", folder);
    Folders.truncate(folder.resolve("model.onnx"), 0);
    refused(folder.resolve("model.onnx").toString(), "of 0", "truncated or not an ONNX model");
  }

  @Test
  void a_web_page_in_place_of_a_graph() {
    Folders.copy("gpt2-tiny", folder);
    Folders.write(folder, "model.onnx", "<!DOCTYPE html><html><body>Not found</body></html>");
    refused(folder.resolve("model.onnx").toString(), "not an ONNX model", "download");
  }

  @Test
  void a_pointer_of_git_lfs_in_place_of_a_graph() {
    Folders.copy("gpt2-tiny", folder);
    Folders.write(
        folder,
        "model.onnx",
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 330719\n");
    refused(folder.resolve("model.onnx").toString(), "Git LFS pointer", "git lfs pull");
  }

  @Test
  void a_graph_with_an_operator_that_nobody_knows() {
    Folders.copy("gpt2-tiny", folder);
    Folders.rename(folder.resolve("model.onnx"), "Softmax", "Saftmix");
    refused(folder.resolve("model.onnx").toString(), "ONNX Runtime cannot load", "Saftmix");
  }

  @Test
  void missing_external_data() {
    Folders.copy("gpt2-tiny-external", folder, List.of("model.onnx_data"));
    refused(folder.resolve("model.onnx_data").toString(), "missing", "model.onnx");
  }

  @Test
  void truncated_external_data() {
    Folders.copy("gpt2-tiny-external", folder);
    Folders.truncate(folder.resolve("model.onnx_data"), 200_000);
    refused(folder.resolve("model.onnx_data").toString(), "200000", "249344", "incompletely");
  }

  // Graphs that are no decoders, or none that is understood.

  @Test
  void an_input_that_nobody_knows() {
    Folders.copy("gpt2-tiny", folder);
    Folders.rename(folder.resolve("model.onnx"), "position_ids", "positionXids");
    refused(
        folder.resolve("model.onnx").toString(),
        "cannot tell what to feed",
        "[positionXids]",
        "known are",
        "position_ids");
  }

  @Test
  void a_state_that_does_not_come_back() {
    Folders.copy("gpt2-tiny", folder);
    Folders.rename(folder.resolve("model.onnx"), "present.0.key", "preXent.0.key");
    refused(
        folder.resolve("model.onnx").toString(),
        "past_key_values.0.key",
        "present.0.key",
        "preXent.0.key");
  }

  @Test
  void a_decoder_that_reads_no_tokens() {
    Folders.copy("gpt2-tiny", folder);
    Folders.rename(folder.resolve("model.onnx"), "input_ids", "inputXids");
    refused(folder.resolve("model.onnx").toString(), "\"input_ids\"", "inputXids");
  }

  @Test
  void a_graph_without_a_language_model_head() {
    Folders.copy("gpt2-tiny-nocache", folder);
    Folders.rename(folder.resolve("model.onnx"), "logits", "hidden");
    refused(folder.resolve("model.onnx").toString(), "\"logits\"", "cannot generate", "hidden");
  }

  @Test
  void an_encoder_with_an_unknown_input() {
    Folders.copy("t5-tiny", folder);
    Folders.rename(folder.resolve("encoder_model.onnx"), "input_ids", "inputXids");
    refused(folder.resolve("encoder_model.onnx").toString(), "inputXids", "known are input_ids");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BertForSequenceClassification",
        "DistilBertForTokenClassification",
        "RobertaForQuestionAnswering"
      })
  void an_encoder_that_generates_nothing(String architecture) {
    Folders.copy("gpt2-tiny-nocache", folder);
    Folders.write(folder, "config.json", "{\"architectures\": [\"" + architecture + "\"]}");
    refused(folder.toString(), architecture, "does not generate text", "Encoder.open");
  }

  // Nothing stays behind.

  @Test
  void failing_loads_leave_no_memory_behind() {
    assumeTrue(ProcessMemory.isKnown());
    Path graphs = folder;
    Folders.copy("gpt2-tiny-external", graphs);
    Folders.write(graphs, "tokenizer.json", "{}");
    Path states = temporary.resolve("states");
    Folders.copy("lstm-seq2seq-tiny", states);
    Folders.write(
        states,
        "states.json",
        Folders.text(states.resolve("states.json")).replace("\"h_in\"", "\"h_inn\""));
    Path unknown = temporary.resolve("unknown");
    Folders.copy("t5-tiny", unknown);
    Folders.rename(unknown.resolve("encoder_model.onnx"), "input_ids", "inputXids");
    long[] resident = new long[2];
    for (int half = 0; half < 2; half++) {
      resident[half] = Long.MAX_VALUE;
      for (int round = 1; round <= 21; round++) {
        for (Path broken : List.of(graphs, states, unknown)) {
          assertThatThrownBy(
                  () -> Generator.open(ModelConfig.builder(broken).intraOpThreads(1).build()))
              .isInstanceOf(ModelLoadException.class);
        }
        if (round % 7 == 0) {
          System.gc();
          resident[half] = Math.min(resident[half], ProcessMemory.residentMebibytes());
        }
      }
    }
    assertThat(resident[1] - resident[0]).as("growth in MiB").isLessThan(40);
  }
}
