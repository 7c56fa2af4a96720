package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.InferenceException;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.runtime.model.LoadedModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests run when. Rounds stand for time. */
@ExtendWith(NothingLeaks.class)
final class BatchSchedulerTest {

  private final Deadlines deadlines = new Deadlines();

  @AfterEach
  void close() {
    deadlines.close();
  }

  /** A scheduler over a fixture, and in which round each request had its first and last token. */
  private final class Rounds implements AutoCloseable {
    final LoadedModel model;
    private final DraftModels drafts;
    private final ParallelPlanning parallel;
    final BatchScheduler scheduler;
    final Map<RequestRun, Integer> first = new LinkedHashMap<>();
    final Map<RequestRun, Integer> last = new LinkedHashMap<>();
    int round;

    Rounds(ModelConfig config) {
      model = LoadedModel.load(config, new ArrayList<>());
      drafts = new DraftModels(config, model, null);
      parallel = new ParallelPlanning(config, model, null);
      scheduler =
          new BatchScheduler(
              model,
              config,
              deadlines,
              request -> {
                if (request.hasNext()) {
                  first.putIfAbsent(request, round);
                }
                if (!request.isLive()) {
                  last.put(request, round);
                }
              });
    }

    RequestRun add(int promptLength, int newTokens) {
      int[] ids = new Random(promptLength).ints(promptLength, 3, 100).toArray();
      GenerationRequest request =
          GenerationRequest.tokens(ids)
              .options(o -> o.maxNewTokens(newTokens).set(Option.EOS_TOKEN_ID, List.of()))
              .build();
      PromptReader reader = new PromptReader(model, null);
      RequestPlan plan =
          new RequestPlan(
              request,
              request.options().orElse(model.defaults()),
              reader.prompt(request, request.options().orElse(model.defaults())),
              System.nanoTime());
      RequestRun run =
          plan.start(
              model,
              reader,
              null,
              drafts,
              new Constraints(null, model.info().vocabularySize()),
              parallel,
              promptLength,
              promptLength);
      scheduler.add(run);
      return run;
    }

    void run(int rounds) {
      for (int i = 0; i < rounds; i++) {
        round++;
        scheduler.advance();
      }
    }

    void runToTheEnd() {
      while (!scheduler.isIdle()) {
        run(1);
      }
    }

    @Override
    public void close() {
      scheduler.close();
      assertThat(model.lentBuffers()).isZero();
      model.close();
    }
  }

  private static ModelConfig.Builder config(String fixture) {
    return Goldens.config(fixture).prefillChunkTokens(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-tiny-gqa", "gpt2-tiny"})
  void a_long_prompt_does_not_stall_those_that_are_generating(String fixture) {
    try (Rounds rounds = new Rounds(config(fixture).build())) {
      RequestRun generating = rounds.add(3, 30);
      rounds.run(2);
      RequestRun longPrompt = rounds.add(40, 5);
      rounds.run(9);
      assertThat(rounds.first).doesNotContainKey(longPrompt);
      assertThat(generating.length()).isEqualTo(3 + 1 + 2 - 1 + 9 + 1);
      rounds.run(1);
      assertThat(rounds.first).containsEntry(longPrompt, 12);
      rounds.runToTheEnd();
      assertThat(rounds.last).containsEntry(generating, 29).containsEntry(longPrompt, 15);
    }
  }

  @Test
  void a_short_prompt_behind_a_long_one_takes_turns_with_it() {
    try (Rounds rounds = new Rounds(config("llama-tiny-gqa").build())) {
      RequestRun longPrompt = rounds.add(40, 3);
      RequestRun shortPrompt = rounds.add(4, 3);
      rounds.runToTheEnd();
      assertThat(rounds.first).containsEntry(shortPrompt, 2).containsEntry(longPrompt, 11);
    }
  }

  @Test
  void short_prompts_begin_together_and_finished_ones_make_room() {
    try (Rounds rounds = new Rounds(config("llama-tiny-gqa").batchSize(3).build())) {
      List<RequestRun> requests = new ArrayList<>();
      for (int newTokens : new int[] {2, 9, 9, 4, 4}) {
        requests.add(rounds.add(1, newTokens));
      }
      rounds.runToTheEnd();
      assertThat(rounds.first.get(requests.get(0))).isOne();
      assertThat(rounds.first.get(requests.get(2))).isOne();
      assertThat(rounds.last.get(requests.get(0))).isOne();
      assertThat(rounds.first.get(requests.get(3))).isEqualTo(2);
      assertThat(rounds.last.get(requests.get(3))).isEqualTo(4);
      assertThat(rounds.first.get(requests.get(4))).isEqualTo(5);
    }
  }

  /** Their positions follow from the length of the past, which rows of one run share. */
  @Test
  void rows_that_cannot_join_later_begin_together_and_take_turns_with_others() {
    try (Rounds rounds = new Rounds(config("t5-tiny").batchSize(8).build())) {
      List<RequestRun> early = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        early.add(rounds.add(9, 12));
      }
      rounds.run(3);
      RequestRun late = rounds.add(9, 3);
      rounds.runToTheEnd();
      assertThat(early).allMatch(request -> rounds.first.get(request) == 1);
      assertThat(early).allMatch(request -> rounds.last.get(request) == 11);
      assertThat(rounds.first).containsEntry(late, 4);
      assertThat(rounds.last).containsEntry(late, 5);
    }
  }

  @Test
  void the_request_that_takes_most_memory_fails_and_the_others_go_on() {
    boolean seen = false;
    for (int kilobytes = 60; kilobytes < 900 && !seen; kilobytes += 20) {
      ModelConfig config = config("llama-tiny-gqa").memoryLimitBytes(kilobytes * 1024L).build();
      try (Rounds rounds = new Rounds(config)) {
        RequestRun small = rounds.add(3, 30);
        RequestRun large = rounds.add(90, 100);
        rounds.runToTheEnd();
        if (small.failure() == null && large.failure() != null) {
          seen = true;
          assertThat(large.failure())
              .isInstanceOf(InferenceException.class)
              .hasMessageContaining("memory_limit_mb");
          GenerationResult result = small.result();
          assertThat(result.usage().generatedTokens()).isEqualTo(30);
        }
      }
    }
    assertThat(seen).isTrue();
  }

  /** Each request overlaps with the next, for many times the length of one. */
  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny-gqa"})
  void a_batch_that_is_never_empty_does_not_grow(String fixture) {
    ModelConfig config = config(fixture).memoryLimitBytes(400 << 10).build();
    try (Rounds rounds = new Rounds(config)) {
      List<RequestRun> requests = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        requests.add(rounds.add(3 + i % 2, 40));
        rounds.run(25);
      }
      rounds.runToTheEnd();
      assertThat(requests).allMatch(request -> request.failure() == null);
      assertThat(requests).allMatch(request -> request.result().best().ids().length == 40);
    }
  }

  @Test
  void closing_ends_what_waits_what_starts_and_what_runs() {
    try (Rounds rounds = new Rounds(config("llama-tiny-gqa").batchSize(2).build())) {
      RequestRun running = rounds.add(3, 30);
      rounds.run(2);
      RequestRun starting = rounds.add(40, 30);
      RequestRun waiting = rounds.add(5, 30);
      rounds.run(1);
      rounds.scheduler.close();
      assertThat(rounds.last).containsOnlyKeys(running, starting, waiting);
      assertThat(running.result().usage().generatedTokens()).isPositive();
      assertThat(starting.result().usage().generatedTokens()).isZero();
      assertThat(waiting.result().usage().generatedTokens()).isZero();
      assertThat(rounds.scheduler.isIdle()).isTrue();
    }
  }
}
