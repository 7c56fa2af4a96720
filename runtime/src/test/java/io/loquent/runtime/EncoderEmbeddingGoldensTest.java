package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import io.loquent.encoder.Embedding;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.Pooling;
import io.loquent.encoder.QuantizationRanges;
import io.loquent.encoder.SparseEmbedding;
import io.loquent.encoder.TokenEmbeddings;
import io.loquent.internal.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Embeddings are those of transformers and sentence transformers. */
@ExtendWith(NothingLeaks.class)
class EncoderEmbeddingGoldensTest {

  private static final String FIXTURE = "bert-tiny-encoder";
  private static final float CLOSE = 1e-4f;
  private static final Map<String, Object> GOLDENS = goldens(FIXTURE, "sentence_goldens.json");
  private static final List<String> TEXTS = texts(GOLDENS.get("texts"));

  @TempDir Path temporary;

  private static Map<String, Object> goldens(String fixture, String file) {
    return Goldens.object(Json.parse(Folders.text(Goldens.folder(fixture).resolve(file))));
  }

  private static List<String> texts(Object json) {
    return Goldens.list(json).stream().map(String::valueOf).collect(Collectors.toList());
  }

  private static float[] numbers(Object json) {
    List<?> list = Goldens.list(json);
    float[] numbers = new float[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = ((Number) list.get(i)).floatValue();
    }
    return numbers;
  }

  private static List<float[]> recorded(String name) {
    for (Object golden : Goldens.list(GOLDENS.get("cases"))) {
      if (name.equals(Goldens.object(golden).get("name"))) {
        List<float[]> rows = new ArrayList<>();
        Goldens.list(Goldens.object(golden).get("vectors")).forEach(row -> rows.add(numbers(row)));
        return rows;
      }
    }
    throw new IllegalArgumentException("no case " + name);
  }

  private static void same(List<Embedding> found, List<float[]> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i).values()).containsExactly(expected.get(i), offset(CLOSE));
    }
  }

  private SentenceFolder folder() {
    return SentenceFolder.around(FIXTURE, temporary.resolve("model"));
  }

  private static void same(SentenceFolder folder, String name) {
    try (OnnxEncoder encoder = folder.open()) {
      same(encoder.embed(TEXTS, EmbeddingOptions.defaults()), recorded(name));
      assertThat(encoder.lentBuffers()).isZero();
    }
  }

  @Test
  void means_and_first_tokens_are_those_of_transformers() {
    try (OnnxEncoder encoder = OnnxEncoder.open(Goldens.config(FIXTURE).build())) {
      for (Goldens.Case golden : Goldens.cases(FIXTURE, "goldens.json")) {
        List<String> texts = golden.texts("texts");
        same(encoder.embed(texts, EmbeddingOptions.defaults()), rows(golden, "mean"));
        same(
            encoder.embed(texts, EmbeddingOptions.builder().normalize(true).build()),
            rows(golden, "mean_normalized"));
        same(
            encoder.embed(texts, EmbeddingOptions.builder().pooling(Pooling.CLS).build()),
            rows(golden, "cls"));
        for (int i = 0; i < texts.size(); i++) {
          Embedding first = encoder.embed(texts.get(0));
          assertThat(first.cosineSimilarity(encoder.embed(texts.get(i))))
              .isCloseTo(rows(golden, "cosine").get(0)[i], within(1e-4));
        }
      }
    }
  }

  private static List<float[]> rows(Goldens.Case golden, String name) {
    List<float[]> rows = new ArrayList<>();
    Goldens.list(golden.json().get(name)).forEach(row -> rows.add(numbers(row)));
    return rows;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cls",
        "max",
        "mean",
        "mean_sqrt_len_tokens",
        "weightedmean",
        "lasttoken",
        "cls+max+mean",
        "mean+cls"
      })
  void pooling_is_what_the_folder_says(String name) {
    same(folder().pooling(name.split("\\+")), name);
  }

  @ParameterizedTest
  @CsvSource({
    "pooling_mode_cls_token, cls",
    "pooling_mode_max_tokens, max",
    "pooling_mode_mean_tokens, mean",
    "pooling_mode_mean_sqrt_len_tokens, mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens, weightedmean",
    "pooling_mode_lasttoken, lasttoken"
  })
  void pooling_may_be_said_by_flags(String flag, String name) {
    same(folder().module("Pooling", Map.of(flag, true, "word_embedding_dimension", 32)), name);
  }

  @ParameterizedTest
  @CsvSource({
    "CLS, cls",
    "MAX, max",
    "MEAN_SQRT_LEN, mean_sqrt_len_tokens",
    "WEIGHTED_MEAN, weightedmean",
    "LAST_TOKEN, lasttoken"
  })
  void options_choose_another_pooling(Pooling pooling, String name) {
    try (OnnxEncoder encoder = folder().pooling("mean").open()) {
      EmbeddingOptions options = EmbeddingOptions.builder().pooling(pooling).build();
      same(encoder.embed(TEXTS, options), recorded(name));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cls", "max", "mean", "weightedmean", "lasttoken"})
  void prompts_are_left_out_where_the_folder_says_so(String mode) {
    SentenceFolder folder =
        folder().module("Pooling", Map.of("pooling_mode", mode, "include_prompt", false));
    try (OnnxEncoder encoder = folder.open()) {
      EmbeddingOptions options =
          EmbeddingOptions.builder().prompt(String.valueOf(GOLDENS.get("prompt"))).build();
      same(encoder.embed(TEXTS, options), recorded("without prompt " + mode));
    }
  }

  @Test
  void prompts_are_pooled_elsewhere() {
    String prompt = String.valueOf(GOLDENS.get("prompt"));
    SentenceFolder folder =
        folder()
            .pooling("mean")
            .file(
                "config_sentence_transformers.json",
                "{\"prompts\": {\"query\": \"" + prompt + "\"}, \"default_prompt_name\": null}");
    try (OnnxEncoder encoder = folder.open()) {
      EmbeddingOptions options = EmbeddingOptions.builder().promptName("query").build();
      same(encoder.embed(TEXTS, options), recorded("with prompt mean"));
      same(encoder.embed(TEXTS, EmbeddingOptions.defaults()), recorded("mean"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "torch.nn.modules.activation.Tanh, dense Tanh",
    "torch.nn.modules.linear.Identity, dense Identity",
    "torch.nn.modules.activation.ReLU, dense ReLU",
    "torch.nn.modules.activation.GELU, dense GELU",
    "torch.nn.modules.activation.Sigmoid, dense Sigmoid",
    "torch.nn.modules.activation.SiLU, dense SiLU"
  })
  void dense_layers_are_computed(String activation, String name) {
    same(folder().pooling("mean").dense(activation, true, false), name);
  }

  @Test
  void residuals_and_layer_normalizations_are_computed() {
    same(
        folder().pooling("mean").dense("torch.nn.modules.activation.Tanh", true, true),
        "dense residual");
    same(
        SentenceFolder.around(FIXTURE, temporary.resolve("other")).pooling("mean").layerNorm(),
        "layer norm");
  }

  @Test
  void vectors_are_normalized_and_after_a_cut_again() {
    SentenceFolder folder = folder().pooling("mean").module("Normalize", "2_Normalize");
    same(folder, "normalized");
    try (OnnxEncoder encoder = folder.open()) {
      same(
          encoder.embed(TEXTS, EmbeddingOptions.builder().dimensions(8).build()),
          recorded("normalized, cut to 8, normalized"));
      same(
          encoder.embed(TEXTS, EmbeddingOptions.builder().normalize(false).build()),
          recorded("mean"));
    }
  }

  @Test
  void late_interaction_keeps_projected_tokens() {
    SentenceFolder folder = folder().dense("torch.nn.modules.linear.Identity", false, false);
    try (OnnxEncoder encoder = folder.open()) {
      List<TokenEmbeddings> found = encoder.embedTokens(TEXTS, EmbeddingOptions.defaults());
      List<float[]> expected = recorded("late interaction of the second text");
      assertThat(found.get(1).size()).isEqualTo(expected.size());
      for (int token = 0; token < expected.size(); token++) {
        assertThat(found.get(1).vector(token)).containsExactly(expected.get(token), offset(CLOSE));
      }
      double score =
          ((Number) GOLDENS.get("max_sim_of_second_query_and_fourth_document")).doubleValue();
      assertThat(found.get(3).maxSim(found.get(1))).isCloseTo(score, within(1e-4));
    }
  }

  @Test
  void quantized_vectors_have_the_same_bytes() {
    try (OnnxEncoder encoder = OnnxEncoder.open(Goldens.config(FIXTURE).build())) {
      List<Embedding> found = encoder.embed(TEXTS, EmbeddingOptions.defaults());
      QuantizationRanges all = QuantizationRanges.of(found);
      QuantizationRanges others = QuantizationRanges.of(found.subList(1, 4));
      for (int i = 0; i < TEXTS.size(); i++) {
        bytes(found.get(i).toInt8(all).values(), GOLDENS.get("int8"), i);
        assertThat(found.get(i).toBinary().bits())
            .containsExactly(whole(GOLDENS.get("ubinary"), i));
      }
      bytes(
          found.get(0).toInt8(others).values(),
          GOLDENS.get("int8_of_first_with_ranges_of_others"),
          0);
    }
  }

  /** Where a number lies on the border of two steps, rounding may take either. */
  private static void bytes(byte[] found, Object recorded, int row) {
    int[] expected = whole(recorded, row);
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat((int) found[i]).isCloseTo(expected[i], within(1));
    }
  }

  private static int[] whole(Object rows, int row) {
    return Goldens.list(Goldens.list(rows).get(row)).stream()
        .mapToInt(value -> ((Number) value).intValue())
        .toArray();
  }

  @ParameterizedTest
  @CsvSource({"max, relu", "max, log1p_relu", "sum, relu", "sum, log1p_relu"})
  void sparse_vectors_are_those_of_splade(String strategy, String activation) {
    String fixture = "bert-tiny-mlm";
    SentenceFolder folder =
        SentenceFolder.around(fixture, temporary.resolve("sparse"))
            .module(
                "SpladePooling",
                Map.of("pooling_strategy", strategy, "activation_function", activation));
    Map<String, Object> golden =
        Goldens.list(goldens(fixture, "sparse_goldens.json").get("cases")).stream()
            .map(Goldens::object)
            .filter(row -> row.get("name").equals(strategy + " " + activation))
            .findFirst()
            .orElseThrow();
    try (OnnxEncoder encoder = folder.open()) {
      List<SparseEmbedding> found = encoder.embedSparse(TEXTS, EmbeddingOptions.defaults());
      for (int i = 0; i < TEXTS.size(); i++) {
        Map<String, Object> row = Goldens.object(Goldens.list(golden.get("rows")).get(i));
        sameSparse(found.get(i), row);
        float[] dots = numbers(Goldens.list(golden.get("dot")).get(i));
        for (int j = 0; j < dots.length; j++) {
          assertThat(found.get(i).dot(found.get(j)))
              .isCloseTo(dots[j], within(Math.abs(dots[j]) * 1e-4));
        }
      }
      assertThat(encoder.lentBuffers()).isZero();
    }
  }

  private static void sameSparse(SparseEmbedding found, Map<String, Object> row) {
    assertThat(found.weights()).hasSize(((Number) row.get("active")).intValue());
    List<SparseEmbedding.TokenWeight> best = found.weights().subList(0, 10);
    assertThat(best)
        .extracting(SparseEmbedding.TokenWeight::token)
        .isEqualTo(Goldens.list(row.get("tokens")));
    float[] weights = numbers(row.get("weights"));
    for (int i = 0; i < best.size(); i++) {
      assertThat(best.get(i).weight()).isCloseTo(weights[i], within(CLOSE));
    }
  }
}
