package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.ModelConfig;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import io.loquent.runtime.AllocatedBytes;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a step takes of the Java heap does not depend on how many numbers go through it: a row's
 * logits are 2048 bytes and its cache some 10 KB in these models, and a further row costs nearly
 * nothing.
 */
final class StateAllocationTest {

  private static final int TRIES = 3;
  private static final int STEPS = 50;
  private static final double MOST_PER_ROW = 256;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2-tiny",
        "gpt2-tiny-nocache",
        "gpt2-tiny-merged",
        "gpt2-tiny-legacy",
        "llama-tiny-gqa",
        "t5-tiny",
        "t5-tiny-merged",
        "lstm-seq2seq-tiny",
        "gru-bahdanau-tiny"
      })
  void a_further_row_takes_next_to_no_heap(String fixture) {
    ModelConfig config =
        ModelConfig.builder(Paths.get("src", "test", "resources", "fixtures", fixture))
            .intraOpThreads(1)
            .build();
    double perRow = Double.MAX_VALUE;
    try (LoadedModel model = LoadedModel.load(config, new ArrayList<>())) {
      for (int i = 0; i < TRIES && perRow > MOST_PER_ROW; i++) {
        perRow = Math.min(perRow, (perStep(model, 17) - perStep(model, 1)) / 16);
      }
    }
    assertThat(perRow).as("bytes per row and step").isLessThan(MOST_PER_ROW);
  }

  /** The mean over steps that append, read all logits and, every other time, move all rows. */
  private static double perStep(LoadedModel model, int rows) {
    List<PromptRow> prompts = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      prompts.add(
          model.isEncoderDecoder()
              ? new PromptRow(new int[] {2}, new int[] {5, 6, 7, 8}, null)
              : new PromptRow(new int[] {5, 6, 7, 8}, null, null));
    }
    OpenOptions options = new OpenOptions(false, true, false, 128);
    try (RunControl control = new RunControl();
        DecodingState state = model.open(prompts, options, control)) {
      StepOutput output = state.start();
      float[] logits = new float[output.vocabularySize()];
      int[] tokens = new int[rows];
      int[] parents = new Random(1).ints(rows, 0, rows).toArray();
      Arrays.fill(tokens, 9);
      long from = 0;
      for (int step = 0; step < 2 * STEPS; step++) {
        if (step == STEPS) {
          from = AllocatedBytes.now();
        }
        if (step % 2 == 1) {
          state.gather(parents, rows);
        }
        output = state.append(tokens);
        for (int row = 0; row < rows; row++) {
          output.logits(row, logits);
        }
      }
      return (AllocatedBytes.now() - from) / (double) STEPS;
    }
  }
}
