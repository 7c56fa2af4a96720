package io.loquent.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.RerankOptions;
import io.loquent.encoder.Truncation;
import io.loquent.samples.cli.CommandRunner.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SearchCommandTest {

  @TempDir private Path model;
  @TempDir private Path texts;

  private final FakeEncoder encoder = new FakeEncoder();

  @BeforeEach
  void writeTexts() throws IOException {
    Files.createDirectory(texts.resolve("deep"));
    Files.writeString(texts.resolve("deep/b.md"), "aaaa b\n\n\nb bbbbb\nb b\n");
    Files.writeString(texts.resolve("a.txt"), "cc\n");
    Files.writeString(texts.resolve("ignored.html"), "<b>b</b>");
  }

  private Outcome search(String... args) {
    String[] line = new String[args.length + 6];
    System.arraycopy(
        new String[] {
          "search",
          "--model",
          model.toString(),
          "--folder",
          texts.toString(),
          "--passage-characters=12"
        },
        0,
        line,
        0,
        6);
    System.arraycopy(args, 0, line, 6, args.length);
    Outcome outcome = CommandRunner.ofEncoders(() -> encoder).run(line);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
    assertThat(encoder.closed).isEqualTo(encoder.opened.size());
    return outcome;
  }

  @Test
  void prints_the_nearest_passages() {
    String second = Path.of("deep", "b.md") + ":4";
    String first = Path.of("deep", "b.md") + ":1";

    assertThat(search("--top-k=2", "b").out().lines())
        .containsExactly(" 1.0000  " + second + "  b bbbbb b b", " 0.2425  " + first + "  aaaa b");
  }

  @Test
  void prints_json_for_each_question() {
    assertThat(search("--top-k=1", "--json", "b", "c").answers())
        .extracting(answer -> answer.get("text"), answer -> answer.get("passages").toString())
        .satisfiesExactly(
            first -> assertThat(first.toList().get(1).toString()).contains("line=4", "b.md"),
            second -> assertThat(second.toList().get(1).toString()).contains("text=cc", "a.txt"));
  }

  @Test
  void puts_a_prompt_before_questions_and_another_before_passages() {
    search("--query-prompt=query: ", "--passage-prompt=passage: ", "b");

    assertThat(encoder.options)
        .extracting(options -> ((EmbeddingOptions) options).prompt().orElseThrow())
        .containsExactly("passage: ", "query: ");
    assertThat(encoder.options)
        .allSatisfy(options -> assertThat(options.truncation()).isEqualTo(Truncation.STRIDE));
  }

  @Test
  void a_cross_encoder_puts_what_was_found_into_order() throws IOException {
    Path reranker = Files.createDirectory(model.resolve("reranker"));

    Outcome outcome = search("--reranker=" + reranker, "--top-k=2", "--candidates=3", "a");

    assertThat(outcome.out().lines().findFirst().orElseThrow())
        .isEqualTo(" 4.0000  " + Path.of("deep", "b.md") + ":1  aaaa b");
    assertThat(outcome.out()).hasLineCount(2);
    assertThat(encoder.opened)
        .extracting(config -> config.folder())
        .containsExactly(model, reranker);
    assertThat(encoder.options.get(2)).isInstanceOf(RerankOptions.class);
  }
}
