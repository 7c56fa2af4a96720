package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.CanvasListener;
import io.loquent.CanvasSnapshot;
import io.loquent.FinishReason;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.Option;
import io.loquent.RefinementStrategy;
import io.loquent.Token;
import io.loquent.TokenStream;
import io.loquent.encoder.Encoder;
import io.loquent.encoder.FilledText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A masked language model fills texts through {@code Generator.generate()}. */
@ExtendWith(NothingLeaks.class)
class MaskedTextGenerationTest {

  private static final String TEXT = "She [MASK] without [MASK] word.";
  private static final List<String> TEXTS =
      List.of(
          TEXT,
          "[MASK] moon",
          "[MASK] waited near the station before sunrise, after the storm.",
          "[MASK] [MASK] [MASK]");

  private static Generator open() {
    return OnnxGenerator.open(Goldens.config("bert-tiny-mlm").build());
  }

  private static GenerationRequest request(String text, RefinementStrategy strategy) {
    return GenerationRequest.text(text)
        .options(options -> options.set(Option.REFINEMENT, strategy))
        .build();
  }

  @Test
  void the_text_of_the_result_is_the_filled_text() {
    try (Generator generator = open();
        Encoder encoder = Encoder.open(Goldens.config("bert-tiny-mlm").build())) {
      GenerationResult result = generator.generate(request(TEXT, RefinementStrategy.EASY_FIRST));
      FilledText filled = encoder.fillJointly(TEXT);

      int[] ids = result.best().ids();
      assertThat(ids).hasSize(8).doesNotContain(4).startsWith(2, 197).endsWith(174, 9, 3);
      assertThat(ids[2]).isEqualTo(filled.fillings().get(0).id());
      assertThat(ids[4]).isEqualTo(filled.fillings().get(1).id());
      assertThat(result.best().score()).isCloseTo(filled.score(), within(1e-5));
      assertThat(result.best().finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
      assertThat(result.best().text())
          .startsWith("she")
          .contains("without")
          .doesNotContain("[CLS]", "[SEP]", "[MASK]");
      assertThat(result.best().tokens().get(1).logProbability()).isZero();
      assertThat(result.best().tokens().get(2).logProbability()).isNegative();
    }
  }

  @ParameterizedTest
  @EnumSource(RefinementStrategy.class)
  void a_batched_text_is_filled_as_it_is_alone(RefinementStrategy strategy) {
    for (boolean shared : new boolean[] {false, true}) {
      ModelConfig config = Goldens.config("bert-tiny-mlm").continuousBatching(shared).build();
      try (OnnxGenerator generator = OnnxGenerator.open(config)) {
        List<GenerationRequest> requests = new ArrayList<>();
        TEXTS.forEach(text -> requests.add(request(text, strategy)));
        List<GenerationResult> together = generator.generateAll(requests);
        for (int i = 0; i < requests.size(); i++) {
          GenerationResult alone = generator.generate(requests.get(i));
          assertThat(together.get(i).best().ids()).isEqualTo(alone.best().ids());
          assertThat(together.get(i).best().text()).isEqualTo(alone.best().text());
          assertThat(together.get(i).best().score()).isCloseTo(alone.best().score(), within(1e-4));
        }
        assertThat(generator.lentBuffers()).isZero();
      }
    }
  }

  @Test
  void streamed_texts_and_canvases_are_those_of_the_result() {
    try (Generator generator = open()) {
      GenerationRequest request = request(TEXT, RefinementStrategy.EASY_FIRST);
      String expected = generator.generate(request).best().text();
      StringBuilder streamed = new StringBuilder();
      try (TokenStream stream = generator.stream(request)) {
        for (Token token : stream) {
          streamed.append(token.text());
        }
      }
      assertThat(streamed.toString()).isEqualTo(expected);

      List<CanvasSnapshot> canvases = new ArrayList<>();
      generator.generate(
          request,
          new CanvasListener() {
            @Override
            public void onToken(Token token) {
              // Seen above.
            }

            @Override
            public void onCanvas(CanvasSnapshot canvas) {
              canvases.add(canvas);
            }
          });
      assertThat(canvases).isNotEmpty();
      assertThat(canvases.get(0).text()).contains("[MASK]");
      assertThat(canvases.get(canvases.size() - 1).text()).doesNotContain("[MASK]");
    }
  }

  @Test
  void fillings_are_drawn_by_seed_and_special_tokens_never() {
    try (Generator generator = open()) {
      GenerationRequest request =
          GenerationRequest.text("[MASK] [MASK] [MASK] [MASK] [MASK] [MASK]")
              .options(
                  o ->
                      o.set(Option.DO_SAMPLE, true)
                          .set(Option.TEMPERATURE, 3.0)
                          .set(Option.NUM_RETURN_SEQUENCES, 8)
                          .seed(11))
              .build();
      GenerationResult result = generator.generate(request);
      assertThat(result.candidates()).hasSize(8);
      assertThat(result.candidates().stream().map(one -> one.text()).distinct().count())
          .isGreaterThan(1);
      assertThat(result.candidates())
          .allSatisfy(
              one -> {
                int[] filled = java.util.Arrays.copyOfRange(one.ids(), 1, 7);
                assertThat(filled).doesNotContain(0, 1, 2, 3, 4);
              });
      assertThat(generator.generate(request).best().ids()).isEqualTo(result.best().ids());
    }
  }

  @Test
  void a_text_without_a_mask_is_refused_and_told_how_it_is_written() {
    try (Generator generator = open()) {
      assertThatThrownBy(() -> generator.generate("She sang."))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("no mask", "[MASK] (token id 4)");
      assertThat(generator.generate(TEXT)).isNotEmpty();
    }
  }

  @Test
  void pairs_of_texts_are_refused_where_the_graph_tells_them_apart() {
    try (Generator generator = open()) {
      GenerationRequest pair =
          GenerationRequest.of(new Input.TextPair("[MASK] sang", "home")).build();
      assertThatThrownBy(() -> generator.generate(pair))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("pair of texts");
    }
  }

  @Test
  void scores_are_asked_of_the_encoder() {
    try (Generator generator = open()) {
      assertThatThrownBy(() -> generator.score(new Input.Text("She sang.")))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("Encoder.pseudoLogLikelihood");
    }
  }

  @Test
  void inspecting_says_what_the_folder_was_taken_for() {
    ModelInfo info =
        Generator.inspect(Goldens.config("bert-tiny-mlm").build()).model().orElseThrow();
    assertThat(info.kind()).isEqualTo(ModelInfo.Kind.NON_AUTOREGRESSIVE);
    assertThat(info.layout())
        .contains("fills the masks of its input", "token 4", "BertForMaskedLM");
  }

  @Test
  void a_warmed_up_generator_opens() {
    try (Generator generator =
        OnnxGenerator.open(Goldens.config("bert-tiny-mlm").warmUp(true).build())) {
      assertThat(generator.generate("[MASK] moon")).endsWith("moon").doesNotContain("[MASK]");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tokenizer_config.json", "special_tokens_map.json"})
  void one_file_that_names_the_mask_is_enough(String missing, @TempDir Path folder) {
    Folders.copy("bert-tiny-mlm", folder, List.of(missing));
    try (Generator generator = OnnxGenerator.open(ModelConfig.builder(folder).build());
        Generator whole = open()) {
      assertThat(generator.generate(TEXT)).isEqualTo(whole.generate(TEXT));
    }
  }

  @Test
  void a_folder_that_names_no_mask_is_refused(@TempDir Path folder) {
    Folders.copy(
        "bert-tiny-mlm", folder, List.of("tokenizer_config.json", "special_tokens_map.json"));
    Refusals.refused(ModelConfig.builder(folder).build(), "mask_token_id", "BertForMaskedLM");
  }

  @Test
  void rows_beyond_the_models_positions_are_refused() {
    try (Generator generator = open()) {
      assertThatThrownBy(() -> generator.generate("[MASK]" + " ran".repeat(70)))
          .hasMessageContainingAll("73 tokens", "64");
    }
  }
}
