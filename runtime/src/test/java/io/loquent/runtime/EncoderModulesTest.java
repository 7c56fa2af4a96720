package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.ModelLoadException;
import io.loquent.ModelReport;
import io.loquent.internal.json.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sentence transformers with modules that cannot be used say which, where and why. */
@ExtendWith(NothingLeaks.class)
class EncoderModulesTest {

  private static final String TANH = "torch.nn.modules.activation.Tanh";

  @TempDir Path temporary;

  private SentenceFolder folder() {
    return folder("model");
  }

  private SentenceFolder folder(String name) {
    return SentenceFolder.around("bert-tiny-encoder", temporary.resolve(name));
  }

  private static void refused(SentenceFolder folder, String... parts) {
    assertThatThrownBy(folder::open)
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContainingAll(parts);
    ModelReport report = OnnxEncoder.inspect(folder.config());
    assertThat(report.problems()).hasSize(1);
    assertThat(report.problems().get(0)).contains(parts);
  }

  @ParameterizedTest
  @ValueSource(strings = {"LSTM", "WordWeights", "Router"})
  void modules_of_other_types_are_refused(String type) {
    refused(folder().module(type, "1_" + type), "\"" + type + "\"", "supported are Transformer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "[3]",
        "[{\"type\": \"Pooling\"}]",
        "[{\"type\": \"Pooling\", \"path\": \"../other\"}]",
        "[{\"type\": \"Pooling\", \"path\": \"/etc\"}]",
        "[{\"type\": \"Pooling\", \"path\": \"a\\u0000b\"}]",
        "[",
      })
  void a_list_that_is_none_is_refused(String json) {
    refused(folder().file("modules.json", json), "modules.json");
  }

  @Test
  void ways_of_pooling_that_are_not_known_are_refused() {
    refused(
        folder().pooling("mean", "median"), "pooling_mode", "median", "1_Pooling", "weightedmean");
    refused(
        folder("other").module("Pooling", Map.of("pooling_mode_whitening", true)),
        "pooling_mode_whitening",
        "pooling_mode_mean_tokens");
  }

  @ParameterizedTest
  @CsvSource({
    "activation_function, '\"my.Snake\"', my.Snake",
    "in_features, 0, in_features",
    "out_features, '\"8\"', out_features",
    "out_features, 9, linear.weight",
    "in_features, 16, linear.weight",
    "module_input_name, '\"token_embeddings\"', module_input_name",
    "module_output_name, '\"other\"', module_output_name"
  })
  void layers_that_cannot_be_computed_are_refused(String name, String value, String part) {
    SentenceFolder folder = folder().pooling("mean").dense(TANH, true, false);
    Path config = temporary.resolve("model/2_Dense/config.json");
    Map<String, Object> json = new LinkedHashMap<>(Json.parseObject(Folders.text(config)));
    json.put(name, Json.parse(value));
    folder.file("2_Dense/config.json", Json.write(json));
    refused(folder, part, "2_Dense");
  }

  @Test
  void layers_that_do_not_fit_the_graph_are_refused() {
    refused(
        folder().pooling("mean", "cls").dense(TANH, true, false),
        "Dense 32 to 8",
        "32 numbers",
        "gives 64");
    refused(
        folder("other").pooling("mean").dense(TANH, true, false).dense(TANH, true, false),
        "gives 8");
  }

  @Test
  void weights_as_python_objects_are_refused() {
    SentenceFolder folder =
        folder().pooling("mean").module("Dense", Map.of("in_features", 32, "out_features", 8));
    refused(folder, "model.safetensors", "no such file");
    folder.file("2_Dense/pytorch_model.bin", "x");
    refused(folder, "pytorch_model.bin", "save it again", "safetensors");
  }

  @ParameterizedTest
  @CsvSource({
    "0, only 0 bytes",
    "7, only 7 bytes",
    "8, does not fit",
    "100, does not fit",
    "700, data_offsets"
  })
  void broken_weights_are_refused(int length, String part) {
    SentenceFolder folder = folder().pooling("mean").dense(TANH, true, false);
    Folders.truncate(temporary.resolve("model/2_Dense/model.safetensors"), length);
    refused(folder, part, "2_Dense");
  }

  @Test
  void a_default_prompt_that_is_not_there_is_refused() {
    refused(
        folder()
            .pooling("mean")
            .file(
                "config_sentence_transformers.json",
                "{\"prompts\": {\"query\": \"q\"}, \"default_prompt_name\": \"passage\"}"),
        "default_prompt_name",
        "passage",
        "[query]");
  }
}
