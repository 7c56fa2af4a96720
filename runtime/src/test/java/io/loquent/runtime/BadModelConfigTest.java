package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.loquent.ExecutionProvider;
import io.loquent.GenerationRequest;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.ModelReport;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Configurations, tokenizers and JSON files that do not fit a folder's graphs. */
final class BadModelConfigTest extends OneBrokenFolder {

  // Precision.

  @Test
  void an_unknown_precision() {
    Folders.copy("gpt2-tiny", folder);
    Refusals.refused(config().precision("f16").build(), "\"f16\"", "known: auto, fp32, fp16, q8");
  }

  @Test
  void a_precision_that_the_folder_lacks() {
    Folders.copy("gpt2-tiny-hub", folder);
    Refusals.refused(
        config().precision("q4").build(),
        folder.toString(),
        "\"q4\"",
        "_q4.onnx",
        "onnx/model.onnx, onnx/model_fp16.onnx, onnx/model_quantized.onnx");
  }

  @ParameterizedTest
  @CsvSource({"lstm-seq2seq-tiny,states.json", "llama-tiny-gqa,genai_config.json"})
  void a_precision_where_the_folder_names_its_graphs(String fixture, String file) {
    Folders.copy(fixture, folder);
    Refusals.refused(
        config().precision("fp16").build(), folder.resolve(file).toString(), "\"fp16\"", "auto");
  }

  // Tokenizers.

  @Test
  void the_tokenizer_of_another_vocabulary() {
    Folders.copy("gpt2-tiny", folder);
    Path other = Folders.sample("lm-shakespeare").resolve("tokenizer.json");
    Folders.write(folder, "tokenizer.json", Folders.read(other));
    refused(folder.resolve("tokenizer.json").toString(), "1024", "512", "belongs to another model");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "not json", "[]", "{}", "{\"model\": {\"type\": \"BPE\"}}", "\u0000"})
  void a_broken_tokenizer(String content) {
    Folders.copy("gpt2-tiny", folder);
    Folders.write(folder, "tokenizer.json", content);
    refused(folder.resolve("tokenizer.json").toString());
  }

  @Test
  void a_truncated_tokenizer() {
    Folders.copy("gpt2-tiny", folder);
    Folders.truncate(folder.resolve("tokenizer.json"), 9_000);
    refused(folder.resolve("tokenizer.json").toString(), "cut off or damaged");
  }

  @Test
  void a_configured_tokenizer_folder_without_a_tokenizer() {
    Folders.copy("gpt2-tiny", folder);
    Path tokenizers = Folders.write(temporary.resolve("tokenizers"), "note.txt", "").getParent();
    Refusals.refused(
        config().tokenizerFolder(tokenizers).build(), tokenizers.toString(), "no tokenizer.json");
    Path nowhere = temporary.resolve("nowhere");
    Refusals.refused(
        config().tokenizerFolder(nowhere).build(), nowhere.toString(), "no such folder");
  }

  // JSON files.

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "config.json|{\"a\":",
        "config.json|[1]",
        "config.json|nothing",
        "generation_config.json|{\"a\" 1}",
        "generation_config.json|\"x\"",
        "genai_config.json|{]",
        "states.json|{\"encoder\": {"
      })
  void a_broken_json_file(String name, String content) {
    Folders.copy("gpt2-tiny", folder);
    Folders.write(folder, name, content);
    refused(folder.resolve(name).toString(), "JSON");
  }

  @Test
  void values_of_generation_config_that_make_no_sense_are_noted_and_left_out() {
    Folders.copy("gpt2-tiny", folder);
    Folders.write(
        folder,
        "generation_config.json",
        "{\"eos_token_id\": 0, \"temperature\": 0.0, \"pad_token_id\": -1, \"top_p\": \"high\","
            + " \"num_beams\": 0, \"does_not_exist\": 5, \"max_new_tokens\": 4}");
    ModelReport report = accepted();
    assertThat(report.model().orElseThrow().notes())
        .anyMatch(note -> note.contains("temperature") && note.contains("not used"))
        .anyMatch(note -> note.contains("pad_token_id") && note.contains("-1"))
        .anyMatch(note -> note.contains("top_p") && note.contains("high"))
        .anyMatch(note -> note.contains("num_beams") && note.contains("0"))
        .anyMatch(note -> note.contains("does_not_exist") && note.contains("no effect"));
    try (Generator generator = Generator.open(config().build())) {
      assertThat(generator.generate(GenerationRequest.tokens(5, 6).build()).best().ids().length)
          .isBetween(1, 4);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"h_in\"|\"h_inn\"|\"h_inn\" is not among the inputs of decoder_model.onnx",
        "\"h_out\"|\"h_up\"|\"h_up\" is not among the outputs of decoder_model.onnx",
        "\"h_n\"|\"hh\"|\"hh\" is not among the outputs of encoder_model.onnx",
        "\"logits\"|\"scores\"|\"scores\" is not among the outputs of decoder_model.onnx",
        "\"token_input\"|\"token\"|\"token_input\" is missing",
        "\"batch_axis\": 1|\"batch_axis\": 3|\"batch_axis\" must be from 0 to 2; found 3",
        "\"batch_axis\": 1|\"batch_axis\": \"x\"|\"batch_axis\" must be from 0 to 2; found x",
        "\"initial\"|\"start\"|\"initial\" must be",
        "\"states\"|\"memory\"|\"decoder.states\" must be a list",
        "\"constants\"|\"fixed\"|\"decoder.constants\" must be a list",
        "\"encoder_model.onnx\"|\"other.onnx\"|other.onnx",
        "\"file\": \"decoder_model.onnx\"|\"data\": \"decoder_model.onnx\"|\"decoder.file\" is"
            + " missing",
        "\"attention_mask\": \"attention_mask\"|\"attention_mask\": \"mask\"|\"mask\" is not among"
      })
  void a_wrong_name_in_states_json(String right, String wrong, String message) {
    Folders.copy("lstm-seq2seq-tiny", folder);
    Path states = folder.resolve("states.json");
    String text = Folders.text(states);
    assertThat(text).contains(right);
    Folders.write(folder, "states.json", text.replace(right, wrong));
    refused(folder.toString(), message);
  }

  @Test
  void a_state_that_states_json_forgets() {
    Folders.copy("gru-bahdanau-tiny", folder);
    String text = Folders.text(folder.resolve("states.json"));
    Folders.write(
        folder,
        "states.json",
        text.replaceFirst("(?s)\"constants\": *\\[.*\\]", "\"constants\": []"));
    refused("cannot tell what to feed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.onnx|gone.onnx|gone.onnx: the graph is missing",
        "\"filename\"|\"file_name\"|\"model.decoder.filename\" is missing"
      })
  void a_wrong_name_in_genai_config(String right, String wrong, String message) {
    Folders.copy("llama-tiny-gqa", folder);
    String text = Folders.text(folder.resolve("genai_config.json"));
    assertThat(text).contains(right);
    Folders.write(folder, "genai_config.json", text.replace(right, wrong));
    refused(folder.toString(), "genai_config.json", message);
  }

  // Providers.

  @ParameterizedTest
  @EnumSource(value = ExecutionProvider.Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "CPU")
  void a_provider_that_the_library_lacks_names_the_artifact_to_add(ExecutionProvider.Kind kind) {
    Folders.copy("gpt2-tiny", folder);
    ModelConfig config = config().providers(ExecutionProvider.of(kind)).build();
    ModelReport report = Generator.inspect(config);
    assumeTrue(!report.model().isPresent(), "this library has it");
    String artifact =
        switch (kind) {
          case CUDA, TENSORRT -> "com.microsoft.onnxruntime:onnxruntime_gpu";
          case NNAPI, XNNPACK -> "com.microsoft.onnxruntime:onnxruntime-android";
          case COREML -> "com.microsoft.onnxruntime:onnxruntime on macOS";
          default -> "no artifact on Maven Central";
        };
    Refusals.refused(
        config, "execution provider " + kind.name().toLowerCase(java.util.Locale.ROOT), artifact);
  }

  @ParameterizedTest
  @CsvSource({"device_id,0,use_arena", "use_arena,maybe,true or false"})
  void an_option_that_the_cpu_provider_does_not_have(String name, String value, String expected) {
    Folders.copy("gpt2-tiny", folder);
    Refusals.refused(
        config()
            .providers(new ExecutionProvider(ExecutionProvider.Kind.CPU, Map.of(name, value)))
            .build(),
        "execution provider cpu",
        name,
        expected);
  }
}
