package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.ModelConfig;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import io.loquent.runtime.onnx.ChangedScores;
import io.loquent.runtime.onnx.KeptLogits;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention in small nodes that runs as GroupQueryAttention says what the untouched graph says. */
final class SharedAttentionTest {

  private static final String SHARES = "runs as GroupQueryAttention";
  private static final String APART = "its attention stays as it is";
  private static final int STEPS = 30;

  private static Path fixture(String name) {
    return Paths.get("src", "test", "resources", "fixtures", name);
  }

  private static ModelConfig.Builder config(Path folder) {
    return ModelConfig.builder(folder).intraOpThreads(1);
  }

  private static List<PromptRow> raggedPrompts() {
    List<PromptRow> prompts = new ArrayList<>();
    Random random = new Random(6);
    for (int length : new int[] {9, 2, 14, 1}) {
      prompts.add(new PromptRow(random.ints(length, 3, 500).toArray(), null, null));
    }
    return prompts;
  }

  /** Loads a folder twice and lets a body compare; the first is changed. */
  private static void compare(
      Path folder, OpenOptions options, List<PromptRow> prompts, Steps body) {
    List<String> findings = new ArrayList<>();
    try (LoadedModel changed = LoadedModel.load(config(folder).build(), findings);
        LoadedModel untouched =
            LoadedModel.load(config(folder).graphAdditions(false).build(), new ArrayList<>());
        RunControl control = new RunControl();
        DecodingState actual = changed.open(prompts, options, control);
        DecodingState expected = untouched.open(prompts, options, control)) {
      assertThat(findings).anyMatch(finding -> finding.contains(SHARES));
      assertThat(changed.info().layout()).contains("share one buffer");
      body.run(actual, expected);
    }
  }

  private interface Steps {
    void run(DecodingState actual, DecodingState expected);
  }

  /** With rows that move, as beams do, and leave. */
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

  private static void assertSameLogits(StepOutput actual, StepOutput expected, int rows) {
    float[] one = new float[expected.vocabularySize()];
    float[] other = new float[expected.vocabularySize()];
    for (int row = 0; row < rows; row++) {
      expected.logits(row, one);
      actual.logits(row, other);
      assertThat(other).as("row %d", row).containsExactly(one, within(1e-4f));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2-tiny",
        "gpt2-tiny-external",
        "gpt2-tiny-hub",
        "gpt2-tiny-merged",
        "llama-tiny"
      })
  void gives_the_same_logits_as_the_untouched_graph(String name) {
    OpenOptions options = new OpenOptions(false, true, false, 4);
    compare(fixture(name), options, raggedPrompts(), SharedAttentionTest::assertSameSteps);
  }

  @Test
  void gives_the_same_logits_without_the_cache() {
    OpenOptions options = new OpenOptions(false, false, false, 64);
    compare(fixture("llama-tiny"), options, raggedPrompts(), SharedAttentionTest::assertSameSteps);
  }

  @Test
  void gives_the_same_hidden_states() {
    OpenOptions options = new OpenOptions(true, true, true, 64);
    List<PromptRow> prompts = List.of(raggedPrompts().get(0));
    compare(
        fixture("llama-tiny"),
        options,
        prompts,
        (actual, expected) -> {
          StepOutput one = expected.start();
          StepOutput other = actual.start();
          for (int position = 0; position < prompts.get(0).ids().length; position++) {
            float[] vector = new float[one.hiddenSize()];
            float[] same = new float[other.hiddenSize()];
            one.hiddenState(0, position, vector);
            other.hiddenState(0, position, same);
            assertThat(same).containsExactly(vector, within(1e-4f));
          }
        });
  }

  private static List<String> findings(Path folder, String precision) {
    List<String> findings = new ArrayList<>();
    LoadedModel.load(config(folder).precision(precision).build(), findings).close();
    return findings;
  }

  @ParameterizedTest
  @CsvSource({"gpt2-tiny-hub, fp16", "gpt2-tiny-hub, q8"})
  void takes_half_precision_and_quantized_projections(String name, String precision) {
    assertThat(findings(fixture(name), precision)).anyMatch(finding -> finding.contains(SHARES));
  }

  @Test
  void says_why_a_split_export_stays_as_it_is() {
    assertThat(findings(fixture("gpt2-tiny-legacy"), "auto"))
        .anyMatch(finding -> finding.contains(APART) && finding.contains("two graphs"));
  }

  private static Path changed(ChangedScores change, Path folder) throws IOException {
    Path original = fixture("llama-tiny");
    Files.copy(original.resolve("config.json"), folder.resolve("config.json"));
    byte[] model = Files.readAllBytes(original.resolve("model.onnx"));
    Files.write(folder.resolve("model.onnx"), change.of(model));
    return folder;
  }

  @Test
  void takes_any_scale(@TempDir Path folder) throws IOException {
    OpenOptions options = new OpenOptions(false, true, false, 64);
    Path doubled = changed(ChangedScores.DOUBLED, folder);
    compare(doubled, options, raggedPrompts(), SharedAttentionTest::assertSameSteps);
  }

  @Test
  void picks_positions_from_graphs_that_keep_only_some(@TempDir Path folder) throws IOException {
    Path original = fixture("llama-tiny");
    Files.copy(original.resolve("config.json"), folder.resolve("config.json"));
    byte[] model = Files.readAllBytes(original.resolve("model.onnx"));
    Files.write(folder.resolve("model.onnx"), KeptLogits.of(model));
    OpenOptions options = new OpenOptions(false, true, false, 64);
    compare(folder, options, raggedPrompts(), SharedAttentionTest::assertSameSteps);
  }

  @ParameterizedTest
  @EnumSource(
      value = ChangedScores.class,
      names = {"CAPPED", "SLOPED"})
  void leaves_other_attention_alone(ChangedScores change, @TempDir Path folder) throws IOException {
    assertThat(findings(changed(change, folder), "auto"))
        .anyMatch(f -> f.contains(APART) && f.contains("is not plain causal attention"));
  }

  @Test
  void leaves_a_sliding_window_alone_that_is_longer_than_a_prompt(@TempDir Path folder)
      throws IOException {
    assertThat(findings(changed(ChangedScores.WINDOWED, folder), "auto"))
        .anyMatch(f -> f.contains(APART) && f.contains("does not see all 128 positions"));
  }

  @Test
  void leaves_a_graph_alone_that_counts_positions_by_the_past(@TempDir Path folder)
      throws IOException {
    Path original = fixture("gpt2-tiny-legacy");
    Files.copy(original.resolve("config.json"), folder.resolve("config.json"));
    Files.copy(original.resolve("decoder_with_past_model.onnx"), folder.resolve("model.onnx"));
    assertThat(findings(folder, "auto"))
        .anyMatch(f -> f.contains(APART) && f.contains("outside the attention reads 'past_key"));
  }
}
