package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.Cancellation;
import io.loquent.Candidate;
import io.loquent.Decoding;
import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.Token;
import io.loquent.TokenStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Cancelled requests, and those out of time, return what they have. */
@ExtendWith(NothingLeaks.class)
@Timeout(60)
final class StoppedRequestTest {

  private static final List<Consumer<GenerationOptions.Builder>> SEARCHES =
      List.of(
          o -> o.decoding(Decoding.greedy()),
          o -> o.decoding(Decoding.sampling()).numReturnSequences(3).seed(4),
          o -> o.decoding(Decoding.beam(3)).numReturnSequences(2),
          o -> o.decoding(Decoding.beam(4).groups(2, 0.5)),
          o -> o.decoding(Decoding.contrastive(0.4, 3)));

  private static OnnxGenerator tiny;
  private static OnnxGenerator translator;

  /** Large enough that a long prefill takes a while. */
  private static OnnxGenerator slow;

  @BeforeAll
  static void open() {
    tiny = OnnxGenerator.open(Goldens.config("gpt2-tiny").build());
    translator = OnnxGenerator.open(Goldens.config("t5-tiny").build());
    slow =
        OnnxGenerator.open(
            ModelConfig.builder(Folders.sample("lm-shakespeare"))
                .intraOpThreads(1)
                .batchSize(32)
                .build());
  }

  @AfterAll
  static void close() {
    tiny.close();
    translator.close();
    slow.close();
  }

  @AfterEach
  void no_buffer_stays_lent() {
    assertThat(tiny.lentBuffers() + translator.lentBuffers() + slow.lentBuffers()).isZero();
  }

  private static GenerationRequest.Builder request() {
    return GenerationRequest.tokens(5, 9, 31)
        .options(o -> o.maxNewTokens(20).set(Option.EOS_TOKEN_ID, List.of(100_000)));
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void cancelled_before_the_start_gives_no_token() {
    for (OnnxGenerator generator : List.of(tiny, translator)) {
      for (Consumer<GenerationOptions.Builder> search : SEARCHES) {
        Cancellation cancellation = Cancellation.create();
        cancellation.cancel();
        GenerationRequest request = request().options(search).cancellation(cancellation).build();
        List<GenerationResult> results = new ArrayList<>();
        results.add(generator.generate(request));
        results.addAll(generator.generateAll(List.of(request, request)));
        try (TokenStream stream = generator.stream(request)) {
          assertThat(stream).isEmpty();
          results.add(stream.result());
        }
        for (GenerationResult result : results) {
          for (Candidate candidate : result.candidates()) {
            assertThat(candidate.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(candidate.tokens()).isEmpty();
            assertThat(candidate.text()).isEmpty();
            assertThat(candidate.score()).isZero();
          }
          assertThat(result.usage().modelRuns()).isZero();
          assertThat(result.usage().promptTokens()).isEqualTo(3);
        }
      }
    }
  }

  @Test
  void cancelled_by_its_listener_after_three_tokens_it_has_three() {
    int[] whole = tiny.generate(request().build()).best().ids();
    Cancellation cancellation = Cancellation.create();
    StringBuilder shown = new StringBuilder();
    Candidate stopped =
        tiny.generate(
                request().cancellation(cancellation).build(),
                token -> {
                  shown.append(token.text());
                  if (token.index() == 2) {
                    cancellation.cancel();
                  }
                })
            .best();
    assertThat(stopped.finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(stopped.ids()).containsExactly(Arrays.copyOf(whole, 3));
    assertThat(stopped.text()).isEqualTo(shown.toString());
    assertThat(stopped.score())
        .isEqualTo(stopped.tokens().stream().mapToDouble(Token::logProbability).sum());
  }

  @Test
  void every_search_returns_what_it_has_when_cancelled_in_the_middle() {
    for (OnnxGenerator generator : List.of(tiny, translator)) {
      for (Consumer<GenerationOptions.Builder> search : SEARCHES) {
        Cancellation cancellation = Cancellation.create();
        GenerationRequest request =
            request()
                .options(search)
                .cancellation(cancellation)
                .stoppingCriterion(
                    tokens -> {
                      if (tokens.generatedLength() == 5) {
                        cancellation.cancel();
                      }
                      return false;
                    })
                .build();
        for (Candidate candidate : generator.generate(request).candidates()) {
          assertThat(candidate.finishReason()).isEqualTo(FinishReason.CANCELLED);
          assertThat(candidate.ids()).hasSize(5);
        }
      }
    }
  }

  @Test
  void one_request_of_a_batch_is_cancelled_and_the_others_go_on() {
    for (OnnxGenerator generator : List.of(tiny, translator)) {
      for (Consumer<GenerationOptions.Builder> search : SEARCHES) {
        Cancellation cancellation = Cancellation.create();
        List<GenerationRequest> requests = new ArrayList<>();
        for (int row = 0; row < 4; row++) {
          GenerationRequest.Builder request =
              GenerationRequest.tokens(5, 9, 31 + row)
                  .options(request().build().options())
                  .options(search);
          if (row == 1) {
            request
                .cancellation(cancellation)
                .stoppingCriterion(
                    tokens -> {
                      if (tokens.generatedLength() == 4) {
                        cancellation.cancel();
                      }
                      return false;
                    });
          }
          requests.add(request.build());
        }
        List<GenerationResult> results = generator.generateAll(requests);
        assertThat(results.get(1).best().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(results.get(1).best().ids()).hasSize(4);
        for (int row : new int[] {0, 2, 3}) {
          Candidate alone = generator.generate(requests.get(row)).best();
          assertThat(results.get(row).best().ids()).containsExactly(alone.ids());
          assertThat(results.get(row).best().finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
        }
      }
    }
  }

  private static List<GenerationRequest> longPrompts(
      Cancellation cancellation, Consumer<GenerationOptions.Builder> options) {
    List<GenerationRequest> requests = new ArrayList<>();
    for (int row = 0; row < 32; row++) {
      int[] ids = new int[500];
      Arrays.fill(ids, 100 + row);
      requests.add(
          GenerationRequest.tokens(ids).options(options).cancellation(cancellation).build());
    }
    return requests;
  }

  private static void assertNothingGenerated(List<GenerationResult> results, FinishReason reason) {
    for (GenerationResult result : results) {
      assertThat(result.best().finishReason()).isEqualTo(reason);
      assertThat(result.best().tokens()).isEmpty();
      assertThat(result.usage().modelRuns()).isZero();
    }
  }

  @Test
  void cancelled_from_another_thread_inside_a_long_prefill() {
    Cancellation cancellation = Cancellation.create();
    CompletableFuture<Void> canceller =
        CompletableFuture.runAsync(
            () -> {
              sleep(150);
              cancellation.cancel();
            });
    List<GenerationResult> results =
        slow.generateAll(longPrompts(cancellation, o -> o.maxNewTokens(1)));
    canceller.join();
    assertNothingGenerated(results, FinishReason.CANCELLED);
  }

  @Test
  void out_of_time_inside_a_long_prefill() {
    assertNothingGenerated(
        slow.generateAll(
            longPrompts(
                Cancellation.create(), o -> o.maxNewTokens(1).maxTime(Duration.ofMillis(150)))),
        FinishReason.TIMED_OUT);
  }

  @Test
  void out_of_time_between_two_tokens() {
    GenerationRequest request =
        request().options(o -> o.maxNewTokens(100).maxTime(Duration.ofMillis(80))).build();
    Candidate stopped = tiny.generate(request, token -> sleep(10)).best();
    assertThat(stopped.finishReason()).isEqualTo(FinishReason.TIMED_OUT);
    assertThat(stopped.tokens()).hasSizeBetween(1, 99);
  }

  @Test
  void out_of_time_before_the_first_token() {
    GenerationRequest request = request().options(o -> o.maxTime(Duration.ofNanos(1))).build();
    Candidate stopped = tiny.generate(request).best();
    assertThat(stopped.finishReason()).isEqualTo(FinishReason.TIMED_OUT);
    assertThat(stopped.tokens()).isEmpty();
  }

  @Test
  void one_request_of_a_batch_is_out_of_time_and_the_others_go_on() {
    List<GenerationRequest> requests =
        List.of(
            request().options(o -> o.maxTime(Duration.ofMillis(40))).build(),
            request().stoppingCriterion(tokens -> slowly()).build());
    List<GenerationResult> results = tiny.generateAll(requests);
    assertThat(results.get(0).best().finishReason()).isEqualTo(FinishReason.TIMED_OUT);
    assertThat(results.get(1).best().ids())
        .containsExactly(tiny.generate(request().build()).best().ids());
  }

  private static boolean slowly() {
    sleep(5);
    return false;
  }

  @Test
  void enough_time_changes_nothing() {
    GenerationRequest request =
        request().options(o -> o.maxTime(Duration.ofSeconds(TimeUnit.HOURS.toSeconds(1)))).build();
    assertThat(tiny.generate(request).best().ids())
        .containsExactly(tiny.generate(request().build()).best().ids());
  }

  @Test
  void a_cancelled_handle_stops_later_requests_too_and_no_others() {
    Cancellation cancellation = Cancellation.create();
    GenerationRequest.Builder builder = request().cancellation(cancellation);
    assertThat(tiny.generate(builder.build()).best().finishReason())
        .isEqualTo(FinishReason.MAX_TOKENS);
    cancellation.cancel();
    assertThat(tiny.generate(builder.build()).best().finishReason())
        .isEqualTo(FinishReason.CANCELLED);
    assertThat(tiny.generate(request().build()).best().finishReason())
        .isEqualTo(FinishReason.MAX_TOKENS);
  }

  @Test
  void cancelling_at_any_moment_gives_a_beginning_of_the_whole() {
    int[] whole = tiny.generate(request().build()).best().ids();
    for (int round = 0; round < 60; round++) {
      Cancellation cancellation = Cancellation.create();
      long nanos = round * 100_000L;
      CompletableFuture<Void> canceller =
          CompletableFuture.runAsync(
              () -> {
                long end = System.nanoTime() + nanos;
                while (System.nanoTime() < end) {
                  Thread.onSpinWait();
                }
                cancellation.cancel();
              });
      Candidate candidate = tiny.generate(request().cancellation(cancellation).build()).best();
      canceller.join();
      assertThat(candidate.ids()).containsExactly(Arrays.copyOf(whole, candidate.tokens().size()));
      assertThat(candidate.finishReason()).isIn(FinishReason.CANCELLED, FinishReason.MAX_TOKENS);
    }
  }
}
