package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.ModelConfig;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoding states over the graphs of the test's model folders, without a search above them. */
final class StateTest {

  private static final double EXACT = 1e-4;
  private static final int STEPS = 60;

  private final NativeBuffers buffers = new NativeBuffers(1 << 24);

  @AfterEach
  void all_buffers_are_back() {
    assertThat(buffers.lent()).isZero();
  }

  private static ModelParts open(String fixture) {
    ModelConfig config =
        ModelConfig.builder(Paths.get("src", "test", "resources", "fixtures", fixture))
            .intraOpThreads(1)
            .graphAdditions(false)
            .build();
    return ModelParts.open(
        ModelFiles.read(config, new ArrayList<>()),
        config,
        new SessionFactory(config, new ArrayList<>()),
        new ArrayList<>());
  }

  private StateContext context(
      ModelParts parts, List<PromptRow> prompts, RunControl control, int expectedTokens) {
    return new StateContext(
        parts.decoder(),
        buffers,
        prompts,
        new HashMap<>(),
        new HashMap<>(),
        control,
        parts.decoder().vocabularySize(parts.config()),
        0,
        "",
        false,
        expectedTokens);
  }

  private static List<PromptRow> raggedPrompts() {
    List<PromptRow> prompts = new ArrayList<>();
    Random random = new Random(4);
    for (int length : new int[] {1, 13, 5, 8}) {
      prompts.add(new PromptRow(random.ints(length, 3, 500).toArray(), null, null));
    }
    return prompts;
  }

  private static void assertSameLogits(StepOutput actual, StepOutput expected, int rows) {
    float[] one = new float[expected.vocabularySize()];
    float[] other = new float[expected.vocabularySize()];
    for (int row = 0; row < rows; row++) {
      expected.logits(row, one);
      actual.logits(row, other);
      double largest = 0;
      for (int i = 0; i < one.length; i++) {
        largest = Math.max(largest, Math.abs(one[i] - other[i]));
      }
      assertThat(largest).as("row %d", row).isLessThan(EXACT);
    }
  }

  private static void assertSameSteps(DecodingState actual, DecodingState expected) {
    assertSameLogits(actual.start(), expected.start(), expected.rows());
    Random random = new Random(8);
    for (int step = 0; step < STEPS; step++) {
      if (step % 7 == 3) {
        int rows = 1 + random.nextInt(6);
        int[] parents = random.ints(rows, 0, expected.rows()).toArray();
        expected.gather(parents, rows);
        actual.gather(parents, rows);
      }
      int[] tokens = random.ints(expected.rows(), 3, 500).toArray();
      assertSameLogits(actual.append(tokens), expected.append(tokens), expected.rows());
    }
  }

  /** A capacity of 16 at first, which 13 + 60 positions outgrow several times. */
  @Test
  void a_shared_buffer_that_outgrows_its_capacity_equals_a_cache_passed_in_and_out() {
    try (ModelParts plain = open("llama-tiny");
        ModelParts shared = open("llama-tiny-gqa");
        RunControl control = new RunControl();
        DecodingState expected = new CachedState(context(plain, raggedPrompts(), control, 128));
        DecodingState actual =
            new SharedBufferState(context(shared, raggedPrompts(), control, 1))) {
      assertSameSteps(actual, expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 12, 13})
  void a_prompt_that_runs_in_parts_equals_one_that_runs_whole(int positionsPerRun) {
    List<PromptRow> prompts = raggedPrompts();
    for (String fixture : List.of("gpt2-tiny", "gpt2-tiny-merged", "llama-tiny")) {
      try (ModelParts parts = open(fixture);
          RunControl control = new RunControl();
          DecodingState expected = new CachedState(context(parts, prompts, control, 128));
          DecodingState actual =
              new CachedState(
                  context(parts, prompts, control, 128),
                  512L * Float.BYTES * prompts.size() * positionsPerRun)) {
        assertSameSteps(actual, expected);
      }
    }
  }

  private static void assertKeepsOldestTokens(DecodingState actual, DecodingState expected) {
    actual.start();
    expected.start();
    int rows = actual.rows();
    Random random = new Random(5);
    for (int most : new int[] {3, 1, 4}) {
      int[] kept = new int[rows];
      Arrays.setAll(kept, row -> most - 1);
      actual.mark();
      for (int i = 0; i < most; i++) {
        int[] tokens = random.ints(rows, 3, 500).toArray();
        actual.append(tokens);
        if (i < most - 1) {
          expected.append(tokens);
        }
      }
      assertThat(actual.restore(kept)).isTrue();
      int[] next = random.ints(rows, 3, 500).toArray();
      assertSameLogits(actual.append(next), expected.append(next), rows);
    }
  }

  @Test
  void going_back_may_leave_the_oldest_tokens() {
    List<PromptRow> one = List.of(raggedPrompts().get(1));
    try (ModelParts plain = open("llama-tiny");
        ModelParts shared = open("llama-tiny-gqa");
        RunControl control = new RunControl()) {
      for (List<PromptRow> prompts : List.of(one, raggedPrompts())) {
        try (DecodingState expected = new CachedState(context(plain, prompts, control, 128));
            DecodingState actual = new SharedBufferState(context(shared, prompts, control, 1))) {
          assertKeepsOldestTokens(actual, expected);
        }
        try (DecodingState expected = new CachedState(context(plain, prompts, control, 128));
            DecodingState actual = new CachedState(context(plain, prompts, control, 128))) {
          assertKeepsOldestTokens(actual, expected);
        }
      }
      try (DecodingState expected = new CachedState(context(plain, one, control, 128));
          DecodingState actual = new RecomputeState(context(plain, one, control, 1))) {
        assertKeepsOldestTokens(actual, expected);
      }
    }
  }

  @Test
  void a_cache_whose_rows_would_keep_different_numbers_of_tokens_keeps_none() {
    try (ModelParts plain = open("llama-tiny");
        RunControl control = new RunControl();
        DecodingState expected = new CachedState(context(plain, raggedPrompts(), control, 128));
        DecodingState actual = new CachedState(context(plain, raggedPrompts(), control, 128))) {
      expected.start();
      actual.start();
      actual.mark();
      actual.append(new int[] {5, 6, 7, 8});
      assertThat(actual.restore(new int[] {1, 0, 1, 1})).isFalse();
      int[] next = {9, 10, 11, 12};
      assertSameLogits(actual.append(next), expected.append(next), 4);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 12})
  void a_prompt_that_runs_in_parts_into_a_shared_buffer_equals_one_that_runs_whole(
      int positionsPerRun) {
    List<PromptRow> prompts = List.of(raggedPrompts().get(1));
    try (ModelParts parts = open("llama-tiny-gqa");
        RunControl control = new RunControl();
        DecodingState expected = new SharedBufferState(context(parts, prompts, control, 128));
        DecodingState actual =
            new SharedBufferState(
                context(parts, prompts, control, 128), 512L * Float.BYTES * positionsPerRun)) {
      assertSameSteps(actual, expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "gpt2-tiny-legacy", "gpt2-tiny-merged"})
  void a_state_without_a_cache_equals_one_with_it(String fixture) {
    List<PromptRow> prompts = List.of(raggedPrompts().get(1));
    try (ModelParts parts = open(fixture);
        RunControl control = new RunControl();
        DecodingState expected = new CachedState(context(parts, prompts, control, 128));
        DecodingState actual = new RecomputeState(context(parts, prompts, control, 1))) {
      assertSameSteps(actual, expected);
    }
  }
}
