package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.loquent.ModelConfig;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A graph that was changed while it was loaded says what the untouched one says. */
final class GraphAdditionsTest {

  private static ModelConfig.Builder config(String fixture) {
    return ModelConfig.builder(Paths.get("src", "test", "resources", "fixtures", fixture))
        .intraOpThreads(1);
  }

  private static List<PromptRow> prompts(String fixture) {
    List<PromptRow> prompts = new ArrayList<>();
    prompts.add(new PromptRow(new int[] {11, 7, 300, 45, 9, 27}, null, null));
    // gpt2-tiny-legacy has no position_ids, so its rows must be of one length.
    prompts.add(
        fixture.equals("gpt2-tiny-legacy")
            ? new PromptRow(new int[] {3, 4, 5, 6, 7, 8}, null, null)
            : new PromptRow(new int[] {200, 31}, null, null));
    return prompts;
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
        "llama-tiny-gqa"
      })
  void gives_the_same_logits_as_the_untouched_graph(String fixture) {
    List<String> findings = new ArrayList<>();
    try (LoadedModel changed = LoadedModel.load(config(fixture).build(), findings);
        LoadedModel untouched =
            LoadedModel.load(config(fixture).graphAdditions(false).build(), new ArrayList<>())) {
      assertThat(findings).anyMatch(finding -> finding.startsWith("graph additions: only"));
      for (boolean allPositions : new boolean[] {false, true}) {
        compare(changed, untouched, prompts(fixture), allPositions);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-tiny", "llama-tiny-gqa"})
  void says_that_the_attention_of_one_new_token_runs_as_matrix_products(String fixture) {
    assumeThat(ProcessorFeatures.here()).contains("avx2");
    List<String> findings = new ArrayList<>();
    LoadedModel.load(config(fixture).build(), findings).close();
    assertThat(findings).filteredOn(finding -> finding.contains("one new token")).hasSize(1);
    assertThat(findings).noneMatch(finding -> finding.contains("as the operator does it"));
  }

  @Test
  void leaves_the_attention_of_few_heads_to_the_operator_where_there_are_many_threads() {
    assumeThat(ProcessorFeatures.here()).contains("avx2");
    List<String> findings = new ArrayList<>();
    LoadedModel.load(config("llama-tiny-gqa").intraOpThreads(64).build(), findings).close();
    assertThat(findings)
        .anyMatch(finding -> finding.contains("as the operator does it, because no Group"));
  }

  private static void compare(
      LoadedModel changed, LoadedModel untouched, List<PromptRow> prompts, boolean allPositions) {
    OpenOptions options = new OpenOptions(false, true, allPositions, 40);
    try (RunControl control = new RunControl();
        DecodingState one = changed.open(prompts, options, control);
        DecodingState other = untouched.open(prompts, options, control)) {
      StepOutput oneOutput = one.start();
      StepOutput otherOutput = other.start();
      for (int row = 0; row < prompts.size(); row++) {
        if (allPositions) {
          assertThat(oneOutput.positions(row)).isEqualTo(prompts.get(row).ids().length);
        }
        for (int back = 0; back < (allPositions ? prompts.get(row).ids().length : 1); back++) {
          assertClose(oneOutput, otherOutput, row, back);
        }
      }
      int[] next = {17, 18};
      oneOutput = one.append(next);
      otherOutput = other.append(next);
      assertClose(oneOutput, otherOutput, 0, 0);
      assertClose(oneOutput, otherOutput, 1, 0);
    }
  }

  /** Compares the logits of a position, counted back from the newest. */
  private static void assertClose(StepOutput one, StepOutput other, int row, int back) {
    float[] a = new float[one.vocabularySize()];
    float[] b = new float[other.vocabularySize()];
    one.logits(row, one.positions(row) - 1 - back, a);
    other.logits(row, other.positions(row) - 1 - back, b);
    assertThat(a).containsExactly(b, within(1e-4f));
  }

  @Test
  void leaves_a_head_alone_that_quantizes_what_it_reads() {
    List<String> findings = new ArrayList<>();
    LoadedModel.load(config("gpt2-tiny-hub").precision("q8").build(), findings).close();
    assertThat(findings)
        .anyMatch(
            finding ->
                finding.contains("all positions go through the language-model head, because"));
  }
}
