package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.ContextLengthException;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.encoder.Encoder;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.RankedDocument;
import io.loquent.encoder.RerankOptions;
import io.loquent.encoder.Truncation;
import io.loquent.internal.json.Json;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents are ordered as a cross-encoder scores them. */
@ExtendWith(NothingLeaks.class)
class EncoderRerankTest {

  private static final String FIXTURE = "bert-tiny-rerank";
  private static final Map<String, Object> GOLDEN =
      Goldens.object(Json.parse(Folders.text(Goldens.folder(FIXTURE).resolve("goldens.json"))));
  private static final String QUERY = String.valueOf(GOLDEN.get("query"));
  private static final List<String> DOCUMENTS =
      Goldens.list(GOLDEN.get("documents")).stream()
          .map(String::valueOf)
          .collect(Collectors.toList());

  @TempDir Path temporary;

  private static OnnxEncoder open() {
    return OnnxEncoder.open(Goldens.config(FIXTURE).build());
  }

  private static float recorded(String name, int index) {
    return ((Number) Goldens.list(GOLDEN.get(name)).get(index)).floatValue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void scores_are_those_of_the_graph_in_any_batch(int batchSize) {
    try (OnnxEncoder encoder = open()) {
      List<RankedDocument> ranked =
          encoder.rerank(QUERY, DOCUMENTS, RerankOptions.builder().batchSize(batchSize).build());
      assertThat(ranked).hasSize(DOCUMENTS.size());
      assertThat(ranked)
          .isSortedAccordingTo(Comparator.comparing(RankedDocument::score).reversed());
      for (RankedDocument document : ranked) {
        assertThat(document.document()).isEqualTo(DOCUMENTS.get(document.index()));
        assertThat(document.logit()).isCloseTo(recorded("logits", document.index()), within(1e-4f));
        assertThat(document.score())
            .isCloseTo(recorded("sigmoid", document.index()), within(1e-4f));
      }
      assertThat(encoder.lentBuffers()).isZero();
    }
  }

  @Test
  void the_best_documents_are_kept() {
    try (OnnxEncoder encoder = open()) {
      assertThat(encoder.tasks()).contains(EncoderTask.RERANK);
      List<RankedDocument> all = encoder.rerank(QUERY, DOCUMENTS);
      RerankOptions options = RerankOptions.builder().topN(2).build();
      assertThat(encoder.rerank(QUERY, DOCUMENTS, options))
          .extracting(RankedDocument::index)
          .containsExactly(all.get(0).index(), all.get(1).index());
      assertThat(encoder.rerank(QUERY, List.of())).isEmpty();
    }
  }

  @Test
  void equal_documents_keep_their_order() {
    try (OnnxEncoder encoder = open()) {
      assertThat(encoder.rerank(QUERY, Collections.nCopies(5, "They sang in Paris.")))
          .extracting(RankedDocument::index)
          .containsExactly(0, 1, 2, 3, 4);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "config.json, sbert_ce_default_activation_function, false",
    "config.json, sentence_transformers, true",
    "config_sentence_transformers.json, activation_fn, false"
  })
  void the_folder_says_what_makes_a_score(String file, String name, boolean nested) {
    Path folder = Folders.copy(FIXTURE, temporary.resolve("model"));
    String identity = "torch.nn.modules.linear.Identity";
    Map<String, Object> config = new java.util.LinkedHashMap<>();
    if (file.equals("config.json")) {
      config.putAll(Json.parseObject(Folders.text(folder.resolve(file))));
    }
    config.put(name, nested ? Map.of("activation_fn", identity) : identity);
    Folders.write(folder, file, Json.write(config));
    try (Encoder encoder = Encoder.open(folder)) {
      RankedDocument best = encoder.rerank(QUERY, DOCUMENTS).get(0);
      assertThat(best.score()).isEqualTo(best.logit());
      RerankOptions options =
          RerankOptions.builder().activation(RerankOptions.Activation.SIGMOID).build();
      assertThat(encoder.rerank(QUERY, DOCUMENTS, options).get(0).score())
          .isCloseTo((float) (1 / (1 + Math.exp(-best.logit()))), within(1e-6f));
    }
  }

  @Test
  void an_activation_that_is_not_known_is_refused() {
    Path folder = Folders.copy(FIXTURE, temporary.resolve("model"));
    Folders.write(
        folder, "config_sentence_transformers.json", "{\"activation_fn\": \"my.Softmax\"}");
    ModelConfig config = ModelConfig.builder(folder).build();
    assertThatThrownBy(() -> OnnxEncoder.open(config))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContainingAll("my.Softmax", "Identity and Sigmoid");
  }

  @Test
  void long_documents_count_as_their_best_window_does() {
    String document = String.join(" ", Collections.nCopies(12, DOCUMENTS.get(0)));
    try (OnnxEncoder encoder = open()) {
      assertThatThrownBy(() -> encoder.rerank(QUERY, List.of("They sang.", document)))
          .isInstanceOf(ContextLengthException.class)
          .hasMessageContainingAll("text 1", "64", "TRUNCATE");
      RerankOptions cut = RerankOptions.builder().truncation(Truncation.TRUNCATE).build();
      RerankOptions windows =
          RerankOptions.builder().truncation(Truncation.STRIDE).batchSize(3).build();
      float first = encoder.rerank(QUERY, List.of(document), cut).get(0).logit();
      float best = encoder.rerank(QUERY, List.of(document), windows).get(0).logit();
      assertThat(best).isGreaterThanOrEqualTo(first - 1e-5f);
      assertThat(encoder.rerank(QUERY, DOCUMENTS, windows))
          .isEqualTo(
              encoder.rerank(QUERY, DOCUMENTS, RerankOptions.builder().batchSize(3).build()));
      assertThatThrownBy(() -> encoder.rerank(document, DOCUMENTS, windows))
          .isInstanceOf(ContextLengthException.class)
          .hasMessageContaining("no room");
      assertThat(encoder.lentBuffers()).isZero();
    }
  }

  @Test
  void models_without_one_score_for_a_pair_are_refused() {
    try (OnnxEncoder encoder = OnnxEncoder.open(Goldens.config("bert-tiny-encoder").build())) {
      assertThatThrownBy(() -> encoder.rerank(QUERY, DOCUMENTS))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("RERANK", "last_hidden_state");
    }
  }

  @Test
  void a_closed_encoder_says_so() {
    OnnxEncoder encoder = open();
    encoder.close();
    assertThatThrownBy(() -> encoder.rerank(QUERY, DOCUMENTS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }
}
