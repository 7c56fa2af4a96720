package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.FinishReason;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Input;
import io.loquent.Option;
import io.loquent.Token;
import io.loquent.TokenStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Generators and streams can be closed at any time, from anywhere. */
@ExtendWith(NothingLeaks.class)
@Timeout(60)
final class ClosingTest {

  private OnnxGenerator generator;
  private int[] whole;

  @BeforeEach
  void open() {
    generator = OnnxGenerator.open(Goldens.config("gpt2-tiny").build());
    whole = generator.generate(request().build()).best().ids();
    assertThat(whole).hasSize(15);
  }

  @AfterEach
  void close() {
    generator.close();
    assertThat(generator.lentBuffers()).isZero();
  }

  private static GenerationRequest.Builder request() {
    return GenerationRequest.tokens(5, 9, 31)
        .options(o -> o.maxNewTokens(15).set(Option.EOS_TOKEN_ID, List.of(100_000)));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void a_closed_generator_refuses_every_call_and_says_which_model_it_was() {
    generator.close();
    Input ids = Input.tokens(5);
    List<ThrowingCallable> calls =
        List.of(
            () -> generator.generate(request().build()),
            () -> generator.generate("text"),
            () -> generator.generate(request().build(), token -> {}),
            () -> generator.generateAll(List.of(request().build())),
            () -> generator.generateAll(List.of()),
            () -> generator.stream(request().build()),
            () -> generator.score(ids),
            () -> generator.score(ids, ids));
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContainingAll("gpt2-tiny", "closed");
    }
    assertThat(generator.model().vocabularySize()).isEqualTo(512);
    generator.close();
  }

  @Test
  void closing_waits_for_running_requests_which_end_as_if_nothing_happened() {
    int threads = 4;
    CountDownLatch running = new CountDownLatch(threads);
    CountDownLatch closing = new CountDownLatch(1);
    List<CompletableFuture<GenerationResult>> results = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      results.add(
          CompletableFuture.supplyAsync(
              () ->
                  generator.generate(
                      request().build(),
                      token -> {
                        running.countDown();
                        await(closing);
                      }),
              command -> new Thread(command).start()));
    }
    await(running);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(generator::close);
    while (!refuses()) {
      Thread.onSpinWait();
    }
    assertThat(closed).isNotDone();
    closing.countDown();
    closed.join();
    for (CompletableFuture<GenerationResult> result : results) {
      assertThat(result.join().best().ids()).containsExactly(whole);
    }
    assertThat(generator.lentBuffers()).isZero();
  }

  private boolean refuses() {
    try {
      generator.score(Input.tokens(5));
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  @Test
  void closing_from_inside_a_listener_lets_the_request_end() {
    GenerationResult result =
        generator.generate(
            request().build(),
            token -> {
              if (token.index() == 2) {
                generator.close();
              }
            });
    assertThat(result.best().ids()).containsExactly(whole);
    assertThat(refuses()).isTrue();
    assertThat(generator.lentBuffers()).isZero();
  }

  @Test
  void closing_from_inside_two_listeners_at_once_ends_too() {
    CountDownLatch both = new CountDownLatch(2);
    List<CompletableFuture<GenerationResult>> results = new ArrayList<>();
    for (int thread = 0; thread < 2; thread++) {
      results.add(
          CompletableFuture.supplyAsync(
              () ->
                  generator.generate(
                      request().build(),
                      token -> {
                        if (token.index() == 0) {
                          both.countDown();
                          await(both);
                          generator.close();
                        }
                      }),
              command -> new Thread(command).start()));
    }
    for (CompletableFuture<GenerationResult> result : results) {
      assertThat(result.join().best().ids()).containsExactly(whole);
    }
  }

  @Test
  void an_interrupted_thread_still_closes_and_stays_interrupted() {
    Thread.currentThread().interrupt();
    generator.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(refuses()).isTrue();
  }

  // Streams.

  @Test
  void an_abandoned_stream_ends_when_the_generator_is_closed() {
    TokenStream stream = generator.stream(request().build());
    Iterator<Token> tokens = stream.iterator();
    assertThat(tokens.next().id()).isEqualTo(whole[0]);
    assertThat(tokens.next().id()).isEqualTo(whole[1]);
    assertThat(generator.lentBuffers()).isPositive();
    generator.close();
    assertThat(generator.lentBuffers()).isZero();
    assertThat(tokens.hasNext()).isFalse();
    assertThat(stream.result().best().finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(stream.result().best().ids()).containsExactly(whole[0], whole[1]);
    stream.close();
  }

  @Test
  void a_stream_that_was_never_read_ends_when_the_generator_is_closed() {
    TokenStream stream = generator.stream(request().build());
    generator.close();
    assertThat(stream).isEmpty();
    assertThat(stream.result().best().finishReason()).isEqualTo(FinishReason.CANCELLED);
  }

  @Test
  void a_stream_left_early_has_what_was_read() {
    TokenStream stream = generator.stream(request().build());
    for (Token token : stream) {
      if (token.index() == 3) {
        stream.close();
        break;
      }
    }
    assertThat(generator.lentBuffers()).isZero();
    assertThat(stream.result().best().ids()).containsExactly(Arrays.copyOf(whole, 4));
    assertThat(stream.result().best().finishReason()).isEqualTo(FinishReason.CANCELLED);
    stream.close();
    assertThat(generator.generate(request().build()).best().ids()).containsExactly(whole);
  }

  @Test
  void a_stream_is_iterated_once() {
    try (TokenStream stream = generator.stream(request().build())) {
      Iterator<Token> tokens = stream.iterator();
      assertThatThrownBy(stream::iterator)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("once");
      List<Integer> ids = new ArrayList<>();
      tokens.forEachRemaining(token -> ids.add(token.id()));
      assertThat(ids.stream().mapToInt(Integer::intValue).toArray()).containsExactly(whole);
      assertThatThrownBy(tokens::next)
          .isInstanceOf(NoSuchElementException.class)
          .hasMessageContaining("ended");
    }
  }

  @Test
  void the_result_of_a_stream_can_be_asked_for_at_any_time() {
    try (TokenStream unread = generator.stream(request().build());
        TokenStream half = generator.stream(request().build());
        TokenStream read = generator.stream(request().build())) {
      assertThat(unread.result().best().ids()).containsExactly(whole);
      Iterator<Token> tokens = half.iterator();
      assertThat(tokens.next().id()).isEqualTo(whole[0]);
      assertThat(half.result().best().ids()).containsExactly(whole);
      List<Token> rest = new ArrayList<>();
      tokens.forEachRemaining(rest::add);
      assertThat(rest).hasSize(whole.length - 1);
      for (Token token : read) {
        assertThat(token.id()).isEqualTo(whole[token.index()]);
      }
      assertThat(read.result().best().ids()).containsExactly(whole);
      assertThat(read.result()).isSameAs(read.result());
      assertThat(unread.result().usage()).isEqualTo(read.result().usage());
    }
  }

  @Test
  void a_stream_closed_from_another_thread_in_the_middle_of_a_step_ends()
      throws InterruptedException {
    CountDownLatch inStep = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicReference<TokenStream> open = new AtomicReference<>();
    GenerationRequest request =
        request()
            .stoppingCriterion(
                tokens -> {
                  if (tokens.generatedLength() == 3) {
                    inStep.countDown();
                    await(goOn);
                  }
                  return false;
                })
            .build();
    open.set(generator.stream(request));
    CompletableFuture<List<Integer>> reader =
        CompletableFuture.supplyAsync(
            () -> {
              List<Integer> ids = new ArrayList<>();
              open.get().forEach(token -> ids.add(token.id()));
              return ids;
            },
            command -> new Thread(command).start());
    await(inStep);
    Thread closer = new Thread(() -> open.get().close());
    closer.start();
    // Waiting for the step, it has told the stream to end.
    while (closer.getState() != Thread.State.BLOCKED && closer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    List<Integer> read = reader.join();
    closer.join();
    GenerationResult result = open.get().result();
    assertThat(result.best().finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(result.best().ids().length).isGreaterThanOrEqualTo(3).isLessThan(whole.length);
    assertThat(read.size()).isLessThanOrEqualTo(result.best().ids().length);
    assertThat(generator.lentBuffers()).isZero();
  }

  @Test
  void streams_closed_at_any_moment_give_a_beginning_of_the_whole() {
    for (int round = 0; round < 40; round++) {
      TokenStream stream = generator.stream(request().build());
      long nanos = round * 100_000L;
      CompletableFuture<Void> closer =
          CompletableFuture.runAsync(
              () -> {
                long end = System.nanoTime() + nanos;
                while (System.nanoTime() < end) {
                  Thread.onSpinWait();
                }
                stream.close();
              });
      List<Integer> read = new ArrayList<>();
      stream.forEach(token -> read.add(token.id()));
      closer.join();
      int[] kept = stream.result().best().ids();
      assertThat(kept).containsExactly(Arrays.copyOf(whole, kept.length));
      assertThat(read.stream().mapToInt(Integer::intValue).toArray())
          .containsExactly(Arrays.copyOf(whole, read.size()));
      assertThat(generator.lentBuffers()).isZero();
    }
  }

  @Test
  void a_stream_closed_from_its_own_callback_ends() {
    AtomicReference<TokenStream> open = new AtomicReference<>();
    GenerationRequest request =
        request()
            .stoppingCriterion(
                tokens -> {
                  if (tokens.generatedLength() == 3) {
                    open.get().close();
                  }
                  return false;
                })
            .build();
    open.set(generator.stream(request));
    List<Integer> read = new ArrayList<>();
    open.get().forEach(token -> read.add(token.id()));
    assertThat(read.size()).isLessThanOrEqualTo(3);
    assertThat(open.get().result().best().finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(generator.generate(request().build()).best().ids()).containsExactly(whole);
  }
}
