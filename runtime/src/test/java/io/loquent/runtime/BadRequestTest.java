package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.ContextLengthException;
import io.loquent.FinishReason;
import io.loquent.GenerationException;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.Token;
import io.loquent.TokenStream;
import io.loquent.internal.json.Json;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that make no sense, or that a model cannot do: refused before anything runs. */
@ExtendWith(NothingLeaks.class)
final class BadRequestTest {

  private static final Map<String, OnnxGenerator> OPEN = new HashMap<>();
  private static final Map<String, int[]> GOOD_ANSWERS = new HashMap<>();

  private static OnnxGenerator open(String fixture) {
    return OPEN.computeIfAbsent(fixture, name -> OnnxGenerator.open(Goldens.config(name).build()));
  }

  @AfterAll
  static void close() {
    OPEN.values().forEach(Generator::close);
    OPEN.clear();
  }

  @AfterEach
  void no_buffer_stays_lent() {
    OPEN.values().forEach(generator -> assertThat(generator.lentBuffers()).isZero());
  }

  private static GenerationRequest good() {
    return GenerationRequest.tokens(5, 6, 7).options(o -> o.maxNewTokens(5)).build();
  }

  private static void stillWorks(String fixture) {
    int[] answer = open(fixture).generate(good()).best().ids();
    assertThat(answer).isEqualTo(GOOD_ANSWERS.computeIfAbsent(fixture, name -> answer));
  }

  /** Every way of running the request throws the same, and leaves the generator usable. */
  private static void refused(
      String fixture,
      GenerationRequest request,
      Class<? extends GenerationException> type,
      String... parts) {
    Generator generator = open(fixture);
    stillWorks(fixture);
    List<ThrowingCallable> ways =
        List.of(
            () -> generator.generate(request),
            () -> generator.generateAll(List.of(good(), request)),
            () -> generator.stream(request));
    for (ThrowingCallable way : ways) {
      assertThatThrownBy(way).isInstanceOf(type).hasMessageContainingAll(parts);
    }
    stillWorks(fixture);
  }

  private static void refused(String fixture, GenerationRequest request, String... parts) {
    refused(fixture, request, InvalidRequestException.class, parts);
  }

  private static GenerationRequest with(Consumer<GenerationOptions.Builder> options) {
    return GenerationRequest.tokens(5, 6, 7).options(options).build();
  }

  // Options.

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "num_beams|0|num_beams|0|1",
        "top_p|2|top_p|2|[0, 1]",
        "top_p|-0.5|top_p|-0.5|[0, 1]",
        "temperature|0|temperature|0|(0, inf)",
        "top_k|-1|top_k|-1|0",
        "max_new_tokens|0|max_new_tokens|0|1",
        "num_beam|4|\"num_beam\"|num_beams|num_beam_groups",
        "maxlength|4|\"maxlength\"|max_length|unknown",
        "watermarking_config|1|\"watermarking_config\"|unsupported|option"
      })
  void an_option_out_of_range_or_unknown(
      String name, double value, String first, String second, String third) {
    Object json = value == Math.rint(value) ? (Object) (long) value : (Object) value;
    assertThatThrownBy(() -> GenerationOptions.fromMap(Map.of(name, json)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll(first, second, third);
  }

  @Test
  void more_sequences_than_beams() {
    refused(
        "gpt2-tiny",
        with(o -> o.numBeams(2).numReturnSequences(3)),
        "num_return_sequences is 3",
        "num_beams is 2");
  }

  @Test
  void several_sequences_of_a_greedy_search() {
    refused(
        "gpt2-tiny",
        with(o -> o.numReturnSequences(2)),
        "num_return_sequences is 2",
        "greedy",
        "do_sample");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "suppress_tokens|[512]|512",
        "begin_suppress_tokens|[600]|600",
        "forced_bos_token_id|512|512",
        "forced_eos_token_id|[7000]|7000",
        "bad_words_ids|[[512]]|512",
        "sequence_bias|[[[512], 1.0]]|512"
      })
  void a_token_in_an_option_that_the_vocabulary_does_not_have(String name, String json, String id) {
    Object value = Json.parseObject("{\"v\": " + json + "}").get("v");
    GenerationRequest request =
        GenerationRequest.tokens(5)
            .options(GenerationOptions.fromMap(Collections.singletonMap(name, value)))
            .build();
    refused("gpt2-tiny", request, name, "token " + id, "511");
  }

  // Prompts.

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny-gqa", "marian-tiny", "gru-bahdanau-tiny"})
  void a_prompt_without_tokens(String fixture) {
    refused(fixture, GenerationRequest.tokens().build(), "is empty", "at least one");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny"})
  void an_empty_text(String fixture) {
    refused(fixture, GenerationRequest.text("").build(), "prompt is empty", "at least one");
  }

  @Test
  void an_empty_text_that_gets_an_end_token_is_no_empty_prompt() {
    assertThat(open("t5-tiny").generate(GenerationRequest.text("").build()).usage().promptTokens())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"512,gpt2-tiny,511", "-1,gpt2-tiny,511", "100000,t5-tiny,399", "-7,marian-tiny,399"})
  void an_id_that_the_vocabulary_does_not_have(int id, String fixture, String highest) {
    refused(
        fixture,
        GenerationRequest.tokens(3, id).build(),
        "token 1 has id " + id,
        "from 0 to " + highest);
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 500})
  void a_prompt_over_the_context_length(int length) {
    GenerationRequest request = GenerationRequest.tokens(new int[length]).build();
    refused(
        "gpt2-tiny",
        request,
        ContextLengthException.class,
        length + " tokens",
        "room for 128",
        "shorten");
    assertThatThrownBy(() -> open("gpt2-tiny").generate(request))
        .isInstanceOfSatisfying(
            ContextLengthException.class,
            error -> {
              assertThat(error.promptTokens()).isEqualTo(length);
              assertThat(error.limitTokens()).isEqualTo(128);
            });
  }

  @Test
  void an_encoder_input_over_the_context_length() {
    int limit = open("bart-tiny").model().contextLength().orElseThrow();
    int[] ids = new int[limit + 1];
    Arrays.fill(ids, 9);
    refused(
        "bart-tiny",
        GenerationRequest.tokens(ids).build(),
        ContextLengthException.class,
        "the input has " + (limit + 1) + " tokens",
        "room for " + limit);
    assertThat(
            open("bart-tiny")
                .generate(GenerationRequest.tokens(Arrays.copyOf(ids, limit)).build())
                .usage()
                .promptTokens())
        .isEqualTo(limit);
  }

  @Test
  void the_last_place_in_the_context_can_be_used() {
    GenerationRequest request =
        GenerationRequest.tokens(new int[127])
            .options(o -> o.maxNewTokens(5).off(Option.EOS_TOKEN_ID))
            .build();
    assertThat(open("gpt2-tiny").generate(request).best())
        .satisfies(
            candidate -> {
              assertThat(candidate.ids()).hasSize(1);
              assertThat(candidate.finishReason()).isEqualTo(FinishReason.CONTEXT_FULL);
            });
  }

  @Test
  void a_prompt_that_max_length_has_no_room_for() {
    refused(
        "gpt2-tiny",
        with(o -> o.maxLength(3)),
        ContextLengthException.class,
        "3 tokens",
        "max_length",
        "is 3");
  }

  // What a model does not have.

  @ParameterizedTest
  @ValueSource(strings = {"marian-tiny", "marian-tiny-merged"})
  void text_without_a_tokenizer(String fixture) {
    refused(fixture, GenerationRequest.text("hello").build(), fixture, "no tokenizer.json", "ids");
  }

  @Test
  void stop_strings_without_a_tokenizer() {
    refused("marian-tiny", with(o -> o.stopStrings("x")), "stop_strings", "[x]", "tokenizer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "t5-tiny", "lstm-seq2seq-tiny"})
  void numbers_for_a_model_that_reads_text(String fixture) {
    Input features = new Input.Features("input_values", List.of(2), FloatBuffer.allocate(2));
    refused(fixture, GenerationRequest.of(features).build(), "Input.Features", fixture, "text");
  }

  @Test
  void a_decoder_prompt_for_a_model_without_an_encoder() {
    refused(
        "gpt2-tiny",
        GenerationRequest.tokens(5).decoderInput(Input.tokens(6)).build(),
        "decoder_input_ids",
        "gpt2-tiny",
        "only a decoder");
  }

  @Test
  void a_bad_decoder_prompt() {
    refused(
        "t5-tiny",
        GenerationRequest.tokens(5).decoderInput(Input.tokens()).build(),
        "decoder_input_ids is empty");
    refused(
        "t5-tiny",
        GenerationRequest.tokens(5).decoderInput(Input.tokens(8, 400)).build(),
        "decoder_input_ids",
        "token 1 has id 400");
    refused(
        "t5-tiny",
        with(o -> o.set(Option.DECODER_START_TOKEN_ID, 400)),
        "decoder_start_token_id",
        "400");
  }

  @Test
  void an_encoder_decoder_whose_start_token_nobody_knows() {
    refused(
        "marian-tiny",
        with(o -> o.off(Option.DECODER_START_TOKEN_ID).off(Option.BOS_TOKEN_ID)),
        "decoder_start_token_id",
        "unknown",
        "generation_config.json");
  }

  @Test
  void guidance_without_a_negative_prompt_for_an_encoder_decoder() {
    refused("t5-tiny", with(o -> o.set(Option.GUIDANCE_SCALE, 2.0)), "negative prompt");
  }

  @Test
  void guidance_with_prompts_of_unequal_length_on_a_graph_that_cannot_tell_padding_from_text() {
    refused(
        "gpt2-tiny-legacy",
        GenerationRequest.tokens(5, 6)
            .negativePrompt(Input.tokens(7))
            .options(o -> o.set(Option.GUIDANCE_SCALE, 2.0))
            .build(),
        "negative prompt",
        "padding",
        "same length");
  }

  @Test
  void a_bad_negative_prompt() {
    Consumer<GenerationOptions.Builder> guided = o -> o.set(Option.GUIDANCE_SCALE, 2.0);
    refused(
        "gpt2-tiny",
        GenerationRequest.tokens(5).negativePrompt(Input.tokens()).options(guided).build(),
        "is empty");
    refused(
        "gpt2-tiny",
        GenerationRequest.tokens(5).negativePrompt(Input.tokens(999)).options(guided).build(),
        "id 999");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lstm-seq2seq-tiny", "gru-bahdanau-tiny"})
  void a_recurrent_model_without_its_cache(String fixture) {
    refused(fixture, with(o -> o.set(Option.USE_CACHE, false)), "use_cache", fixture, "recurrent");
  }

  // Scores.

  @Test
  void scores_of_nothing_or_of_too_much() {
    Generator gpt2 = open("gpt2-tiny");
    Generator t5 = open("t5-tiny");
    Input good = Input.tokens(5, 6);
    assertInvalid(() -> gpt2.score(Input.tokens()), "is empty");
    assertInvalid(() -> gpt2.score(Input.tokens(), good), "is empty");
    assertInvalid(() -> gpt2.score(good, Input.tokens(512)), "id 512", "511");
    assertInvalid(() -> t5.score(good), "encoder-decoder", "score(input, target)");
    assertInvalid(() -> t5.score(good, Input.tokens(-3)), "target", "id -3");
    assertInvalid(() -> open("marian-tiny").score(good, Input.text("x")), "no tokenizer.json");
    assertThatThrownBy(() -> gpt2.score(good, Input.tokens(new int[127])))
        .isInstanceOf(ContextLengthException.class)
        .hasMessageContainingAll("129", "128");
    assertThat(gpt2.score(good, Input.tokens(new int[126])).tokens()).hasSize(126);
    stillWorks("gpt2-tiny");
    stillWorks("t5-tiny");
  }

  private static void assertInvalid(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll(parts);
  }

  // Calls.

  @Test
  void no_requests_give_no_results() {
    assertThat(open("gpt2-tiny").generateAll(List.of())).isEmpty();
  }

  @Test
  void a_null_is_refused_at_once() {
    Generator generator = open("gpt2-tiny");
    List<ThrowingCallable> calls =
        List.of(
            () -> generator.generate((GenerationRequest) null),
            () -> generator.generate(good(), null),
            () -> generator.generateAll(null),
            () -> generator.generateAll(Collections.singletonList(null)),
            () -> generator.stream(null),
            () -> generator.score(null),
            () -> generator.score(Input.tokens(1), null));
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call).isInstanceOf(NullPointerException.class);
    }
    stillWorks("gpt2-tiny");
  }

  @Test
  void a_stream_that_is_not_read_costs_nothing_until_it_is_closed() {
    OnnxGenerator generator = open("gpt2-tiny");
    try (TokenStream stream = generator.stream(good())) {
      assertThat(generator.lentBuffers()).isZero();
      for (Token token : stream) {
        assertThat(token.index()).isZero();
        break;
      }
      assertThat(generator.lentBuffers()).isPositive();
    }
    assertThat(generator.lentBuffers()).isZero();
  }
}
