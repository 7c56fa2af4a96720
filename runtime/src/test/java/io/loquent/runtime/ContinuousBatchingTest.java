package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.Cancellation;
import io.loquent.Candidate;
import io.loquent.Decoding;
import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.OverloadException;
import io.loquent.StoppingCriterion;
import io.loquent.Token;
import io.loquent.TokenStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that share the steps of a running batch do not know of each other. */
@ExtendWith(NothingLeaks.class)
@Timeout(120)
@SuppressWarnings("try") // Streams are closed early on purpose.
final class ContinuousBatchingTest {

  private static final int THREADS = 8;

  private static final List<Consumer<GenerationOptions.Builder>> STRATEGIES =
      List.of(
          o -> o.decoding(Decoding.greedy()),
          o -> o.decoding(Decoding.sampling().temperature(1.4).topK(20)).seed(3),
          o -> o.decoding(Decoding.beam(3)),
          o -> o.decoding(Decoding.beam(4).groups(2, 0.7)),
          o -> o.decoding(Decoding.sampling()).numReturnSequences(3).seed(8),
          o -> o.decoding(Decoding.greedy()).repetitionPenalty(1.3).noRepeatNgramSize(2));

  private static ModelConfig.Builder config(String fixture) {
    return Goldens.config(fixture).continuousBatching(true).prefillChunkTokens(4);
  }

  private static OnnxGenerator open(String fixture) {
    return OnnxGenerator.open(config(fixture).build());
  }

  private static GenerationRequest.Builder request(int newTokens) {
    return GenerationRequest.tokens(5, 9, 31)
        .options(o -> o.maxNewTokens(newTokens).set(Option.EOS_TOKEN_ID, List.of()));
  }

  private static List<GenerationRequest> requests(int count) {
    Random random = new Random(21);
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] prompt = random.ints(1 + random.nextInt(12), 3, 110).toArray();
      int newTokens = 1 + random.nextInt(14);
      requests.add(
          GenerationRequest.tokens(prompt)
              .options(o -> o.maxNewTokens(newTokens))
              .options(STRATEGIES.get(i % STRATEGIES.size()))
              .build());
    }
    return requests;
  }

  private static List<String> ids(GenerationResult result) {
    List<String> ids = new ArrayList<>();
    for (Candidate candidate : result.candidates()) {
      ids.add(Arrays.toString(candidate.ids()) + candidate.finishReason());
    }
    return ids;
  }

  private static <T> CompletableFuture<T> onAnotherThread(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, command -> new Thread(command).start());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Holds the generating thread at the second token, until something else has happened. */
  private static StoppingCriterion held(CountDownLatch until) {
    return tokens -> {
      if (tokens.generatedLength() == 2) {
        await(until);
      }
      return false;
    };
  }

  private static boolean refuses(OnnxGenerator generator) {
    try {
      generator.generateAll(List.of());
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2-tiny",
        "gpt2-tiny-nocache",
        "gpt2-tiny-legacy",
        "gpt2-tiny-merged",
        "llama-tiny",
        "llama-tiny-gqa",
        "t5-tiny",
        "t5-tiny-merged",
        "bart-tiny",
        "marian-tiny",
        "lstm-seq2seq-tiny",
        "gru-bahdanau-tiny"
      })
  void every_request_gives_what_it_gives_alone(String fixture) {
    List<GenerationRequest> requests = requests(THREADS * 3);
    try (OnnxGenerator alone = OnnxGenerator.open(Goldens.config(fixture).build());
        OnnxGenerator shared = OnnxGenerator.open(config(fixture).batchSize(5).build())) {
      List<List<String>> expected = new ArrayList<>();
      requests.forEach(request -> expected.add(ids(alone.generate(request))));
      List<CompletableFuture<List<List<String>>>> answers = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        List<GenerationRequest> own = requests.subList(3 * thread, 3 * thread + 3);
        answers.add(
            onAnotherThread(
                () -> {
                  List<List<String>> results = new ArrayList<>();
                  results.add(ids(shared.generate(own.get(0))));
                  try (TokenStream stream = shared.stream(own.get(1))) {
                    StringBuilder text = new StringBuilder();
                    stream.forEach(token -> text.append(token.text()));
                    assertThat(text.toString()).isEqualTo(stream.result().text());
                    results.add(ids(stream.result()));
                  }
                  results.add(ids(shared.generate(own.get(2), token -> {})));
                  return results;
                }));
      }
      for (int thread = 0; thread < THREADS; thread++) {
        assertThat(answers.get(thread).join())
            .isEqualTo(expected.subList(3 * thread, 3 * thread + 3));
      }
      List<List<String>> all = new ArrayList<>();
      shared.generateAll(requests).forEach(result -> all.add(ids(result)));
      assertThat(all).isEqualTo(expected);
      assertThat(shared.lentBuffers()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny-gqa", "t5-tiny", "lstm-seq2seq-tiny"})
  void the_goldens_hold_in_a_shared_batch(String fixture) {
    try (OnnxGenerator generator = OnnxGenerator.open(config(fixture).build())) {
      List<CompletableFuture<?>> cases = new ArrayList<>();
      for (Goldens.Case golden : Goldens.cases(fixture, "goldens.json")) {
        if (!golden.name().startsWith("nopos_")) {
          cases.add(onAnotherThread(() -> check(generator, golden)));
        }
      }
      assertThat(cases).isNotEmpty();
      cases.forEach(CompletableFuture::join);
    }
  }

  private static boolean check(OnnxGenerator generator, Goldens.Case golden) {
    List<Candidate> candidates = new ArrayList<>();
    generator
        .generateAll(golden.requests())
        .forEach(result -> candidates.addAll(result.candidates()));
    List<int[]> expected = golden.generated();
    assertThat(candidates).hasSameSizeAs(expected);
    for (int row = 0; row < expected.size(); row++) {
      if (golden.constraintsMet(row)) {
        assertThat(candidates.get(row).ids()).as(golden.name()).containsExactly(expected.get(row));
      }
    }
    return true;
  }

  @Test
  void a_request_joins_those_that_are_running() {
    CountDownLatch submitted = new CountDownLatch(1);
    AtomicInteger ofEarly = new AtomicInteger();
    AtomicInteger whenLateEnds = new AtomicInteger();
    StoppingCriterion hold = held(submitted);
    try (OnnxGenerator generator = open("llama-tiny-gqa");
        TokenStream early =
            generator.stream(
                request(100)
                    .stoppingCriterion(
                        tokens -> {
                          ofEarly.set(tokens.generatedLength());
                          return hold.shouldStop(tokens);
                        })
                    .build());
        TokenStream late =
            generator.stream(
                request(3)
                    .stoppingCriterion(
                        tokens -> {
                          whenLateEnds.set(ofEarly.get());
                          return false;
                        })
                    .build())) {
      submitted.countDown();
      assertThat(late.result().usage().generatedTokens()).isEqualTo(3);
      assertThat(early.result().usage().generatedTokens()).isEqualTo(100);
      assertThat(whenLateEnds.get()).isBetween(2, 20);
    }
  }

  @Test
  void more_requests_than_may_wait_are_refused_at_once_and_the_others_go_on() {
    ModelConfig config = config("llama-tiny-gqa").batchSize(2).queueSize(1).build();
    try (OnnxGenerator generator = OnnxGenerator.open(config)) {
      List<TokenStream> streams = new ArrayList<>();
      CountDownLatch refused = new CountDownLatch(1);
      for (int i = 0; i < 3; i++) {
        streams.add(generator.stream(request(60).stoppingCriterion(held(refused)).build()));
      }
      assertThatThrownBy(() -> generator.generate(request(3).build()))
          .isInstanceOf(OverloadException.class)
          .hasMessageContainingAll("2 requests are running", "1 are waiting", "queue_size");
      assertThatThrownBy(() -> generator.stream(request(3).build()))
          .isInstanceOf(OverloadException.class);
      refused.countDown();
      streams.get(2).close();
      GenerationResult result = generator.generate(request(3).build());
      assertThat(result.usage().generatedTokens()).isEqualTo(3);
      streams.forEach(TokenStream::close);
    }
  }

  @Test
  void a_batch_of_more_requests_than_may_wait_is_served_whole() {
    ModelConfig config = config("llama-tiny-gqa").batchSize(2).queueSize(1).build();
    try (OnnxGenerator generator = OnnxGenerator.open(config)) {
      List<GenerationRequest> requests = requests(20);
      List<GenerationResult> results = generator.generateAll(requests);
      for (int i = 0; i < requests.size(); i++) {
        assertThat(ids(results.get(i))).isEqualTo(ids(generator.generate(requests.get(i))));
      }
    }
  }

  @Test
  void a_request_whose_callback_throws_fails_alone() {
    try (OnnxGenerator generator = open("gpt2-tiny")) {
      List<String> expected = ids(generator.generate(request(20).build()));
      GenerationRequest failing =
          request(20)
              .stoppingCriterion(
                  tokens -> {
                    if (tokens.generatedLength() == 4) {
                      throw new UnsupportedOperationException("mine");
                    }
                    return false;
                  })
              .build();
      List<CompletableFuture<List<String>>> others = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        others.add(onAnotherThread(() -> ids(generator.generate(request(20).build()))));
      }
      assertThatThrownBy(() -> generator.generate(failing)).hasMessage("mine");
      assertThatThrownBy(() -> generator.generateAll(List.of(request(3).build(), failing, failing)))
          .hasMessage("mine");
      try (TokenStream stream = generator.stream(failing)) {
        List<Token> read = new ArrayList<>();
        assertThatThrownBy(() -> stream.forEach(read::add)).hasMessage("mine");
        assertThat(read).hasSizeLessThanOrEqualTo(3);
        assertThatThrownBy(stream::result).hasMessage("mine");
      }
      assertThatThrownBy(
              () ->
                  generator.generate(
                      request(200).build(),
                      token -> {
                        throw new IllegalStateException("listener");
                      }))
          .hasMessage("listener");
      others.forEach(other -> assertThat(other.join()).isEqualTo(expected));
    }
  }

  @Test
  void cancelled_and_timed_out_requests_end_with_what_they_have() {
    try (OnnxGenerator generator = open("gpt2-tiny")) {
      Cancellation cancellation = Cancellation.create();
      CountDownLatch done = new CountDownLatch(1);
      GenerationResult cancelled =
          generator.generate(
              request(100).cancellation(cancellation).stoppingCriterion(held(done)).build(),
              token -> {
                cancellation.cancel();
                done.countDown();
              });
      assertThat(cancelled.best().finishReason()).isEqualTo(FinishReason.CANCELLED);
      // One if the second run itself was interrupted.
      assertThat(cancelled.usage().generatedTokens()).isBetween(1, 2);
      GenerationResult before = generator.generate(request(9).cancellation(cancellation).build());
      assertThat(before.usage().generatedTokens()).isZero();
      GenerationResult late =
          generator.generate(request(1_000).options(o -> o.maxTime(Duration.ofNanos(1))).build());
      assertThat(late.best().finishReason()).isEqualTo(FinishReason.TIMED_OUT);
    }
  }

  @Test
  void a_request_that_waits_for_room_can_be_cancelled() {
    try (OnnxGenerator generator = OnnxGenerator.open(config("gpt2-tiny").batchSize(1).build())) {
      Cancellation cancellation = Cancellation.create();
      CountDownLatch done = new CountDownLatch(1);
      try (TokenStream running =
          generator.stream(request(60).stoppingCriterion(held(done)).build())) {
        running.iterator().next();
        CompletableFuture<GenerationResult> waiting =
            onAnotherThread(
                () -> generator.generate(request(9).cancellation(cancellation).build()));
        cancellation.cancel();
        done.countDown();
        assertThat(waiting.join().best().finishReason()).isEqualTo(FinishReason.CANCELLED);
        running.close();
      }
    }
  }

  @Test
  void closing_waits_for_calls_and_ends_streams() {
    OnnxGenerator generator = open("gpt2-tiny");
    List<String> whole = ids(generator.generate(request(60).build()));
    CountDownLatch running = new CountDownLatch(3);
    List<CompletableFuture<GenerationResult>> calls = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      calls.add(
          onAnotherThread(
              () ->
                  generator.generate(
                      request(60).build(),
                      token -> {
                        if (token.index() == 0) {
                          running.countDown();
                        }
                      })));
    }
    await(running);
    // Held back until closing has begun, so that it cannot have come to its end before.
    CountDownLatch closing = new CountDownLatch(1);
    TokenStream abandoned = generator.stream(request(400).stoppingCriterion(held(closing)).build());
    CompletableFuture<Boolean> closed =
        onAnotherThread(
            () -> {
              generator.close();
              return true;
            });
    while (!refuses(generator)) {
      Thread.onSpinWait();
    }
    closing.countDown();
    closed.join();
    calls.forEach(call -> assertThat(ids(call.join())).isEqualTo(whole));
    assertThat(abandoned.result().best().finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThatThrownBy(() -> generator.generate(request(3).build()))
        .isInstanceOf(IllegalStateException.class);
    assertThat(generator.lentBuffers()).isZero();
  }

  @Test
  void callbacks_may_use_and_close_the_generator() {
    OnnxGenerator generator = open("gpt2-tiny");
    List<String> expected = ids(generator.generate(request(4).build()));
    AtomicReference<List<String>> inner = new AtomicReference<>();
    GenerationRequest calling =
        request(6)
            .stoppingCriterion(
                tokens -> {
                  if (tokens.generatedLength() == 2) {
                    inner.set(ids(generator.generate(request(4).build())));
                  }
                  return false;
                })
            .build();
    assertThat(generator.generate(calling).usage().generatedTokens()).isEqualTo(6);
    assertThat(inner.get()).isEqualTo(expected);

    AtomicReference<TokenStream> own = new AtomicReference<>();
    CountDownLatch known = new CountDownLatch(1);
    GenerationRequest closing =
        request(50)
            .stoppingCriterion(
                tokens -> {
                  if (tokens.generatedLength() == 3) {
                    await(known);
                    own.get().close();
                    generator.close();
                  }
                  return false;
                })
            .build();
    own.set(generator.stream(closing));
    known.countDown();
    GenerationResult result = own.get().result();
    assertThat(result.best().finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(result.usage().generatedTokens()).isEqualTo(3);
    generator.close();
  }

  @Test
  void a_waiting_thread_that_is_interrupted_stays_interrupted_and_gets_its_result() {
    try (OnnxGenerator generator = open("gpt2-tiny")) {
      Thread.currentThread().interrupt();
      GenerationResult result = generator.generate(request(5).build());
      assertThat(Thread.interrupted()).isTrue();
      assertThat(result.usage().generatedTokens()).isEqualTo(5);
    }
  }

  @Test
  void a_stream_is_generated_whether_it_is_read_or_not_and_iterated_once() {
    try (OnnxGenerator generator = open("gpt2-tiny");
        TokenStream stream = generator.stream(request(12).build())) {
      GenerationResult result = stream.result();
      List<Integer> ids = new ArrayList<>();
      stream.forEach(token -> ids.add(token.id()));
      assertThat(ids.stream().mapToInt(Integer::intValue).toArray()).isEqualTo(result.best().ids());
      assertThatThrownBy(stream::iterator).isInstanceOf(IllegalStateException.class);
    }
  }
}
