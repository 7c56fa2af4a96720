package io.loquent.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.loquent.runtime.onnx.FixtureGraph.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a graph an early exit needs. */
final class EarlyExitCutTest {

  private static String present(String input) {
    return input.replaceFirst("^past_key_values", "present");
  }

  private static final byte[] GPT2 =
      EarlyExitGraph.of(
          FixtureGraph.read(FixtureGraph.file("gpt2-tiny/model.onnx")),
          "/transformer/h.1/Add_1_output_0",
          "/transformer/h.0/Add_1_output_0",
          1);

  @Test
  void a_cut_has_the_states_of_the_layers_below_it(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("model.onnx"), GPT2);
    EarlyExit exit = new EarlyExit(1, "logits", EarlyExitCutTest::present);
    Set<String> presents = exit.presents(file);
    assertThat(presents).containsExactly("present.0.key", "present.0.value");
    byte[] cut = exit.cut(file, presents).model().orElseThrow();
    assertThat(cut).isEqualTo(exit.cut(GPT2, presents).model().orElseThrow());
    assertThat(cut.length).isLessThan(GPT2.length * 3 / 4);
    assertThat(EarlyExitGraph.signature(cut))
        .containsExactly(
            List.of(
                "input_ids",
                "past_key_values.0.key",
                "past_key_values.0.value",
                "attention_mask",
                "position_ids"),
            List.of("present.0.key", "present.0.value", "logits"));
  }

  @Test
  void a_cut_computes_the_numbers_of_the_whole_graph() throws OrtException {
    FixtureGraph graph = new FixtureGraph("gpt2-tiny/model.onnx", 3, 2, false);
    Map<String, Output> whole = graph.run(GPT2);
    byte[] cut =
        new EarlyExit(1, "logits", EarlyExitCutTest::present)
            .cut(GPT2, Set.of("present.0.key", "present.0.value"))
            .model()
            .orElseThrow();
    Map<String, Output> lower = graph.run(cut);
    assertThat(lower).containsOnlyKeys("logits", "present.0.key", "present.0.value");
    assertThat(lower.get("logits")).isEqualTo(whole.get("early_exit_logits.1"));
    assertThat(lower.get("logits")).isNotEqualTo(whole.get("logits"));
    assertThat(lower.get("present.0.key")).isEqualTo(whole.get("present.0.key"));
  }

  @Test
  void leaving_exits_out_gives_the_graph_back() {
    byte[] plain = EarlyExit.leaveOut(GPT2).model().orElseThrow();
    assertThat(plain).isEqualTo(FixtureGraph.read(FixtureGraph.file("gpt2-tiny/model.onnx")));
  }

  @Test
  void exits_are_known_by_their_names() {
    assertThat(
            EarlyExit.layers(
                List.of(
                    "logits",
                    "early_exit_logits.12",
                    "early_exit_logits.3",
                    "early_exit_logits",
                    "early_exit_logits.0",
                    "early_exit_logits.x")))
        .containsExactly(3, 12);
  }
}
