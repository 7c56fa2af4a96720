package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.Decoding;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.InferenceException;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.TokenStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Requests that fail while they run: their error reaches the caller, and nothing else suffers. */
@ExtendWith(NothingLeaks.class)
final class InferenceFailureTest {

  private static final List<Consumer<GenerationOptions.Builder>> SEARCHES =
      List.of(
          o -> o.decoding(Decoding.greedy()),
          o -> o.decoding(Decoding.sampling()).seed(4),
          o -> o.decoding(Decoding.beam(3)),
          o -> o.decoding(Decoding.beam(3).sampled()).seed(4),
          o -> o.decoding(Decoding.beam(4).groups(2, 0.5)),
          o -> o.decoding(Decoding.contrastive(0.4, 3)));

  private static OnnxGenerator generator;
  private static OnnxGenerator poisoned;
  private static int[] good;

  @BeforeAll
  static void open(@TempDir Path temporary) {
    generator = OnnxGenerator.open(Goldens.config("gpt2-tiny").build());
    good = generator.generate(request().build()).best().ids();
    Path folder = Folders.copy("gpt2-tiny-external", temporary.resolve("poisoned"));
    byte[] weights = new byte[Folders.read(folder.resolve("model.onnx_data")).length];
    ByteBuffer floats = ByteBuffer.wrap(weights);
    while (floats.remaining() >= Float.BYTES) {
      // The bytes of a NaN in either order.
      floats.putInt(0xFFFFFFFF);
    }
    Folders.write(folder, "model.onnx_data", weights);
    poisoned = OnnxGenerator.open(ModelConfig.builder(folder).intraOpThreads(1).build());
  }

  @AfterAll
  static void close() {
    generator.close();
    poisoned.close();
  }

  @AfterEach
  void the_generator_goes_on_working() {
    assertThat(generator.generate(request().build()).best().ids()).containsExactly(good);
    assertThat(generator.lentBuffers()).isZero();
    assertThat(poisoned.lentBuffers()).isZero();
  }

  private static GenerationRequest.Builder request() {
    return GenerationRequest.tokens(5, 9, 31).options(o -> o.maxNewTokens(8));
  }

  /** An error of the application, which must come out as it went in. */
  private static final class OwnException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static void failsWith(Throwable error, GenerationRequest request) {
    assertThatThrownBy(() -> generator.generate(request)).isSameAs(error);
    assertThatThrownBy(() -> generator.generateAll(List.of(request().build(), request)))
        .isSameAs(error);
    try (TokenStream stream = generator.stream(request)) {
      assertThatThrownBy(() -> stream.forEach(token -> {})).isSameAs(error);
      assertThat(generator.lentBuffers()).isZero();
      assertThatThrownBy(stream::result)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("failed");
    }
  }

  @Test
  void an_exception_of_a_logits_processor_reaches_the_caller() {
    OwnException error = new OwnException();
    for (Consumer<GenerationOptions.Builder> search : SEARCHES) {
      failsWith(
          error,
          request()
              .options(search)
              .logitsProcessor(
                  (tokens, scores) -> {
                    if (tokens.generatedLength() == 2) {
                      throw error;
                    }
                  })
              .build());
    }
  }

  @Test
  void an_error_of_a_stopping_criterion_reaches_the_caller() {
    AssertionError error = new AssertionError("on purpose");
    for (Consumer<GenerationOptions.Builder> search : SEARCHES) {
      failsWith(
          error,
          request()
              .options(search)
              .stoppingCriterion(
                  tokens -> {
                    throw error;
                  })
              .build());
    }
  }

  @Test
  void an_exception_of_a_prefix_callback_reaches_the_caller() {
    OwnException error = new OwnException();
    failsWith(
        error,
        request()
            .prefixAllowedTokens(
                tokens -> {
                  throw error;
                })
            .build());
  }

  @Test
  void an_exception_of_a_listener_reaches_the_caller() {
    OwnException error = new OwnException();
    for (Consumer<GenerationOptions.Builder> search : SEARCHES) {
      assertThatThrownBy(
              () ->
                  generator.generate(
                      request().options(search).build(),
                      token -> {
                        throw error;
                      }))
          .isSameAs(error);
    }
  }

  @Test
  void a_prefix_callback_that_allows_nothing_or_unknown_tokens() {
    assertThatThrownBy(
            () ->
                generator.generate(
                    request()
                        .prefixAllowedTokens(
                            tokens -> tokens.generatedLength() < 2 ? List.of(7) : List.of())
                        .build()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("PrefixAllowedTokens", "no token", "2 generated");
    assertThatThrownBy(
            () ->
                generator.generate(
                    request().prefixAllowedTokens(tokens -> List.of(7, 512)).build()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("token 512", "vocabulary of 512");
  }

  @Test
  void processors_that_forbid_everything() {
    for (Consumer<GenerationOptions.Builder> search : SEARCHES) {
      assertThatThrownBy(
              () ->
                  generator.generate(
                      request()
                          .options(search)
                          .logitsProcessor(
                              (tokens, scores) -> Arrays.fill(scores, Float.NEGATIVE_INFINITY))
                          .build()))
          .isInstanceOf(InferenceException.class)
          .hasMessageContainingAll("no token can be chosen", "512");
    }
  }

  @Test
  void a_processor_that_makes_nan() {
    for (Consumer<GenerationOptions.Builder> search : SEARCHES) {
      assertThatThrownBy(
              () ->
                  generator.generate(
                      request()
                          .options(search)
                          .logitsProcessor((tokens, scores) -> scores[3] = Float.NaN)
                          .build()))
          .isInstanceOf(InferenceException.class)
          .hasMessageContainingAll("token 3", "NaN", "logits processor");
    }
  }

  @Test
  void a_graph_that_answers_nan() {
    for (Consumer<GenerationOptions.Builder> search : SEARCHES) {
      GenerationRequest request = request().options(search).build();
      assertThatThrownBy(() -> poisoned.generate(request))
          .isInstanceOf(InferenceException.class)
          .hasMessageContainingAll("NaN", "finite", "remove_invalid_values");
    }
    assertThatThrownBy(() -> poisoned.score(Input.tokens(4, 5)))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("NaN");
  }

  @Test
  void a_graph_that_answers_nan_can_be_made_to_go_on() {
    for (Consumer<GenerationOptions.Builder> search : SEARCHES) {
      GenerationRequest request =
          request()
              .options(search)
              .options(o -> o.set(Option.REMOVE_INVALID_VALUES, true).minNewTokens(3))
              .build();
      assertThat(poisoned.generate(request).best().ids()).hasSizeBetween(3, 8);
    }
  }
}
