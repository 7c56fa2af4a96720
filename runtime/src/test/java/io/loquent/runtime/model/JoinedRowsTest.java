package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.InferenceException;
import io.loquent.ModelConfig;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that join a state under way give what they give alone. */
final class JoinedRowsTest {

  private static final double EXACT = 1e-4;
  private static final int STEPS = 24;

  private static ModelConfig.Builder config(String fixture) {
    return ModelConfig.builder(Paths.get("src", "test", "resources", "fixtures", fixture))
        .intraOpThreads(1);
  }

  private static LoadedModel open(String fixture) {
    return LoadedModel.load(config(fixture).build(), new ArrayList<>());
  }

  private static PromptRow prompt(LoadedModel model, int length, int seed) {
    int[] ids = new Random(seed).ints(length, 3, 100).toArray();
    return model.isEncoderDecoder()
        ? new PromptRow(new int[] {0}, ids, null)
        : new PromptRow(ids, null, null);
  }

  /** A token that follows from the row and the step alone. */
  private static int token(int row, int step) {
    return 3 + (row * 31 + step * 7) % 90;
  }

  private static float[] logits(StepOutput output, int row) {
    float[] logits = new float[output.vocabularySize()];
    output.logits(row, logits);
    return logits;
  }

  private static void assertClose(float[] actual, float[] expected, String where) {
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
    }
    assertThat(largest).as(where).isLessThan(EXACT);
  }

  private static List<float[]> alone(LoadedModel model, PromptRow prompt, int row, int steps) {
    List<float[]> answers = new ArrayList<>();
    try (RunControl control = new RunControl();
        DecodingState state = open(model, prompt, control)) {
      answers.add(logits(state.start(), 0));
      for (int step = 0; step < steps; step++) {
        answers.add(logits(state.append(new int[] {token(row, step)}), 0));
      }
    }
    return answers;
  }

  private static DecodingState open(LoadedModel model, PromptRow prompt, RunControl control) {
    return model.open(List.of(prompt), new OpenOptions(false, true, false, 20), control);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny, true",
    "gpt2-tiny-nocache, true",
    "gpt2-tiny-merged, true",
    "llama-tiny, true",
    "llama-tiny-gqa, true",
    "lstm-seq2seq-tiny, true",
    "gru-bahdanau-tiny, true",
    "t5-tiny, false",
    "marian-tiny, false",
    "bart-tiny, false"
  })
  void rows_join_at_any_length_where_padding_can_be_told_from_text(String fixture, boolean joins) {
    int[] promptLengths = {4, 9, 1};
    try (LoadedModel model = open(fixture)) {
      assertThat(model.rowsJoinAtAnyLength()).isEqualTo(joins);
      List<PromptRow> prompts = new ArrayList<>();
      List<List<float[]>> expected = new ArrayList<>();
      for (int row = 0; row < promptLengths.length; row++) {
        prompts.add(prompt(model, promptLengths[row], row));
        expected.add(alone(model, prompts.get(row), row, STEPS));
      }
      try (RunControl control = new RunControl();
          DecodingState state = open(model, prompts.get(0), control)) {
        state.start();
        int[] joinedAt = {0, 3, 17};
        for (int step = 0; step < STEPS; step++) {
          for (int row = 1; row < prompts.size(); row++) {
            if (joinedAt[row] == step) {
              assertThat(join(model, state, prompts.get(row))).isEqualTo(joins);
            }
          }
          int[] tokens = new int[state.rows()];
          for (int row = 0; row < tokens.length; row++) {
            tokens[row] = token(row, step - joinedAt[row]);
          }
          StepOutput output = state.append(tokens);
          for (int row = 0; row < tokens.length; row++) {
            assertClose(
                logits(output, row),
                expected.get(row).get(1 + step - joinedAt[row]),
                "row " + row + " after step " + step);
          }
        }
        assertThat(state.rows()).isEqualTo(joins ? 3 : 1);
      }
      assertThat(model.lentBuffers()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "gpt2-tiny-nocache", "llama-tiny", "llama-tiny-gqa"})
  void rows_go_on_when_the_longest_ones_have_left(String fixture) {
    try (LoadedModel model = open(fixture);
        RunControl control = new RunControl()) {
      PromptRow longest = prompt(model, 20, 1);
      PromptRow shorter = prompt(model, 4, 2);
      PromptRow newcomer = prompt(model, 3, 3);
      List<float[]> expected = alone(model, shorter, 1, 12);
      List<float[]> expectedLast = alone(model, newcomer, 2, 5);
      try (DecodingState state = open(model, longest, control)) {
        state.start();
        assertThat(join(model, state, shorter)).isTrue();
        for (int step = 0; step < 6; step++) {
          StepOutput output = state.append(new int[] {token(0, step), token(1, step)});
          assertClose(logits(output, 1), expected.get(step + 1), "together " + step);
        }
        state.gather(new int[] {1}, 1);
        StepOutput alone = state.append(new int[] {token(1, 6)});
        assertClose(logits(alone, 0), expected.get(7), "alone");
        assertThat(join(model, state, newcomer)).isTrue();
        for (int step = 0; step < 5; step++) {
          StepOutput output = state.append(new int[] {token(1, 7 + step), token(2, step)});
          assertClose(logits(output, 0), expected.get(8 + step), "with the newcomer " + step);
          assertClose(logits(output, 1), expectedLast.get(step + 1), "newcomer " + step);
        }
      }
    }
  }

  private static boolean join(LoadedModel model, DecodingState state, PromptRow prompt) {
    try (RunControl control = new RunControl();
        DecodingState newcomer = open(model, prompt, control)) {
      newcomer.start();
      return state.absorb(newcomer);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"t5-tiny", "t5-tiny-merged", "marian-tiny", "bart-tiny"})
  void rows_of_equal_length_join_behind_encoder_inputs_of_unequal_length(String fixture) {
    try (LoadedModel model = open(fixture)) {
      for (int[] lengths : new int[][] {{4, 9}, {9, 4}, {6, 6}}) {
        PromptRow first = prompt(model, lengths[0], 1);
        PromptRow second = prompt(model, lengths[1], 2);
        List<float[]> expectedFirst = alone(model, first, 0, 8);
        List<float[]> expectedSecond = alone(model, second, 1, 8);
        try (RunControl control = new RunControl();
            DecodingState state = open(model, first, control)) {
          state.start();
          assertThat(join(model, state, second)).isTrue();
          for (int step = 0; step < 8; step++) {
            StepOutput output = state.append(new int[] {token(0, step), token(1, step)});
            assertClose(logits(output, 0), expectedFirst.get(step + 1), "first, " + step);
            assertClose(logits(output, 1), expectedSecond.get(step + 1), "second, " + step);
          }
          state.gather(new int[] {1, 1, 0}, 3);
          assertThat(state.rows()).isEqualTo(3);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "gpt2-tiny-legacy", "llama-tiny-gqa", "t5-tiny"})
  void a_prompt_in_parts_gives_what_it_gives_at_once(String fixture) {
    try (LoadedModel model = open(fixture);
        RunControl control = new RunControl()) {
      PromptRow prompt = prompt(model, 13, 3);
      List<float[]> expected = alone(model, prompt, 0, 3);
      for (int part : new int[] {1, 4, 12, 13, 100}) {
        try (DecodingState state = open(model, prompt, control)) {
          StepOutput output = null;
          int parts = 0;
          while (output == null) {
            output = state.startPart(part);
            parts++;
          }
          if (fixture.equals("llama-tiny-gqa")) {
            assertThat(parts).isEqualTo((12 + part) / part);
          }
          assertClose(logits(output, 0), expected.get(0), "parts of " + part);
          assertClose(
              logits(state.append(new int[] {token(0, 0)}), 0), expected.get(1), "continued");
        }
      }
    }
  }

  /** Two states in so much memory that a further step of both may fail, and the rest of them. */
  private record Limited(DecodingState first, DecodingState second) implements AutoCloseable {

    static Limited open(ModelParts parts, NativeBuffers buffers, RunControl control) {
      DecodingState first = state(parts, buffers, control, 50);
      try {
        return new Limited(first, state(parts, buffers, control, 60));
      } catch (RuntimeException e) {
        first.close();
        throw e;
      }
    }

    private static DecodingState state(
        ModelParts parts, NativeBuffers buffers, RunControl control, int length) {
      StateContext context =
          new StateContext(
              parts.decoder(),
              buffers,
              List.of(new PromptRow(new Random(length).ints(length, 3, 100).toArray(), null, null)),
              new HashMap<>(),
              new HashMap<>(),
              control,
              parts.decoder().vocabularySize(parts.config()),
              0,
              "",
              false,
              20);
      DecodingState state =
          parts.sharesBuffers() ? new SharedBufferState(context) : new CachedState(context);
      try {
        state.start();
        return state;
      } catch (RuntimeException e) {
        state.close();
        throw e;
      }
    }

    float[] next(int which) {
      return logits((which == 0 ? first : second).append(new int[] {token(which, 0)}), 0);
    }

    @Override
    public void close() {
      first.close();
      second.close();
    }
  }

  /** Does something in ever more memory, and counts how often there was too little for it. */
  private static int refusals(String fixture, Consumer<Limited> action) {
    ModelConfig config = config(fixture).build();
    int refused = 0;
    try (ModelParts parts =
            ModelParts.open(
                ModelFiles.read(config, new ArrayList<>()),
                config,
                new SessionFactory(config, new ArrayList<>()),
                new ArrayList<>());
        RunControl control = new RunControl()) {
      NativeBuffers unlimited = new NativeBuffers(0);
      float[][] expected = new float[2][];
      try (Limited states = Limited.open(parts, unlimited, control)) {
        expected[0] = states.next(0);
        expected[1] = states.next(1);
      }
      for (int pages = 1; pages < 240; pages += 2) {
        NativeBuffers buffers = new NativeBuffers(0, pages * 4096L);
        try (Limited states = Limited.open(parts, buffers, control)) {
          try {
            action.accept(states);
          } catch (InferenceException e) {
            assertThat(e).hasMessageContaining("memory_limit_mb");
            assertClose(states.next(1), expected[1], "the second state goes on alone");
            states.second.close();
            assertClose(states.next(0), expected[0], "the first state goes on alone");
            refused++;
          }
        } catch (InferenceException e) {
          assertThat(e).hasMessageContaining("memory_limit_mb");
        }
        assertThat(buffers.lent()).isZero();
      }
    }
    return refused;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny-gqa"})
  void a_join_without_memory_leaves_both_states_as_they_were(String fixture) {
    int refused =
        refusals(fixture, states -> assertThat(states.first.absorb(states.second)).isTrue());
    assertThat(refused).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny-gqa"})
  void a_move_of_rows_without_memory_moves_nothing(String fixture) {
    int[] parents = new int[40];
    int refused = refusals(fixture, states -> states.first.gather(parents, parents.length));
    assertThat(refused).isPositive();
  }

  /** With a capacity of 20 positions, the cache has to grow on the way. */
  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny-gqa"})
  void a_cache_that_cannot_grow_keeps_what_it_has(String fixture) {
    ModelConfig config = config(fixture).build();
    int failed = 0;
    try (ModelParts parts =
            ModelParts.open(
                ModelFiles.read(config, new ArrayList<>()),
                config,
                new SessionFactory(config, new ArrayList<>()),
                new ArrayList<>());
        RunControl control = new RunControl()) {
      List<float[]> expected = new ArrayList<>();
      try (Limited states = Limited.open(parts, new NativeBuffers(0), control)) {
        for (int step = 0; step < 60; step++) {
          expected.add(states.next(0));
        }
      }
      for (int pages = 20; pages < 240; pages += 4) {
        try (Limited states = Limited.open(parts, new NativeBuffers(0, pages * 4096L), control)) {
          for (int step = 0; step < 60; step++) {
            float[] next;
            try {
              next = states.next(0);
            } catch (InferenceException e) {
              // Once more, with the memory of the other one.
              states.second.close();
              next = states.next(0);
              failed++;
            }
            assertClose(next, expected.get(step), "step " + step);
          }
        } catch (InferenceException e) {
          assertThat(e).hasMessageContaining("memory_limit_mb");
        }
      }
    }
    assertThat(failed).isPositive();
  }

  @Test
  void states_of_different_kinds_do_not_join() {
    try (LoadedModel model = open("gpt2-tiny");
        LoadedModel twin = open("gpt2-tiny");
        RunControl control = new RunControl();
        DecodingState state = open(model, prompt(model, 3, 1), control);
        DecodingState ofTwin = open(twin, prompt(model, 3, 1), control);
        DecodingState withoutCache =
            model.open(
                List.of(prompt(model, 3, 1)), new OpenOptions(false, false, false, 9), control);
        DecodingState withHiddenStates =
            model.open(
                List.of(prompt(model, 3, 1)), new OpenOptions(true, true, true, 9), control)) {
      List<DecodingState> others = List.of(ofTwin, withoutCache, withHiddenStates, state);
      state.start();
      others.subList(0, 3).forEach(DecodingState::start);
      assertThat(others).noneMatch(state::absorb);
    }
  }
}
