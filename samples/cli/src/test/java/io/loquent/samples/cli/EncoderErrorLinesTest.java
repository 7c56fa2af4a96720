package io.loquent.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.samples.cli.CommandRunner.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes in the commands of encoders give one line, and open no model. */
final class EncoderErrorLinesTest {

  @TempDir private Path folder;

  private final FakeEncoder encoder = new FakeEncoder();

  private Outcome run(String command, String... args) {
    List<String> line = new ArrayList<>(List.of(command, "--model", folder.toString()));
    line.addAll(Arrays.asList(args));
    Outcome outcome = CommandRunner.ofEncoders(() -> encoder).run(line.toArray(String[]::new));
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).hasLineCount(1).startsWith("loquent: ");
    assertThat(encoder.opened).isEmpty();
    return outcome;
  }

  private void isWrongUsage(Outcome outcome, String... fragments) {
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains(fragments).contains("--help");
  }

  @Test
  void no_text() {
    isWrongUsage(run("embed"), "there is no text");
  }

  @Test
  void a_text_and_a_file() {
    isWrongUsage(run("embed", "--file=x", "y"), "both TEXT and --file");
  }

  @Test
  void a_file_that_is_not_there() {
    Outcome outcome = run("tag", "--file=" + folder.resolve("none"));

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("none: no such file");
  }

  @Test
  void a_line_that_is_no_utf8() throws IOException {
    Path file = Files.write(folder.resolve("texts"), new byte[] {'a', '\n', (byte) 0xFF, '\n'});

    Outcome outcome = run("embed", "--file=" + file);

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains(file.toString(), "line 2", "not UTF-8");
  }

  @Test
  void a_misspelled_value() {
    isWrongUsage(run("embed", "--truncation=cut", "a"), "--truncation", "STRIDE", "cut");
    isWrongUsage(run("embed", "--pooling=avg", "a"), "--pooling", "MEAN", "avg");
    isWrongUsage(run("tag", "--aggregation=avg", "a"), "--aggregation", "AVERAGE", "avg");
  }

  @Test
  void a_value_out_of_range() {
    isWrongUsage(run("embed", "--dimensions=0", "a"), "dimensions", "at least 1", "0");
    isWrongUsage(run("fill", "--top-k=0", "a"), "top_k", "at least 1", "0");
    isWrongUsage(run("embed", "--stride=-1", "a"), "stride", "at least 0", "-1");
  }

  @Test
  void kinds_of_vectors_that_exclude_each_other() {
    isWrongUsage(run("embed", "--tokens", "--sparse", "a"), "mutually exclusive");
  }

  @Test
  void options_that_need_candidate_labels() {
    isWrongUsage(run("classify", "--multi-label", "a"), "need --candidate-labels");
  }

  @Test
  void options_that_do_not_go_with_candidate_labels() {
    isWrongUsage(
        run("classify", "--candidate-labels=a,b", "--top-k=1", "a"),
        "--top-k",
        "do not go with --candidate-labels");
  }

  @Test
  void a_template_without_a_place_for_the_label() {
    isWrongUsage(
        run("classify", "--candidate-labels=a,b", "--hypothesis-template=Nothing.", "a"),
        "hypothesis_template",
        "{}");
  }

  @Test
  void options_of_the_other_way_to_fill_masks() {
    isWrongUsage(run("fill", "--joint", "--top-k=3", "_"), "do not go with --joint");
    isWrongUsage(run("fill", "--num-beams=3", "_"), "need --joint");
  }

  @Test
  void no_question_and_no_query() {
    isWrongUsage(run("answer", "a text"), "--question");
    isWrongUsage(run("rerank", "a text"), "--query");
  }

  @Test
  void a_search_without_a_folder_of_texts() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));

    isWrongUsage(run("search", "--folder=" + folder.resolve("none"), "q"), "is no folder");
    isWrongUsage(
        run("search", "--folder=" + empty, "--candidates=9", "q"), "--candidates needs --reranker");
    isWrongUsage(run("search", "--folder=" + empty, "--top-k=0", "q"), "--top-k", "at least 1");
    isWrongUsage(
        run("search", "--folder=" + empty, "--reranker=r", "--candidates=2", "q"),
        "--candidates must be at least --top-k, 5; found 2");
    assertThat(run("search", "--folder=" + empty, "q").err())
        .contains(empty.toString(), ".txt or .md");
  }
}
