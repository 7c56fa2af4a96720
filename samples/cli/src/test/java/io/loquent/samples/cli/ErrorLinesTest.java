package io.loquent.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.ModelLoadException;
import io.loquent.samples.cli.CommandRunner.Outcome;
import io.loquent.spi.GeneratorProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mistake in any place gives one line that says what is wrong and what would be right. */
final class ErrorLinesTest {

  @TempDir private Path folder;

  private final FakeModel model = new FakeModel();

  private Outcome run(String... args) {
    Outcome outcome = new CommandRunner(() -> model).run(args);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).hasLineCount(1).startsWith("loquent: ");
    return outcome;
  }

  private void isFailure(Outcome outcome, String... fragments) {
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains(fragments);
  }

  private void isWrongUsage(Outcome outcome, String... fragments) {
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains(fragments).contains("--help");
  }

  @Test
  void no_command() {
    isWrongUsage(run(), "no command given");
  }

  @Test
  void a_misspelled_command() {
    isWrongUsage(run("genrate"), "genrate", "did you mean", "generate");
  }

  @Test
  void a_misspelled_flag() {
    isWrongUsage(run("generate", "--modle", "x"), "--modle", "--model");
  }

  @Test
  void no_model() {
    isWrongUsage(run("generate", "x"), "--model=DIR", "--config=FILE");
  }

  @Test
  void model_and_config_at_once() {
    isWrongUsage(run("generate", "--model", "a", "--config", "b", "x"), "mutually exclusive");
  }

  @Test
  void a_text_without_quotes() {
    isWrongUsage(
        run("generate", "--model", folder.toString(), "Once", "upon"), "upon", "needs quotes");
  }

  @Test
  void a_folder_that_is_not_there() {
    isFailure(
        run("generate", "--model", folder.resolve("g2q").toString(), "x"),
        folder.resolve("g2q").toString(),
        "no such file or folder");
  }

  @Test
  void a_folder_to_inspect_that_is_not_there() {
    isFailure(run("inspect", folder.resolve("g2q").toString()), "no such file or folder");
  }

  @Test
  void a_graph_in_place_of_a_folder() throws IOException {
    Path graph = Files.createFile(folder.resolve("model.onnx"));

    isFailure(run("generate", "--model", graph.toString(), "x"), "model.onnx", "folder");
  }

  @Test
  void a_misspelled_option_name() {
    isWrongUsage(
        run("generate", "--model", folder.toString(), "-o", "num_beam=4", "x"),
        "num_beam",
        "did you mean num_beams");
  }

  @Test
  void an_option_without_a_value() {
    isWrongUsage(
        run("generate", "--model", folder.toString(), "-o", "num_beams", "x"), "NAME=VALUE");
  }

  @Test
  void an_option_with_a_broken_list() {
    isWrongUsage(
        run("generate", "--model", folder.toString(), "-o", "bad_words_ids=[[1", "x"),
        "bad_words_ids=[[1",
        "not JSON");
  }

  @Test
  void an_option_out_of_range() {
    isWrongUsage(
        run("generate", "--model", folder.toString(), "--top-p=2", "x"), "top_p", "[0, 1]", "2");
  }

  @Test
  void a_flag_that_is_no_number() {
    isWrongUsage(run("generate", "--model", folder.toString(), "--num-beams=four", "x"), "four");
  }

  @Test
  void a_misspelled_provider() {
    isFailure(
        run("generate", "--model", folder.toString(), "--providers", "cdua", "x"),
        "cdua",
        "known: cpu, cuda");
  }

  @Test
  void a_misspelled_setting_of_a_configuration() throws IOException {
    Path config = folder.resolve("loquent.properties");
    Files.writeString(config, "model=.\nprecison=q8\n");

    isFailure(
        run("generate", "--config", config.toString(), "x"),
        config.toString(),
        "precison",
        "did you mean precision");
  }

  @Test
  void a_misspelled_option_in_a_configuration() throws IOException {
    Path config = folder.resolve("loquent.json");
    Files.writeString(config, "{\"model\": \".\", \"generation\": {\"top_q\": 0.5}}");

    isFailure(run("batch", "--config", config.toString()), config.toString(), "top_q", "top_p");
  }

  @Test
  void a_configuration_that_names_a_folder_that_is_not_there() throws IOException {
    Path config = folder.resolve("loquent.properties");
    Files.writeString(config, "model=nowhere\n");

    isFailure(run("generate", "--config", config.toString(), "x"), "nowhere", "no folder");
  }

  @Test
  void a_batch_of_a_file_that_is_not_there() {
    isFailure(
        run("batch", "--model", folder.toString(), folder.resolve("in.jsonl").toString()),
        "in.jsonl",
        "no such file");
  }

  @Test
  void a_batch_of_a_folder() {
    isWrongUsage(run("batch", "--model", folder.toString(), folder.toString()), "is a folder");
  }

  @Test
  void a_batch_size_of_zero() {
    isFailure(run("batch", "--model", folder.toString(), "--batch-size=0"), "at least 1", "0");
  }

  @Test
  void an_output_that_would_overwrite_the_input() throws IOException {
    String file = Files.writeString(folder.resolve("in.jsonl"), "{}").toString();

    isWrongUsage(
        run("batch", "--model", folder.toString(), "--output", file, file), "is the input file");
    assertThat(Path.of(file)).hasContent("{}");
  }

  @Test
  void a_text_that_the_locale_cannot_read() {
    isWrongUsage(
        run("generate", "--model", folder.toString(), "caf\uFFFD"), "encoding", "standard input");
  }

  @Test
  void bundled_models_that_are_not_there() {
    isFailure(run("demo", "--models", folder.toString()), "g2p-transformer");
  }

  @Test
  void a_failure_of_the_model_in_several_lines() {
    Outcome outcome =
        new CommandRunner(() -> failing(new ModelLoadException("first\n  second")))
            .run("generate", "--model", folder.toString(), "x");

    assertThat(outcome).isEqualTo(new Outcome(1, "", "loquent: first second\n"));
  }

  @Test
  void verbose_adds_the_stack_trace() {
    Outcome outcome =
        new CommandRunner(() -> failing(new ModelLoadException("broken")))
            .run("--verbose", "generate", "--model", folder.toString(), "x");

    assertThat(outcome.err()).contains("loquent: broken", "at io.loquent");
  }

  @Test
  void an_error_that_nobody_foresaw_names_its_class() {
    Outcome outcome =
        new CommandRunner(() -> failing(new UnsupportedOperationException("odd")))
            .run("inspect", folder.toString());

    assertThat(outcome.err()).isEqualTo("loquent: UnsupportedOperationException: odd\n");
  }

  private static GeneratorProvider failing(RuntimeException e) {
    throw e;
  }
}
