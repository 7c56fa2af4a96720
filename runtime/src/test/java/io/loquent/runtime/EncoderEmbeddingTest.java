package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.loquent.Cancellation;
import io.loquent.ContextLengthException;
import io.loquent.InvalidRequestException;
import io.loquent.encoder.Embedding;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.Pooling;
import io.loquent.encoder.SparseEmbedding;
import io.loquent.encoder.TokenEmbeddings;
import io.loquent.encoder.Truncation;
import io.loquent.spi.TokenizedText;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for embeddings besides their numbers. */
@ExtendWith(NothingLeaks.class)
class EncoderEmbeddingTest {

  private static final float CLOSE = 1e-5f;
  private static final List<String> RAGGED =
      List.of(
          "a small dog ran home",
          "",
          "He waited near the station before sunrise, after the storm.",
          "They",
          "\uD83D\uDE00 caf\u00E9 \u4F60\u597D",
          "Every farmer was walking to the market",
          "She whispered without a word.",
          "They sang in Paris.");
  private static final String LONG =
      String.join(" ", Collections.nCopies(9, "He waited near the station before sunrise."));

  @TempDir Path temporary;

  private static OnnxEncoder open(String fixture) {
    return OnnxEncoder.open(Goldens.config(fixture).build());
  }

  private static EmbeddingOptions.Builder options() {
    return EmbeddingOptions.builder();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void every_text_has_the_vectors_that_it_has_alone(int batchSize) {
    EmbeddingOptions options = options().batchSize(batchSize).build();
    try (OnnxEncoder encoder = open("bert-tiny-encoder")) {
      List<Embedding> all = encoder.embed(RAGGED, options);
      List<TokenEmbeddings> tokens = encoder.embedTokens(RAGGED, options);
      for (int i = 0; i < RAGGED.size(); i++) {
        Embedding alone = encoder.embed(RAGGED.get(i));
        assertThat(all.get(i).values()).containsExactly(alone.values(), offset(CLOSE));
        assertThat(all.get(i).tokens()).isEqualTo(alone.tokens());
        TokenEmbeddings single =
            encoder.embedTokens(List.of(RAGGED.get(i)), EmbeddingOptions.defaults()).get(0);
        assertThat(tokens.get(i).size()).isEqualTo(single.size()).isEqualTo(alone.tokens());
        for (int token = 0; token < single.size(); token++) {
          assertThat(tokens.get(i).vector(token))
              .containsExactly(single.vector(token), offset(CLOSE));
        }
      }
      assertThat(encoder.embed(List.of(), options)).isEmpty();
      assertThat(encoder.lentBuffers()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void every_text_has_the_sparse_vector_that_it_has_alone(int batchSize) {
    EmbeddingOptions options = options().batchSize(batchSize).maxActiveDimensions(5).build();
    try (OnnxEncoder encoder = open("bert-tiny-mlm")) {
      List<SparseEmbedding> all = encoder.embedSparse(RAGGED, options);
      for (int i = 0; i < RAGGED.size(); i++) {
        SparseEmbedding alone =
            encoder.embedSparse(List.of(RAGGED.get(i)), EmbeddingOptions.defaults()).get(0);
        assertThat(all.get(i).weights())
            .extracting(SparseEmbedding.TokenWeight::id)
            .isEqualTo(
                alone.weights().subList(0, 5).stream()
                    .map(SparseEmbedding.TokenWeight::id)
                    .collect(java.util.stream.Collectors.toList()));
        assertThat(alone.dimensions()).isEqualTo(300);
      }
    }
  }

  @Test
  void offsets_slice_the_text_and_leave_the_prompt_out() {
    String text = " \uD83D\uDE00 She, a  word";
    try (OnnxEncoder encoder = open("bert-tiny-encoder")) {
      TokenEmbeddings found =
          encoder.embedTokens(List.of(text), options().prompt("the market: ").build()).get(0);
      TokenizedText tokens = found.tokens();
      StringBuilder slices = new StringBuilder();
      for (int token = 0; token < tokens.length(); token++) {
        slices.append(text, tokens.start(token), tokens.end(token)).append('|');
      }
      assertThat(slices).hasToString("||||\uD83D\uDE00|She|,|a|word||");
      assertThat(tokens.isSpecial(1)).isTrue();
    }
  }

  @Test
  void long_texts_are_refused_cut_or_read_in_windows() {
    try (OnnxEncoder encoder = open("bert-tiny-encoder")) {
      assertThatThrownBy(() -> encoder.embed(List.of("They", LONG), EmbeddingOptions.defaults()))
          .isInstanceOf(ContextLengthException.class)
          .hasMessageContainingAll("text 1", "at most 64", "STRIDE");
      Embedding cut =
          encoder
              .embed(List.of(LONG), options().truncation(Truncation.TRUNCATE).maxLength(10).build())
              .get(0);
      assertThat(cut.tokens()).isEqualTo(10);
      TokenEmbeddings whole =
          encoder
              .embedTokens(List.of(LONG), options().truncation(Truncation.STRIDE).build())
              .get(0);
      StringBuilder read = new StringBuilder();
      for (int token = 0; token < whole.size(); token++) {
        read.append(LONG, whole.tokens().start(token), whole.tokens().end(token));
      }
      assertThat(read).hasToString(LONG.replace(" ", ""));
      assertThat(whole.tokens().isSpecial(0)).isTrue();
      assertThat(whole.tokens().isSpecial(whole.size() - 1)).isTrue();
    }
  }

  /** Windows of four tokens that share one: words 0 to 3, then 3 to 6. */
  @Test
  void windows_are_averaged_by_the_tokens_that_are_new() {
    String text = "a small dog ran home to the";
    EmbeddingOptions options =
        options().truncation(Truncation.STRIDE).maxLength(6).stride(1).build();
    try (OnnxEncoder encoder = open("bert-tiny-encoder")) {
      float[] first = encoder.embed("a small dog ran").values();
      float[] second = encoder.embed("ran home to the").values();
      Embedding found = encoder.embed(List.of(text), options).get(0);
      assertThat(found.tokens()).isEqualTo(12);
      for (int i = 0; i < first.length; i++) {
        assertThat(found.value(i)).isCloseTo((4 * first[i] + 3 * second[i]) / 7, offset(CLOSE));
      }
    }
  }

  @Test
  void each_window_has_the_prompt() {
    EmbeddingOptions options =
        options().truncation(Truncation.STRIDE).maxLength(6).stride(0).prompt("the: ").build();
    try (OnnxEncoder encoder = open("bert-tiny-encoder")) {
      float[] first = encoder.embed("the: a small").values();
      float[] second = encoder.embed("the: dog ran").values();
      Embedding found = encoder.embed(List.of("a small dog ran"), options).get(0);
      for (int i = 0; i < first.length; i++) {
        // The first window is the one that has brought the prompt's two tokens.
        assertThat(found.value(i)).isCloseTo((4 * first[i] + 2 * second[i]) / 6, offset(CLOSE));
      }
    }
  }

  @Test
  void sparse_windows_together_are_as_if_all_tokens_were_in_one() {
    EmbeddingOptions options =
        options().truncation(Truncation.STRIDE).maxLength(6).stride(0).build();
    try (OnnxEncoder encoder = open("bert-tiny-mlm")) {
      SparseEmbedding found =
          encoder.embedSparse(List.of("a small dog ran home to the market"), options).get(0);
      List<SparseEmbedding> parts =
          encoder.embedSparse(
              List.of("a small dog ran", "home to the market"), EmbeddingOptions.defaults());
      assertThat(found.tokens()).isEqualTo(12);
      for (SparseEmbedding.TokenWeight weight : found.weights()) {
        assertThat(parts)
            .anySatisfy(
                part ->
                    assertThat(part.weights())
                        .anySatisfy(
                            other -> {
                              assertThat(other.id()).isEqualTo(weight.id());
                              assertThat(other.weight()).isCloseTo(weight.weight(), offset(CLOSE));
                            }));
      }
    }
  }

  @Test
  void options_that_a_method_cannot_follow_are_refused() {
    try (OnnxEncoder dense = open("bert-tiny-encoder");
        OnnxEncoder sparse = open("bert-tiny-mlm")) {
      refused(() -> dense.embed(RAGGED, options().dimensions(33).build()), "32", "found 33");
      refused(
          () -> dense.embed(RAGGED, options().maxActiveDimensions(3).build()), "max_active_dims");
      refused(
          () -> dense.embedTokens(RAGGED, options().pooling(Pooling.MAX).build()), "pooling [MAX]");
      refused(() -> dense.embedTokens(RAGGED, options().dimensions(40).build()), "32", "found 40");
      refused(() -> sparse.embedSparse(RAGGED, options().normalize(true).build()), "normalize");
      refused(() -> sparse.embedSparse(RAGGED, options().dimensions(3).build()), "dimensions=3");
      refused(
          () -> sparse.embedSparse(RAGGED, options().pooling(Pooling.CLS).build()),
          "pooling [CLS]");
      refused(() -> dense.embed(RAGGED, options().promptName("query").build()), "\"query\"", "[]");
      refused(() -> dense.embed(RAGGED, options().maxLength(65).build()), "65", "64");
      refused(() -> sparse.embed("They"), "EMBED", "logits");
      refused(() -> dense.embedSparse(RAGGED, EmbeddingOptions.defaults()), "EMBED_SPARSE");
      assertThat(dense.embed("They").dimensions()).isEqualTo(32);
      assertThat(dense.lentBuffers() + sparse.lentBuffers()).isZero();
    }
  }

  private static void refused(Runnable call, String... parts) {
    assertThatThrownBy(call::run)
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void a_pooling_that_the_layers_cannot_read_is_refused() {
    SentenceFolder folder =
        SentenceFolder.around("bert-tiny-encoder", temporary.resolve("model"))
            .pooling("mean")
            .dense("torch.nn.modules.activation.Tanh", true, false);
    try (OnnxEncoder encoder = folder.open()) {
      refused(
          () -> encoder.embed(RAGGED, options().pooling(Pooling.CLS, Pooling.MEAN).build()),
          "[CLS, MEAN]",
          "64",
          "Dense 32 to 8");
    }
  }

  @Test
  void what_the_graph_does_itself_is_not_done_again() {
    SentenceFolder folder =
        SentenceFolder.around("sentence-tiny", temporary.resolve("model"))
            .pooling("mean")
            .dense("torch.nn.modules.activation.Tanh", true, false)
            .module("Normalize", "3_Normalize");
    try (OnnxEncoder encoder = folder.open()) {
      List<Embedding> byGraph = encoder.embed(RAGGED, EmbeddingOptions.defaults());
      List<Embedding> here = encoder.embed(RAGGED, options().pooling(Pooling.MEAN).build());
      for (int i = 0; i < RAGGED.size(); i++) {
        assertThat(byGraph.get(i).values())
            .hasSize(8)
            .containsExactly(here.get(i).values(), offset(CLOSE));
      }
      Embedding raw = encoder.embed(RAGGED, options().normalize(false).build()).get(0);
      assertThat(raw.norm()).isNotCloseTo(1, offset(1e-4));
      assertThat(raw.normalized().values()).containsExactly(byGraph.get(0).values(), offset(CLOSE));
    }
  }

  @Test
  void a_graph_that_pools_itself_cannot_pool_otherwise() {
    SentenceFolder folder =
        SentenceFolder.around("sentence-tiny", temporary.resolve("model"))
            .module("Pooling", Map.of("pooling_mode", "mean", "include_prompt", false))
            .module("Normalize", "2_Normalize");
    Folders.rename(temporary.resolve("model/model.onnx"), "token_embeddings", "other_embeddings");
    try (OnnxEncoder encoder = folder.open()) {
      assertThat(encoder.embed("They").dimensions()).isEqualTo(8);
      refused(
          () -> encoder.embed(RAGGED, options().pooling(Pooling.CLS).build()),
          "sentence_embedding",
          "pooling [CLS]");
      refused(
          () -> encoder.embed(RAGGED, options().normalize(false).prompt("q").build()),
          "normalize=false and a prompt that is not pooled");
      refused(() -> encoder.embedTokens(RAGGED, EmbeddingOptions.defaults()), "EMBED_TOKENS");
    }
  }

  @Test
  void late_interaction_has_no_vector_of_a_text_unless_asked() {
    SentenceFolder folder =
        SentenceFolder.around("bert-tiny-encoder", temporary.resolve("model"))
            .dense("torch.nn.modules.linear.Identity", false, false)
            .file("config_sentence_transformers.json", "{\"query_prefix\": \"[MASK] \"}");
    try (OnnxEncoder encoder = folder.open()) {
      refused(() -> encoder.embed("They"), "embedTokens");
      assertThat(encoder.embed(RAGGED, options().pooling(Pooling.MEAN).build()).get(0).dimensions())
          .isEqualTo(8);
      TokenEmbeddings query =
          encoder.embedTokens(List.of("They"), options().promptName("query").build()).get(0);
      assertThat(query.tokens().id(1)).isEqualTo(4);
    }
  }

  @Test
  void a_transformer_may_lie_in_a_folder_of_its_own() {
    Path folder = temporary.resolve("model");
    Folders.copy("bert-tiny-encoder", folder.resolve("0_Transformer"));
    Folders.write(
        folder,
        "modules.json",
        "[{\"type\": \"sentence_transformers.models.Transformer\", \"path\": \"0_Transformer\"},"
            + " {\"type\": \"sentence_transformers.models.Pooling\", \"path\": \"1_Pooling\"}]");
    Folders.write(folder.resolve("1_Pooling"), "config.json", "{\"pooling_mode_cls_token\": true}");
    Folders.write(
        folder.resolve("0_Transformer"),
        "sentence_bert_config.json",
        "{\"max_seq_length\": 16, \"do_lower_case\": true}");
    try (OnnxEncoder plain = open("bert-tiny-encoder");
        OnnxEncoder encoder =
            OnnxEncoder.open(io.loquent.ModelConfig.builder(folder).intraOpThreads(1).build())) {
      assertThat(encoder.embed("THEY sang").values())
          .containsExactly(
              plain
                  .embed(List.of("they sang"), options().pooling(Pooling.CLS).build())
                  .get(0)
                  .values());
      assertThat(encoder.model().name()).isEqualTo("model");
      assertThatThrownBy(() -> encoder.embed(LONG))
          .isInstanceOf(ContextLengthException.class)
          .hasMessageContaining("at most 16");
    }
  }

  @Test
  void the_default_prompt_is_used_unless_another_is_given() {
    SentenceFolder folder =
        SentenceFolder.around("bert-tiny-encoder", temporary.resolve("model"))
            .pooling("mean")
            .file(
                "config_sentence_transformers.json",
                "{\"prompts\": {\"a\": \"the \", \"b\": \"\"}, \"default_prompt_name\": \"a\"}");
    try (OnnxEncoder encoder = folder.open()) {
      float[] prompted = encoder.embed("dog ran").values();
      assertThat(
              encoder.embed(List.of("the dog ran"), options().prompt("").build()).get(0).values())
          .containsExactly(prompted);
      assertThat(
              encoder
                  .embed(List.of("the dog ran"), options().promptName("b").build())
                  .get(0)
                  .values())
          .containsExactly(prompted);
    }
  }

  @Test
  void cancelled_and_closed_calls_say_so() {
    Cancellation cancelled = Cancellation.create();
    cancelled.cancel();
    OnnxEncoder encoder = open("bert-tiny-encoder");
    assertThatThrownBy(
            () -> encoder.embed(RAGGED, options().cancellation(cancelled).batchSize(1).build()))
        .isInstanceOf(CancellationException.class);
    assertThat(encoder.lentBuffers()).isZero();
    assertThat(encoder.embed(RAGGED, EmbeddingOptions.defaults())).hasSameSizeAs(RAGGED);
    encoder.close();
    for (Runnable call :
        List.<Runnable>of(
            () -> encoder.embed("They"),
            () -> encoder.embedTokens(RAGGED, EmbeddingOptions.defaults()),
            () -> encoder.embedSparse(RAGGED, EmbeddingOptions.defaults()))) {
      assertThatThrownBy(call::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void a_report_says_what_becomes_of_vectors() {
    SentenceFolder folder =
        SentenceFolder.around("bert-tiny-encoder", temporary.resolve("model"))
            .module("Pooling", Map.of("pooling_mode", "mean", "include_prompt", false))
            .dense("torch.nn.modules.activation.Tanh", true, false)
            .module("Normalize", "3_Normalize")
            .file(
                "config_sentence_transformers.json",
                "{\"prompts\": {\"query\": \"q: \"}, \"similarity_fn_name\": \"cosine\"}");
    assertThat(OnnxEncoder.inspect(folder.config()).findings())
        .contains(
            "pooling: [MEAN], without the prompt's tokens (1_Pooling/config.json)",
            "layers behind the transformer: [Dense 32 to 8 (TANH)]",
            "vectors of length 1: yes",
            "prompts: {query=q: }",
            "similarity: cosine");
    assertThat(OnnxEncoder.inspect(Goldens.config("bert-tiny-encoder").build()).findings())
        .contains("pooling: [MEAN] (nothing says otherwise)", "vectors of length 1: no");
  }
}
