package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.Decoding;
import io.loquent.FinishReason;
import io.loquent.GenerationRequest;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.StoppingCriterion;
import io.loquent.TokenStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request that fails or is ended from inside gives everything back. */
@Timeout(60)
final class FailingRequestTest {

  private static OnnxGenerator open(String fixture) {
    return OnnxGenerator.open(Goldens.config(fixture).build());
  }

  private static GenerationRequest.Builder request(int tokens) {
    return GenerationRequest.tokens(5, 9, 31)
        .options(o -> o.maxNewTokens(tokens).set(Option.EOS_TOKEN_ID, List.of()));
  }

  /** Does something once, when a number of tokens is there. */
  private static StoppingCriterion when(int generated, Runnable action) {
    return tokens -> {
      if (tokens.generatedLength() == generated) {
        action.run();
      }
      return false;
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"lstm-seq2seq-tiny", "gru-bahdanau-tiny"})
  void a_recurrent_model_asked_to_run_without_a_cache_keeps_nothing(String fixture) {
    try (OnnxGenerator generator = open(fixture)) {
      GenerationRequest request = request(5).options(o -> o.set(Option.USE_CACHE, false)).build();
      assertThatThrownBy(() -> generator.generate(request))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("use_cache");
      assertThat(generator.lentBuffers()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "gpt2-tiny-nocache", "llama-tiny-gqa", "t5-tiny"})
  void a_callback_that_throws_ends_the_request_and_keeps_nothing(String fixture) {
    try (OnnxGenerator generator = open(fixture)) {
      GenerationRequest request =
          request(9)
              .stoppingCriterion(
                  when(
                      3,
                      () -> {
                        throw new UnsupportedOperationException("mine");
                      }))
              .build();
      assertThatThrownBy(() -> generator.generate(request)).hasMessage("mine");
      assertThatThrownBy(() -> generator.generateAll(List.of(request, request))).hasMessage("mine");
      try (TokenStream stream = generator.stream(request)) {
        assertThatThrownBy(stream::result).hasMessage("mine");
        assertThat(generator.lentBuffers()).isZero();
        assertThatThrownBy(stream::result).isInstanceOf(IllegalStateException.class);
      }
      assertThatThrownBy(
              () ->
                  generator.generate(
                      request(9).build(),
                      token -> {
                        throw new UnsupportedOperationException("mine");
                      }))
          .hasMessage("mine");
      assertThat(generator.lentBuffers()).isZero();
    }
  }

  @Test
  void a_stream_that_its_own_callback_closes_ends_with_what_it_has() {
    for (Decoding decoding : List.of(Decoding.greedy(), Decoding.sampling().temperature(1.1))) {
      try (OnnxGenerator generator = open("gpt2-tiny")) {
        AtomicReference<TokenStream> stream = new AtomicReference<>();
        stream.set(
            generator.stream(
                request(20)
                    .options(o -> o.decoding(decoding))
                    .stoppingCriterion(when(3, () -> stream.get().close()))
                    .build()));
        List<Integer> ids = new ArrayList<>();
        stream.get().forEach(token -> ids.add(token.id()));
        assertThat(ids).hasSize(3);
        assertThat(stream.get().result().best().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(stream.get().result().best().ids()).hasSize(3);
        assertThat(generator.lentBuffers()).isZero();
      }
    }
  }

  @Test
  void a_beam_search_whose_stream_is_closed_by_a_callback_ends_with_what_it_has() {
    try (OnnxGenerator generator = open("gpt2-tiny")) {
      AtomicReference<TokenStream> stream = new AtomicReference<>();
      stream.set(
          generator.stream(
              request(20)
                  .options(o -> o.decoding(Decoding.beam(3)))
                  .logitsProcessor(
                      (tokens, scores) -> {
                        if (tokens.generatedLength() == 4) {
                          stream.get().close();
                        }
                      })
                  .build()));
      assertThat(stream.get().result().best().finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(stream.get().result().best().ids()).hasSizeBetween(4, 5);
      assertThat(generator.lentBuffers()).isZero();
    }
  }

  @Test
  void a_generator_that_a_streams_callback_closes_is_freed_when_the_step_is_over() {
    OnnxGenerator generator = open("gpt2-tiny");
    try (TokenStream stream =
        generator.stream(request(20).stoppingCriterion(when(3, generator::close)).build())) {
      List<Integer> ids = new ArrayList<>();
      stream.forEach(token -> ids.add(token.id()));
      assertThat(ids).hasSize(3);
      assertThat(stream.result().best().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }
    assertThat(generator.lentBuffers()).isZero();
    GenerationRequest again = request(1).build();
    assertThatThrownBy(() -> generator.generate(again)).hasMessageContaining("is closed");
  }

  @Test
  void a_callback_cannot_read_the_stream_that_waits_for_it() {
    try (OnnxGenerator generator = open("gpt2-tiny")) {
      AtomicReference<TokenStream> stream = new AtomicReference<>();
      stream.set(
          generator.stream(
              request(20).stoppingCriterion(when(2, () -> stream.get().result())).build()));
      Iterator<?> tokens = stream.get().iterator();
      tokens.next();
      assertThatThrownBy(tokens::hasNext)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("callback");
      assertThat(generator.lentBuffers()).isZero();
    }
  }
}
