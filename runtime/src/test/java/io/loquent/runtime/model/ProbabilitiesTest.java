package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.ModelConfig;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.LogProbabilities;
import java.nio.FloatBuffer;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Probabilities that a graph computed are those of the logits that it gives beside them. */
final class ProbabilitiesTest {

  private static final OpenOptions OPTIONS = new OpenOptions(false, true, false, 40);

  private static ModelConfig.Builder config(String fixture) {
    return ModelConfig.builder(Paths.get("src", "test", "resources", "fixtures", fixture))
        .intraOpThreads(1);
  }

  private static List<PromptRow> prompts(LoadedModel model, int rows) {
    List<PromptRow> prompts = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      int[] ids = {11 + row, 7, 30, 45 - row};
      prompts.add(
          model.isEncoderDecoder()
              ? new PromptRow(new int[] {2}, ids, null)
              : new PromptRow(ids, null, null));
    }
    return prompts;
  }

  private static void check(StepOutput output, int row, int position) {
    float[] logits = new float[output.vocabularySize()];
    output.logits(row, position, logits);
    for (int id = 0; id < logits.length; id++) {
      FloatBuffer probabilities = output.probabilitiesInPlace(row, position);
      assertThat(LogProbabilities.ofSoftmax(probabilities, logits.length, id))
          .isCloseTo(LogProbabilities.at(logits, id), within(2e-6));
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
        "gpt2-tiny-hub",
        "llama-tiny",
        "llama-tiny-gqa",
        "t5-tiny",
        "t5-tiny-merged",
        "bart-tiny",
        "marian-tiny",
        "marian-tiny-merged",
        "lstm-seq2seq-tiny"
      })
  void are_those_of_the_logits_for_every_row_of_every_step(String fixture) {
    try (LoadedModel model = LoadedModel.load(config(fixture).build(), new ArrayList<>());
        RunControl control = new RunControl()) {
      for (int rows : new int[] {1, 3}) {
        try (DecodingState state = model.open(prompts(model, rows), OPTIONS, control)) {
          state.ask(true, true, 0);
          state.start();
          for (int step = 0; step < 3; step++) {
            StepOutput output = state.append(new int[] {17 + step, 18, 5});
            for (int row = 0; row < rows; row++) {
              check(output, row, output.positions(row) - 1);
            }
          }
          state.gather(new int[] {0}, 1);
          check(state.append(new int[] {9}), 0, 0);
        }
      }
      assertThat(model.lentBuffers()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny", "llama-tiny-gqa"})
  void are_there_for_every_guess_that_is_verified(String fixture) {
    try (LoadedModel model = LoadedModel.load(config(fixture).build(), new ArrayList<>());
        RunControl control = new RunControl();
        DecodingState state = model.open(prompts(model, 1), OPTIONS, control)) {
      state.ask(true, true, 0);
      state.start();
      StepOutput output = state.append(new int[] {17, 18, 19}, new int[] {3});
      assertThat(output.positions(0)).isEqualTo(3);
      for (int position = 0; position < 3; position++) {
        check(output, 0, position);
      }
      state.rollback(new int[] {1});
      check(state.append(new int[] {9}), 0, 0);
    }
  }

  @Test
  void are_not_computed_for_who_does_not_ask_or_where_the_graph_stays_as_it_is() {
    for (boolean additions : new boolean[] {true, false}) {
      ModelConfig config = config("llama-tiny-gqa").graphAdditions(additions).build();
      try (LoadedModel model = LoadedModel.load(config, new ArrayList<>());
          RunControl control = new RunControl();
          DecodingState state = model.open(prompts(model, 1), OPTIONS, control)) {
        state.ask(true, !additions, 0);
        assertThat(state.start().probabilitiesInPlace(0, 0)).isNull();
        assertThat(state.append(new int[] {5}).probabilitiesInPlace(0, 0)).isNull();
        state.ask(true, true, 0);
        assertThat(state.append(new int[] {5}).probabilitiesInPlace(0, 0) != null)
            .isEqualTo(additions);
      }
    }
  }

  @Test
  void are_among_the_findings() {
    List<String> findings = new ArrayList<>();
    LoadedModel.load(config("llama-tiny-gqa").build(), findings).close();
    assertThat(findings)
        .contains(
            "graph additions: greedy search and sampling read how probable tokens are, which the"
                + " graph computes itself");
  }
}
