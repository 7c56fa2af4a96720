package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Cancellation;
import io.loquent.CanvasListener;
import io.loquent.CanvasSnapshot;
import io.loquent.FinishReason;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.ModelLoadException;
import io.loquent.Option;
import io.loquent.Token;
import io.loquent.TokenStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests to models for parallel decoding, through the public API. */
@ExtendWith(NothingLeaks.class)
class ParallelGenerationTest {

  private static final int[][] SOURCES = {
    {5, 9, 12, 30, 7, 2}, {8, 2}, {11, 12, 13, 14, 15, 16, 17, 18, 2}, {9, 9, 30, 2}
  };

  private static Generator open(String fixture, boolean shared) {
    return OnnxGenerator.open(Goldens.config(fixture).continuousBatching(shared).build());
  }

  private static GenerationRequest.Builder request(int... source) {
    return GenerationRequest.tokens(source);
  }

  private static List<GenerationRequest> requests(boolean sampled) {
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < SOURCES.length; i++) {
      int seed = i;
      requests.add(
          request(SOURCES[i])
              .options(
                  o -> {
                    o.maxNewTokens(8);
                    if (sampled) {
                      o.set(Option.DO_SAMPLE, true).seed(seed);
                    }
                  })
              .build());
    }
    return requests;
  }

  private static void assertSame(GenerationResult found, GenerationResult expected) {
    assertThat(found.best().ids()).isEqualTo(expected.best().ids());
    assertThat(found.best().score()).isCloseTo(expected.best().score(), within(1e-4));
    assertThat(found.best().finishReason()).isEqualTo(expected.best().finishReason());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"cmlm-tiny", "levenshtein-tiny", "ctc-tiny", "dat-tiny", "diffusion-tiny"})
  void a_batched_row_equals_the_same_row_alone(String fixture) {
    for (boolean shared : new boolean[] {false, true}) {
      for (boolean sampled : new boolean[] {false, true}) {
        if (sampled && fixture.equals("ctc-tiny")) {
          continue; // Frames are not drawn.
        }
        try (Generator generator = open(fixture, shared)) {
          List<GenerationRequest> requests = requests(sampled);
          List<GenerationResult> together = generator.generateAll(requests);
          for (int i = 0; i < requests.size(); i++) {
            assertSame(together.get(i), generator.generate(requests.get(i)));
          }
          assertThat(((OnnxGenerator) generator).lentBuffers()).isZero();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"cmlm-tiny", "levenshtein-tiny", "ctc-tiny", "dat-tiny", "diffusion-tiny"})
  void streamed_tokens_are_those_of_the_result(String fixture) {
    try (Generator generator = open(fixture, false)) {
      GenerationRequest request = request(SOURCES[0]).options(o -> o.maxNewTokens(8)).build();
      int[] expected = generator.generate(request).best().ids();
      List<Integer> streamed = new ArrayList<>();
      try (TokenStream stream = generator.stream(request)) {
        for (Token token : stream) {
          streamed.add(token.id());
        }
      }
      assertThat(streamed.stream().mapToInt(Integer::intValue)).containsExactly(boxed(expected));
    }
  }

  private static Integer[] boxed(int[] ids) {
    return java.util.Arrays.stream(ids).boxed().toArray(Integer[]::new);
  }

  @Test
  void a_listener_sees_the_canvas_fill() {
    List<CanvasSnapshot> canvases = new ArrayList<>();
    List<Token> tokens = new ArrayList<>();
    CanvasListener listener =
        new CanvasListener() {
          @Override
          public void onCanvas(CanvasSnapshot canvas) {
            canvases.add(canvas);
          }

          @Override
          public void onToken(Token token) {
            tokens.add(token);
          }
        };
    try (Generator generator = open("diffusion-tiny", false)) {
      GenerationResult result =
          generator.generate(
              request(5, 9, 2).options(o -> o.maxNewTokens(6).off(Option.EOS_TOKEN_ID)).build(),
              listener);
      assertThat(tokens).hasSize(6);
      assertThat(canvases.size()).isGreaterThanOrEqualTo(6);
      CanvasSnapshot last = canvases.get(canvases.size() - 1);
      assertThat(last.ids().stream().mapToInt(Integer::intValue))
          .containsExactly(boxed(result.best().ids()));
      assertThat(canvases.get(1).ids()).contains(4);
      long masked = canvases.get(1).ids().stream().filter(id -> id == 4).count();
      assertThat(canvases.get(3).ids().stream().filter(id -> id == 4).count()).isLessThan(masked);
      assertThat(last.modelRuns()).isEqualTo(result.usage().modelRuns());
    }
  }

  @Test
  void cached_diffusion_fills_parts_in_a_batch_as_alone() {
    for (String cache : List.of("prefix", "dual")) {
      try (Generator generator = open("diffusion-tiny", false)) {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int[] source : SOURCES) {
          requests.add(
              request(source)
                  .options(
                      o ->
                          o.maxNewTokens(8)
                              .set(Option.BLOCK_LENGTH, 4)
                              .set(Option.DIFFUSION_CACHE, Option.DIFFUSION_CACHE.parse(cache)))
                  .build());
        }
        List<GenerationResult> together = generator.generateAll(requests);
        for (int i = 0; i < requests.size(); i++) {
          assertSame(together.get(i), generator.generate(requests.get(i)));
        }
      }
    }
  }

  @Test
  void guidance_runs_the_canvas_with_and_without_its_prompt() {
    try (Generator generator = open("diffusion-tiny", false)) {
      GenerationRequest plain = request(5, 9, 2).options(o -> o.maxNewTokens(6)).build();
      GenerationRequest guided =
          request(5, 9, 2).options(o -> o.maxNewTokens(6).set(Option.GUIDANCE_SCALE, 3.0)).build();
      List<GenerationResult> together = generator.generateAll(List.of(plain, guided));
      assertSame(together.get(0), generator.generate(plain));
      assertSame(together.get(1), generator.generate(guided));
    }
  }

  @Test
  void a_cancelled_request_gives_what_is_certain() {
    Cancellation cancellation = Cancellation.create();
    try (Generator generator = open("diffusion-tiny", false)) {
      GenerationResult result =
          generator.generate(
              request(5, 9, 2)
                  .cancellation(cancellation)
                  .options(o -> o.maxNewTokens(8).set(Option.BLOCK_LENGTH, 2))
                  .build(),
              token -> cancellation.cancel());
      assertThat(result.best().finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(result.best().tokens().size()).isBetween(1, 7);
    }
  }

  @Test
  void recorded_transcriptions_of_wav2vec2_are_met() {
    try (Generator generator = open("wav2vec2-tiny", false)) {
      for (Goldens.Case golden : Goldens.cases("wav2vec2-tiny", "goldens.json")) {
        Map<?, ?> input = (Map<?, ?>) golden.json().get("float_input");
        List<?> shape = (List<?>) input.get("shape");
        List<?> values = (List<?>) input.get("values");
        int length = ((Number) shape.get(1)).intValue();
        List<GenerationRequest> requests = new ArrayList<>();
        for (int row = 0; row < ((Number) shape.get(0)).intValue(); row++) {
          FloatBuffer samples = FloatBuffer.allocate(length);
          for (int i = 0; i < length; i++) {
            samples.put(i, ((Number) values.get(row * length + i)).floatValue());
          }
          requests.add(
              GenerationRequest.of(new Input.Features("input_values", List.of(length), samples))
                  .options(o -> o.off(Option.EOS_TOKEN_ID))
                  .build());
        }
        List<?> collapsed = (List<?>) golden.json().get("collapsed");
        List<?> texts = (List<?>) golden.json().get("text");
        List<GenerationResult> results = generator.generateAll(requests);
        for (int row = 0; row < results.size(); row++) {
          int[] expected =
              ((List<?>) collapsed.get(row))
                  .stream().mapToInt(id -> ((Number) id).intValue()).toArray();
          assertThat(results.get(row).best().ids()).as(golden.name()).isEqualTo(expected);
          assertThat(results.get(row).text()).as(golden.name()).isEqualTo(texts.get(row));
          assertThat(results.get(row).best().tokens().get(0).span()).isPresent();
        }
      }
    }
  }

  @Test
  void a_graph_that_takes_a_partial_alignment_aligns_block_by_block(@TempDir Path folder)
      throws IOException {
    copy(
        "cmlm-tiny",
        folder,
        "{\"mask_token_id\": 4, \"ctc_blank_token_id\": 0, \"pad_token_id\": 0,"
            + " \"upsample\": 2}");
    try (Generator generator =
        OnnxGenerator.open(io.loquent.ModelConfig.builder(folder).intraOpThreads(1).build())) {
      List<GenerationRequest> requests = new ArrayList<>();
      for (int[] source : SOURCES) {
        requests.add(request(source).options(o -> o.set(Option.MAX_ITERATIONS, 3)).build());
      }
      List<GenerationResult> together = generator.generateAll(requests);
      for (int i = 0; i < requests.size(); i++) {
        GenerationResult alone = generator.generate(requests.get(i));
        assertSame(together.get(i), alone);
        assertThat(alone.usage().modelRuns()).isBetween(2, 4);
        assertThat(alone.best().ids().length).isLessThanOrEqualTo(2 * SOURCES[i].length);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cmlm-tiny, max_iterations, 1, 1",
    "cmlm-tiny, max_iterations, 3, 3",
    "diffusion-tiny, steps, 4, 4",
    "ctc-tiny, max_new_tokens, 8, 1",
    "dat-tiny, max_new_tokens, 8, 1"
  })
  void model_runs_are_those_of_the_decoder(String fixture, String option, int value, int runs) {
    try (Generator generator = open(fixture, false)) {
      GenerationResult result =
          generator.generate(
              request(SOURCES[2])
                  .options(
                      o -> o.maxNewTokens(8).off(Option.EOS_TOKEN_ID).set(integer(option), value))
                  .build());

      assertThat(result.usage().modelRuns()).isEqualTo(runs);
    }
  }

  private static Option<Integer> integer(String name) {
    for (Option<Integer> option :
        List.of(Option.MAX_ITERATIONS, Option.STEPS, Option.MAX_NEW_TOKENS)) {
      if (option.name().equals(name)) {
        return option;
      }
    }
    throw new IllegalArgumentException(name);
  }

  @Test
  void what_a_family_cannot_do_is_refused_and_the_next_request_works() {
    try (Generator generator = open("ctc-tiny", false)) {
      assertRefused(generator, o -> o.set(Option.STEPS, 4), "steps");
      assertRefused(generator, o -> o.promptLookup(true), "prompt_lookup");
      assertRefused(generator, o -> o.set(Option.USE_CACHE, false), "use_cache");
      assertRefused(
          generator, o -> o.numBeams(4).set(Option.LANGUAGE_MODEL, "no-such.arpa"), "no-such.arpa");
      assertThatThrownBy(() -> generator.score(Input.tokens(5, 2), Input.tokens(40)))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("step by step");
      assertThatThrownBy(
              () -> generator.generate(request(5, 2).decoderInput(Input.tokens(40)).build()))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("decoder_input_ids");
      assertThat(generator.generate(request(SOURCES[0]).build()).candidates()).hasSize(1);
    }
    try (Generator generator = open("cmlm-tiny", false)) {
      assertRefused(
          generator,
          o -> o.set(Option.LENGTH_BEAM, 2).set(Option.RERANK_MODEL, "nowhere"),
          "nowhere");
      assertRefused(generator, o -> o.repetitionPenalty(1.2), "repetition_penalty");
      assertRefused(generator, o -> o.set(Option.ASSISTANT_EARLY_EXIT, 1), "assistant_early_exit");
      assertRefused(generator, o -> o.set(Option.NUM_ASSISTANT_PATHS, 2), "num_assistant_paths");
      assertRefused(generator, o -> o.set(Option.USE_CACHE, false), "use_cache");
    }
  }

  private static void assertRefused(
      Generator generator,
      java.util.function.Consumer<io.loquent.GenerationOptions.Builder> options,
      String named) {
    assertThatThrownBy(() -> generator.generate(request(SOURCES[0]).options(options).build()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(named);
  }

  @Test
  void folders_that_lack_what_their_family_needs_do_not_open(@TempDir Path folder)
      throws IOException {
    copy("levenshtein-tiny", folder, "{\"bos_token_id\": 1, \"eos_token_id\": 2}");
    assertThatThrownBy(() -> OnnxGenerator.open(io.loquent.ModelConfig.builder(folder).build()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("mask_token_id")
        .hasMessageContaining("scores deletions");
    copy("levenshtein-tiny", folder, "{\"mask_token_id\": 4}");
    assertThatThrownBy(() -> OnnxGenerator.open(io.loquent.ModelConfig.builder(folder).build()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("bos_token_id");
    copy("cmlm-tiny", folder, "{\"mask_token_id\": 4, \"length_mode\": \"guess\"}");
    assertThatThrownBy(() -> OnnxGenerator.open(io.loquent.ModelConfig.builder(folder).build()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("length_mode")
        .hasMessageContaining("offset_classes");
    copy("cmlm-tiny", folder, "{\"mask_token_id\": 400}");
    assertThatThrownBy(() -> OnnxGenerator.open(io.loquent.ModelConfig.builder(folder).build()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("400");
  }

  private static void copy(String fixture, Path folder, String config) throws IOException {
    for (String file : List.of("encoder_model.onnx", "decoder_model.onnx")) {
      Files.copy(
          Goldens.folder(fixture).resolve(file),
          folder.resolve(file),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    Files.write(
        folder.resolve("config.json"), config.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }
}
