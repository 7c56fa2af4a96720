package io.loquent.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.Input;
import io.loquent.ModelReport;
import io.loquent.internal.json.Json;
import io.loquent.samples.cli.CommandRunner.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InspectAndScoreCommandTest {

  @TempDir private Path folder;

  private final FakeModel model = new FakeModel();
  private final FakeEncoder encoder = new FakeEncoder();
  private final CommandRunner runner = new CommandRunner(() -> model, () -> encoder);

  @Test
  void inspect_prints_a_table() {
    Outcome outcome = runner.run("inspect", folder.toString());

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out().lines())
        .containsExactly(
            "model       echo",
            "kind        decoder",
            "layout      model.onnx with past inputs",
            "precision   fp32",
            "vocabulary  300 tokens",
            "context     64 tokens",
            "padding id  0",
            "begin id    none",
            "end ids     2, 3",
            "start id    none",
            "",
            "Found",
            "  - found model.onnx",
            "",
            "model.onnx",
            "  input         input_ids              INT64  [batch_size, sequence_length]",
            "  state input   past_key_values.0.key  FLOAT  [batch_size]",
            "  output        logits                 FLOAT  [batch_size, 300]",
            "",
            "Notes",
            "  - a note",
            "",
            "Nothing is missing.");
  }

  @Test
  void inspect_fails_where_something_is_missing() {
    model.report =
        new ModelReport(
            Optional.empty(), List.of("looked in onnx/"), List.of("config.json is missing"));
    encoder.report = model.report;

    Outcome outcome = runner.run("inspect", folder.toString());

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out().lines())
        .containsExactly(
            "Found", "  - looked in onnx/", "", "Problems", "  - config.json is missing", "");
  }

  @Test
  void inspect_explains_a_folder_that_only_an_encoder_can_use() {
    model.report =
        new ModelReport(Optional.empty(), List.of("no decoder"), List.of("it writes no text"));

    Outcome outcome = runner.run("inspect", "--precision=q8", folder.toString());

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out().lines())
        .contains("model       reader", "kind        encoder", "  - found model.onnx")
        .doesNotContain("  - it writes no text");
    assertThat(encoder.config.precision()).isEqualTo("q8");
  }

  @Test
  void inspect_says_what_is_missing_for_both_ways_to_use_a_folder() {
    model.report =
        new ModelReport(
            Optional.empty(), List.of("a graph"), List.of("no such file", "it writes no text"));
    encoder.report =
        new ModelReport(
            Optional.empty(), List.of("a graph"), List.of("no such file", "no tokenizer"));

    Outcome outcome = runner.run("inspect", folder.toString());

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out().lines())
        .containsExactly(
            "Found",
            "  - a graph",
            "",
            "Problems",
            "  - no such file",
            "  - it writes no text",
            "  - as an encoder: no tokenizer",
            "");
  }

  @Test
  void inspect_prints_json() {
    Outcome outcome = runner.run("inspect", "--json", "--precision=q8", folder.toString());

    assertThat(Json.parseObject(outcome.out()))
        .extracting("model")
        .hasToString(
            "{name=echo, kind=decoder, layout=model.onnx with past inputs, precision=fp32,"
                + " vocabulary_size=300, context_length=64, pad_token_id=0, bos_token_id=null,"
                + " eos_token_id=[2, 3], decoder_start_token_id=null, tensors=[{file=model.onnx,"
                + " role=input, name=input_ids, type=INT64, shape=[batch_size, sequence_length]},"
                + " {file=model.onnx, role=state_input, name=past_key_values.0.key, type=FLOAT,"
                + " shape=[batch_size]}, {file=model.onnx, role=output, name=logits, type=FLOAT,"
                + " shape=[batch_size, 300]}], notes=[a note]}");
    assertThat(model.config.precision()).isEqualTo("q8");
  }

  @Test
  void score_prints_every_token_and_the_perplexity() {
    Outcome outcome = runner.run("score", "--model", folder.toString(), "hello");

    assertThat(outcome.out().lines())
        .containsExactly(
            "    id   log-probability",
            "     7         -1.000000",
            "     8         -2.000000",
            "tokens 2",
            "log-likelihood -3.000000",
            "cross-entropy 1.500000 nats per token",
            "perplexity 4.4817");
    assertThat(model.scored).containsExactly(Input.text("hello"));
  }

  @Test
  void score_takes_a_target_and_prints_json() {
    Outcome outcome =
        runner.run("score", "--json", "--model", folder.toString(), "--target-ids=1,2", "x");

    assertThat(outcome.out())
        .startsWith("{\"ids\":[7,8],\"logprobs\":[-1.0,-2.0],\"log_likelihood\":-3.0,");
    assertThat(model.scored).containsExactly(Input.text("x"), Input.tokens(1, 2));
  }

  @Test
  void score_takes_a_target_text() {
    runner.run("score", "--model", folder.toString(), "--target", "y", "--ids", "4");

    assertThat(model.scored).containsExactly(Input.tokens(4), Input.text("y"));
  }
}
