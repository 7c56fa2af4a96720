package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.InferenceException;
import io.loquent.Input;
import io.loquent.ModelConfig;
import io.loquent.encoder.ClassificationFunction;
import io.loquent.encoder.ClassificationOptions;
import io.loquent.encoder.Embedding;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.FillMaskOptions;
import io.loquent.encoder.Pooling;
import io.loquent.encoder.PseudoLogLikelihoodOptions;
import io.loquent.encoder.RankedDocument;
import io.loquent.encoder.RerankOptions;
import io.loquent.encoder.TaggingOptions;
import io.loquent.encoder.TokenEmbeddings;
import io.loquent.encoder.ZeroShotOptions;
import io.loquent.runtime.onnx.TableEncoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs whose numbers overflow for one word, {@code moon}: no result is made of them. */
@ExtendWith(NothingLeaks.class)
final class EncoderOverflowTest {

  private static final int MOON = 198;
  private static final int PADDING = 0;
  private static final int SIZE = 32;
  private static final List<String> GOOD = List.of("they ran", "the", "they sang the moo");
  private static final List<String> TEXTS = List.of("they ran", "the", "they sang the moon");

  @TempDir Path temporary;

  private OnnxEncoder open(String fixture, byte[] graph) {
    Path folder = Folders.copy(fixture, temporary.resolve("model"));
    Folders.write(folder, "model.onnx", graph);
    return OnnxEncoder.open(ModelConfig.builder(folder).intraOpThreads(1).build());
  }

  private OnnxEncoder dense(float moon) {
    return open(
        "bert-tiny-encoder",
        TableEncoder.ofTokens("last_hidden_state", SIZE, Map.of(MOON, moon, PADDING, Float.NaN)));
  }

  private static void fails(OnnxEncoder encoder, ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("use a graph of higher precision")
        .hasMessageContainingAll(parts);
    assertThat(encoder.lentBuffers()).isZero();
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void an_embedding_of_what_is_not_finite_fails_and_names_the_text(float moon) {
    try (OnnxEncoder encoder = dense(moon)) {
      for (Pooling pooling : List.of(Pooling.MEAN, Pooling.MEAN_SQRT_LEN, Pooling.WEIGHTED_MEAN)) {
        EmbeddingOptions options = EmbeddingOptions.builder().pooling(pooling).build();
        fails(
            encoder,
            () -> encoder.embed(TEXTS, options),
            "text 2: ",
            "number 0 (of " + SIZE + ") is " + moon);
      }
      EmbeddingOptions unit = EmbeddingOptions.builder().normalize(true).dimensions(8).build();
      fails(encoder, () -> encoder.embed(TEXTS, unit), "text 2: ");
      fails(
          encoder,
          () -> encoder.embedTokens(TEXTS, EmbeddingOptions.defaults()),
          "text 2: ",
          String.valueOf(moon));
    }
  }

  @Test
  void padding_may_hold_anything() {
    try (OnnxEncoder encoder = dense(Float.NaN)) {
      List<Embedding> together = encoder.embed(GOOD, EmbeddingOptions.defaults());
      List<TokenEmbeddings> tokens = encoder.embedTokens(GOOD, EmbeddingOptions.defaults());
      for (int i = 0; i < GOOD.size(); i++) {
        float[] alone = encoder.embed(GOOD.get(i)).values();
        assertThat(together.get(i).values()).containsExactly(alone);
        for (int token = 0; token < tokens.get(i).size(); token++) {
          for (float number : tokens.get(i).vector(token)) {
            assertThat(number).isFinite();
          }
        }
      }
    }
  }

  @Test
  void a_vector_that_no_pooling_takes_may_hold_anything() {
    EmbeddingOptions first = EmbeddingOptions.builder().pooling(Pooling.CLS).build();
    try (OnnxEncoder encoder = dense(Float.NaN)) {
      assertThat(encoder.embed(TEXTS, first)).hasSize(3);
    }
  }

  @Test
  void a_layer_does_not_hide_what_overflowed() {
    Consumer<SentenceFolder> behindPooling =
        folder -> folder.pooling("mean").dense("torch.nn.modules.activation.Tanh", true, false);
    Consumer<SentenceFolder> onTokens =
        folder -> folder.dense("torch.nn.modules.activation.Tanh", true, false).pooling("mean");
    int number = 0;
    for (Consumer<SentenceFolder> modules : List.of(behindPooling, onTokens)) {
      Path path = temporary.resolve("model" + number++);
      SentenceFolder folder = SentenceFolder.around("bert-tiny-encoder", path);
      modules.accept(folder);
      Folders.write(
          path,
          "model.onnx",
          TableEncoder.ofTokens(
              "last_hidden_state",
              SIZE,
              Map.of(MOON, Float.POSITIVE_INFINITY, PADDING, Float.NaN)));
      try (OnnxEncoder encoder = folder.open()) {
        assertThat(encoder.embed(GOOD, EmbeddingOptions.defaults())).hasSize(3);
        fails(
            encoder,
            () -> encoder.embed(TEXTS, EmbeddingOptions.defaults()),
            "text 2: ",
            "is Infinity");
      }
    }
  }

  @Test
  void scores_of_a_vocabulary_that_are_not_finite_fail_and_name_the_text() {
    byte[] graph =
        TableEncoder.ofTokens("logits", 300, Map.of(MOON, Float.NaN, PADDING, Float.NaN));
    try (OnnxEncoder encoder = open("bert-tiny-mlm", graph)) {
      EmbeddingOptions sparse = EmbeddingOptions.defaults();
      assertThat(encoder.embedSparse(GOOD, sparse)).hasSize(3);
      fails(encoder, () -> encoder.embedSparse(TEXTS, sparse), "text 2: ", "is NaN");
    }
  }

  @Test
  void scores_of_masks_that_are_not_finite_fail_and_name_the_text() {
    int mask = 4;
    byte[] graph = TableEncoder.ofTokens("logits", 300, Map.of(mask, Float.NaN));
    try (OnnxEncoder encoder = open("bert-tiny-mlm", graph)) {
      fails(
          encoder,
          () -> encoder.fillMask(List.of("[MASK] ran"), FillMaskOptions.defaults()),
          "text 0: ",
          "is NaN");
      fails(
          encoder,
          () -> encoder.pseudoLogLikelihood(TEXTS, PseudoLogLikelihoodOptions.defaults()),
          "text 2: ",
          "is NaN");
    }
  }

  @ParameterizedTest
  @EnumSource(RerankOptions.Activation.class)
  void a_rank_of_what_is_not_finite_fails_and_names_the_document(
      RerankOptions.Activation activation) {
    RerankOptions options = RerankOptions.builder().activation(activation).build();
    // [CLS] they [SEP] and the document's first token.
    byte[] graph = TableEncoder.ofTexts(3, 1, Map.of(MOON, Float.NEGATIVE_INFINITY));
    try (OnnxEncoder encoder = open("bert-tiny-rerank", graph)) {
      List<RankedDocument> ranked = encoder.rerank("they", List.of("ran", "sang"), options);
      assertThat(ranked).hasSize(2);
      fails(
          encoder,
          () -> encoder.rerank("they", List.of("ran", "moon"), options),
          "text 1: ",
          "is -Infinity");
    }
  }

  @ParameterizedTest
  @EnumSource(ClassificationFunction.class)
  void labels_of_what_is_not_finite_fail_and_name_the_text(ClassificationFunction function) {
    ClassificationOptions options =
        ClassificationOptions.builder().functionToApply(function).build();
    byte[] graph = TableEncoder.ofTexts(1, 3, Map.of(MOON, Float.NaN));
    try (OnnxEncoder encoder = open("bert-tiny-classify", graph)) {
      fails(
          encoder,
          () -> encoder.classify(List.of(Input.text("ran"), Input.text("moon ran")), options),
          "text 1: ",
          "label 0 (of 3) is NaN");
      ZeroShotOptions zeroShot = ZeroShotOptions.builder().entailmentLabel("POSITIVE").build();
      fails(
          encoder,
          () -> encoder.classifyZeroShot(List.of("ran", "moon"), List.of("a", "b"), zeroShot),
          "text 1: ",
          "label 0 (of 3) is NaN");
    }
  }

  @Test
  void tags_of_what_is_not_finite_fail_and_name_the_text() {
    byte[] graph = TableEncoder.ofTokens("logits", 5, Map.of(MOON, Float.NaN, PADDING, Float.NaN));
    try (OnnxEncoder encoder = open("bert-tiny-ner", graph)) {
      assertThat(encoder.tag(GOOD, TaggingOptions.defaults())).hasSize(3);
      fails(encoder, () -> encoder.tag(TEXTS, TaggingOptions.defaults()), "text 2: ", "is NaN");
    }
  }
}
