package io.loquent.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.samples.cli.CommandRunner.Outcome;
import io.loquent.spi.EncoderProvider;
import io.loquent.spi.GeneratorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of encoders on small models with random weights. */
final class EncoderModelsTest {

  private static final Path FIXTURES =
      Path.of("runtime", "src", "test", "resources", "fixtures").toAbsolutePath();
  private static final String TEXT = "Hello, café!";

  @TempDir private Path folder;

  private final CommandRunner runner =
      new CommandRunner(GeneratorProvider::load, EncoderProvider::load);

  private Outcome run(String command, String model, String... args) {
    String[] line = new String[args.length + 3];
    line[0] = command;
    line[1] = "--model";
    line[2] = FIXTURES.resolve(model).toString();
    System.arraycopy(args, 0, line, 3, args.length);
    return runner.run(line);
  }

  private Map<String, Object> answer(String command, String model, String... args) {
    Outcome outcome = run(command, model, args);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.answers()).hasSize(1);
    return outcome.answers().get(0);
  }

  @Test
  void embed_prints_a_vector() {
    assertThat(answer("embed", "bert-tiny-encoder", "--json", TEXT).get("embedding"))
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .hasSize(32);
  }

  @Test
  void classify_prints_the_labels_of_the_model() {
    assertThat(run("classify", "bert-tiny-classify", TEXT).out())
        .contains("NEGATIVE", "NEUTRAL", "POSITIVE")
        .hasLineCount(3);
  }

  @Test
  void tag_prints_slices_of_the_text() {
    Map<String, Object> found =
        answer("tag", "bert-tiny-ner", "--json", "--aggregation=none", "--ignore-labels=", TEXT);

    assertThat((List<?>) found.get("entities"))
        .isNotEmpty()
        .allSatisfy(
            entity -> {
              Map<?, ?> fields = (Map<?, ?>) entity;
              int start = ((Number) fields.get("start")).intValue();
              int end = ((Number) fields.get("end")).intValue();
              assertThat(fields.get("text")).isEqualTo(TEXT.substring(start, end));
            });
  }

  @Test
  void answer_prints_a_slice_of_the_text() {
    Map<String, Object> found =
        answer("answer", "bert-tiny-qa", "--json", "--question=Who?", "--top-k=3", TEXT);

    assertThat((List<?>) found.get("answers"))
        .isNotEmpty()
        .allSatisfy(
            answer -> assertThat(TEXT).contains(((Map<?, ?>) answer).get("text").toString()));
  }

  @Test
  void fill_prints_candidates() {
    assertThat(run("fill", "bert-tiny-mlm", "--top-k=3", "Hello [MASK]!").out()).hasLineCount(3);
    assertThat(run("fill", "bert-tiny-mlm", "--joint", "[MASK] [MASK]!").out())
        .hasLineCount(1)
        .doesNotContain("[MASK]");
  }

  @Test
  void search_finds_a_passage() throws Exception {
    Files.writeString(folder.resolve("a.txt"), "Owls hunt at night.\n");
    Files.writeString(folder.resolve("b.txt"), "Stocks fell on Monday.\n");

    Outcome outcome =
        run(
            "search",
            "bert-tiny-encoder",
            "--folder=" + folder,
            "--top-k=1",
            "Owls hunt at night.");

    assertThat(outcome.out()).isEqualTo(" 1.0000  a.txt:1  Owls hunt at night.\n");
  }

  @Test
  void inspect_explains_an_encoder() {
    Outcome outcome = runner.run("inspect", FIXTURES.resolve("bert-tiny-classify").toString());

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .contains("kind        encoder", "CLASSIFY", "NEGATIVE, NEUTRAL, POSITIVE");
  }

  @Test
  void a_task_that_a_model_cannot_do_gives_one_line() {
    Outcome outcome = run("tag", "bert-tiny-classify", TEXT);

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).hasLineCount(1).contains("cannot do TAG", "CLASSIFY");
  }
}
