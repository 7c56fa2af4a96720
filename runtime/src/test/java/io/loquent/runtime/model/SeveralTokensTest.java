package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.ModelConfig;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import io.loquent.runtime.onnx.GruDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Rows that append several tokens at once, each its own number, and lose some of them again, beside
 * the same rows alone, which append the tokens that stay one by one.
 */
final class SeveralTokensTest {

  private static final double EXACT = 1e-4;
  private static final int ROUNDS = 25;
  private static final int MOST = 6;

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny, true",
    "gpt2-tiny, false",
    "gpt2-tiny-nocache, true",
    "gpt2-tiny-nocache, false",
    "gpt2-tiny-legacy, true",
    "gpt2-tiny-merged, true",
    "gpt2-tiny-merged, false",
    "llama-tiny, true",
    "llama-tiny, false",
    "llama-tiny-gqa, true",
    "llama-tiny-gqa, false",
    "t5-tiny, true",
    "t5-tiny-merged, true",
    "bart-tiny, true",
    "marian-tiny, true",
    "marian-tiny-merged, true",
    "lstm-seq2seq-tiny, true",
    "gru-bahdanau-tiny, true"
  })
  void several_tokens_equal_one_after_the_other(String fixture, boolean graphAdditions) {
    ModelConfig config =
        ModelConfig.builder(Paths.get("src", "test", "resources", "fixtures", fixture))
            .intraOpThreads(1)
            .graphAdditions(graphAdditions)
            .build();
    try (LoadedModel model = LoadedModel.load(config, new ArrayList<>())) {
      for (int rows : new int[] {1, 4}) {
        compare(model, rows, true);
        compare(model, rows, false);
      }
      assertThat(model.lentBuffers()).isZero();
    }
  }

  /** Its state cannot be cut back, so tokens that stay run again. */
  @Test
  void a_recurrent_graph_that_takes_several_tokens_runs_them_again(@TempDir Path folder)
      throws IOException {
    Files.write(folder.resolve("model.onnx"), GruDecoder.model());
    Files.writeString(folder.resolve("config.json"), "{\"eos_token_id\": 0}");
    ModelConfig config = ModelConfig.builder(folder).intraOpThreads(1).build();
    try (LoadedModel model = LoadedModel.load(config, new ArrayList<>())) {
      for (int rows : new int[] {1, 4}) {
        compare(model, rows, true);
      }
      assertThat(model.lentBuffers()).isZero();
    }
  }

  private static void compare(LoadedModel model, int rows, boolean useCache) {
    if (!useCache && model.info().name().matches(".*(lstm|gru).*")) {
      return;
    }
    List<PromptRow> prompts = prompts(model, rows);
    OpenOptions options = new OpenOptions(false, useCache, false, 128);
    List<DecodingState> alone = new ArrayList<>();
    try (RunControl control = new RunControl()) {
      try (DecodingState together = model.open(prompts, options, control)) {
        for (PromptRow prompt : prompts) {
          alone.add(model.open(List.of(prompt), options, control));
        }
        new Comparison(together, alone).run();
      } finally {
        alone.forEach(DecodingState::close);
      }
    }
  }

  /** Prompts of unequal length where the graph can tell padding from text. */
  private static List<PromptRow> prompts(LoadedModel model, int rows) {
    List<PromptRow> prompts = new ArrayList<>();
    Random random = new Random(4);
    int[] lengths = {5, 1, 9, 3};
    boolean ragged =
        model
            .batchKey(new PromptRow(new int[1], null, null))
            .equals(model.batchKey(new PromptRow(new int[2], null, null)));
    int most = Math.min(100, model.info().vocabularySize());
    for (int row = 0; row < rows; row++) {
      int[] ids = random.ints(ragged ? lengths[row] : 4, 3, most).toArray();
      prompts.add(
          model.isEncoderDecoder()
              ? new PromptRow(new int[] {2}, random.ints(4, 3, most).toArray(), null)
              : new PromptRow(ids, null, null));
    }
    return prompts;
  }

  private static final class Comparison {
    private final Random random = new Random(8);
    private final DecodingState together;
    private final List<DecodingState> alone;
    private final int most;
    private final float[] one;
    private final float[] other;

    Comparison(DecodingState together, List<DecodingState> alone) {
      this.together = together;
      this.alone = new ArrayList<>(alone);
      int vocabulary = together.start().vocabularySize();
      most = Math.min(100, vocabulary);
      one = new float[vocabulary];
      other = new float[vocabulary];
      alone.forEach(DecodingState::start);
    }

    void run() {
      for (int round = 0; round < ROUNDS; round++) {
        if (round == 12 && alone.size() > 1) {
          together.gather(new int[] {0, 3, 2}, 3);
          alone.set(1, alone.get(3));
          alone.remove(3);
        }
        if (round % 5 == 4) {
          step();
        } else {
          round(round);
        }
      }
    }

    private void step() {
      int[] tokens = random.ints(alone.size(), 3, most).toArray();
      StepOutput output = together.append(tokens);
      for (int row = 0; row < alone.size(); row++) {
        assertThat(output.positions(row)).isOne();
        assertSame(output, row, 0, alone.get(row).append(new int[] {tokens[row]}));
      }
    }

    private void round(int round) {
      int rows = alone.size();
      int[] counts = new int[rows];
      int[] dropped = new int[rows];
      int all = 0;
      for (int row = 0; row < rows; row++) {
        counts[row] = Math.min(1 + random.nextInt(MOST), together.mostTokens(row));
        dropped[row] = round % 3 == 0 ? 0 : random.nextInt(counts[row]);
        all += counts[row];
      }
      int[] tokens = random.ints(all, 3, most).toArray();
      StepOutput output = together.append(tokens, counts);
      int next = 0;
      for (int row = 0; row < rows; row++) {
        assertThat(output.positions(row)).isEqualTo(counts[row]);
        for (int i = 0; i < counts[row] - dropped[row]; i++) {
          assertSame(output, row, i, alone.get(row).append(new int[] {tokens[next + i]}));
        }
        next += counts[row];
      }
      together.rollback(dropped);
    }

    private void assertSame(StepOutput actual, int row, int position, StepOutput expected) {
      actual.logits(row, position, one);
      expected.logits(0, other);
      double largest = 0;
      for (int i = 0; i < one.length; i++) {
        largest = Math.max(largest, Math.abs(one[i] - other[i]));
      }
      assertThat(largest).as("row %d, position %d", row, position).isLessThan(EXACT);
    }
  }
}
