package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.Candidate;
import io.loquent.Decoding;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.Token;
import io.loquent.TokenStream;
import io.loquent.runtime.model.NativeValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that run at once do not know of each other. */
@Timeout(120)
final class ConcurrencyTest {

  private static final int THREADS = 8;

  private static final List<Consumer<GenerationOptions.Builder>> STRATEGIES =
      List.of(
          o -> o.decoding(Decoding.greedy()),
          o -> o.decoding(Decoding.sampling().temperature(1.4).topK(20)).seed(3),
          o -> o.decoding(Decoding.beam(3)),
          o -> o.decoding(Decoding.beam(4).groups(2, 0.7)),
          o -> o.decoding(Decoding.beam(2).sampled()).seed(8),
          o -> o.decoding(Decoding.greedy()).repetitionPenalty(1.3).noRepeatNgramSize(2));

  private static List<GenerationRequest> requests(int count) {
    Random random = new Random(21);
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] prompt = random.ints(1 + random.nextInt(9), 3, 110).toArray();
      requests.add(
          GenerationRequest.tokens(prompt)
              .options(o -> o.maxNewTokens(10))
              .options(STRATEGIES.get(i % STRATEGIES.size()))
              .build());
    }
    return requests;
  }

  /** Asks in one of the ways to ask, which all give the same answer. */
  private static GenerationResult ask(Generator generator, GenerationRequest request, int way) {
    return switch (way % 4) {
      case 0 -> generator.generate(request);
      case 1 -> generator.generateAll(List.of(request, request)).get(1);
      case 2 -> streamed(generator, request);
      default -> {
        generator.stream(request).close();
        yield generator.generate(request, token -> assertThat(token.id()).isNotNegative());
      }
    };
  }

  private static GenerationResult streamed(Generator generator, GenerationRequest request) {
    try (TokenStream stream = generator.stream(request)) {
      StringBuilder text = new StringBuilder();
      for (Token token : stream) {
        text.append(token.text());
      }
      assertThat(text.toString()).isEqualTo(stream.result().text());
      return stream.result();
    }
  }

  private static List<String> ids(GenerationResult result) {
    List<String> ids = new ArrayList<>();
    for (Candidate candidate : result.candidates()) {
      ids.add(Arrays.toString(candidate.ids()) + candidate.finishReason());
    }
    return ids;
  }

  private static <T> List<T> onAllThreads(List<Callable<T>> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : threads.invokeAll(work)) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2-tiny",
        "gpt2-tiny-nocache",
        "gpt2-tiny-legacy",
        "gpt2-tiny-merged",
        "gpt2-tiny-external",
        "llama-tiny-gqa",
        "t5-tiny",
        "t5-tiny-merged",
        "bart-tiny",
        "marian-tiny",
        "lstm-seq2seq-tiny",
        "gru-bahdanau-tiny"
      })
  void eight_threads_at_once_give_the_same_answers_as_one(String fixture) throws Exception {
    List<GenerationRequest> requests = requests(12);
    try (OnnxGenerator generator = OnnxGenerator.open(Goldens.config(fixture).build())) {
      List<List<String>> expected = new ArrayList<>();
      requests.forEach(request -> expected.add(ids(generator.generate(request))));
      List<Callable<Boolean>> work = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
          order.add(i);
        }
        Collections.shuffle(order, new Random(thread));
        work.add(
            () -> {
              for (int i : order) {
                assertThat(ids(ask(generator, requests.get(i), i + order.get(0))))
                    .as("request %d", i)
                    .isEqualTo(expected.get(i));
              }
              return true;
            });
      }
      assertThat(onAllThreads(work)).containsOnly(true);
      assertThat(generator.lentBuffers()).isZero();
      assertThat(NativeValues.open()).isZero();
    }
  }

  @Test
  void hidden_states_and_scores_are_asked_for_at_once() throws Exception {
    GenerationRequest contrastive =
        GenerationRequest.tokens(5, 9, 31, 7)
            .options(o -> o.decoding(Decoding.contrastive(0.6, 4)).maxNewTokens(12))
            .build();
    Input text = Input.tokens(5, 9, 31, 7, 40, 41, 8);
    try (OnnxGenerator generator = OnnxGenerator.open(Goldens.config("gpt2-tiny").build())) {
      List<Callable<List<String>>> work = new ArrayList<>();
      for (int thread = 0; thread < 2 * THREADS; thread++) {
        boolean scores = thread % 2 == 0;
        work.add(
            () ->
                scores
                    ? List.of(String.valueOf(generator.score(text).logLikelihood()))
                    : ids(generator.generate(contrastive)));
      }
      List<List<String>> answers = onAllThreads(work);
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i)).isEqualTo(answers.get(i % 2));
      }
    }
  }

  @Test
  void generators_open_and_close_while_requests_run_on_others() throws Exception {
    List<GenerationRequest> requests = requests(12);
    AtomicBoolean done = new AtomicBoolean();
    try (Generator steady = Generator.open(Goldens.config("gpt2-tiny").build())) {
      List<List<String>> expected = new ArrayList<>();
      requests.forEach(request -> expected.add(ids(steady.generate(request))));
      List<Callable<Integer>> work = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        List<String> folders = List.of("gpt2-tiny", "gpt2-tiny-merged", "gpt2-tiny-legacy");
        String folder = folders.get(thread % folders.size());
        work.add(
            () -> {
              for (int round = 0; round < 4; round++) {
                try (Generator generator = Generator.open(Goldens.config(folder).build())) {
                  int i = round % requests.size();
                  assertThat(ids(generator.generate(requests.get(i)))).isEqualTo(expected.get(i));
                }
              }
              done.set(true);
              return 0;
            });
        work.add(
            () -> {
              int asked = 0;
              while (!done.get()) {
                int i = asked++ % requests.size();
                assertThat(ids(ask(steady, requests.get(i), asked))).isEqualTo(expected.get(i));
              }
              return asked;
            });
      }
      assertThat(onAllThreads(work)).anyMatch(asked -> asked > 0);
    }
  }

  /** Each thread either gets its whole answer or is told that the generator is closed. */
  @Test
  void a_generator_is_closed_under_running_requests_and_streams() throws Exception {
    List<GenerationRequest> requests = requests(12);
    List<List<String>> expected = new ArrayList<>();
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      requests.forEach(request -> expected.add(ids(generator.generate(request))));
    }
    for (int round = 0; round < 20; round++) {
      OnnxGenerator generator = OnnxGenerator.open(Goldens.config("gpt2-tiny").build());
      int wait = round;
      List<Callable<Boolean>> work = new ArrayList<>();
      for (int thread = 0; thread < THREADS - 1; thread++) {
        int start = thread;
        work.add(() -> askUntilClosed(generator, requests, expected, start));
      }
      work.add(
          () -> {
            Thread.sleep(wait);
            generator.close();
            return true;
          });
      assertThat(onAllThreads(work)).containsOnly(true);
      generator.close();
      assertThat(generator.lentBuffers()).isZero();
      assertThat(NativeValues.open()).isZero();
    }
  }

  private static boolean askUntilClosed(
      Generator generator,
      List<GenerationRequest> requests,
      List<List<String>> expected,
      int start) {
    try {
      for (int i = start; ; i++) {
        GenerationRequest request = requests.get(i % requests.size());
        if (i % 2 == 0) {
          assertThat(ids(generator.generate(request))).isEqualTo(expected.get(i % requests.size()));
        } else {
          // Without a step after it is closed, a stream just ends.
          try (TokenStream stream = generator.stream(request)) {
            for (Token token : stream) {
              assertThat(token.id()).isNotNegative();
            }
            assertThat(stream.result().candidates()).isNotEmpty();
          }
        }
      }
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage()).contains("is closed");
    }
  }
}
