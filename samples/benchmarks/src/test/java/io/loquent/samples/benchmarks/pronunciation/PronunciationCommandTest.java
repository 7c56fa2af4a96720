package io.loquent.samples.benchmarks.pronunciation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class PronunciationCommandTest {

  private static final String FIRST_COLUMN = "| g2p-";

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private int execute(String... args) {
    PronunciationCommand command =
        new PronunciationCommand(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    return new CommandLine(command).setErr(new PrintWriter(Writer.nullWriter())).execute(args);
  }

  /** The rows' cells, by model, weights and decoding. */
  private static Map<String, List<String>> rows(String text) {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    text.lines()
        .filter(line -> line.startsWith(FIRST_COLUMN))
        .map(line -> Arrays.asList(line.substring(2, line.length() - 2).split(" \\| ", -1)))
        .forEach(cells -> rows.put(String.join(" ", cells.subList(0, 3)), cells));
    return rows;
  }

  private static double cell(List<String> row, int column) {
    return Double.parseDouble(row.get(column).replace("x", ""));
  }

  @Test
  void prints_and_draws_errors_time_and_runs_of_each_decoding() throws IOException {
    Path table = folder.resolve("results.md");
    Path plot = folder.resolve("results.svg");

    int status =
        execute(
            "--models=../models",
            "--words=12",
            "--rounds=1",
            "--warm-up=0",
            "--output=" + table,
            "--plot=" + plot);

    assertThat(status).isZero();
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(Files.readString(table)).isEqualTo(text);
    assertThat(text).contains("12 held-out words, rounds: 1, threads: 1.");
    Map<String, List<String>> rows = rows(text);
    assertThat(rows).hasSize(26);
    assertThat(rows.values())
        .allSatisfy(
            row -> {
              assertThat(row).hasSize(12);
              for (int column = 3; column < 7; column++) {
                assertThat(cell(row, column)).isBetween(0.0, 75.0);
              }
              // Stress is one more way to be wrong.
              assertThat(cell(row, 5)).isLessThanOrEqualTo(cell(row, 3));
              for (int column = 7; column < 12; column++) {
                assertThat(cell(row, column)).isPositive();
              }
            });
    assertThat(Files.readString(plot)).contains("transformer int8, beam 5", "ctc, prefix beam 10");
  }

  @Test
  void parallel_decoding_takes_as_many_runs_as_its_algorithm_asks_for() {
    assertThat(execute("--models=../models", "--words=6", "--rounds=1", "--warm-up=0")).isZero();

    Map<String, List<String>> rows = rows(out.toString(StandardCharsets.UTF_8));
    assertThat(cell(rows.get("g2p-ctc int8 greedy"), 7)).isEqualTo(1);
    assertThat(cell(rows.get("g2p-dat int8 lookahead"), 7)).isEqualTo(1);
    assertThat(cell(rows.get("g2p-nat int8 one shot"), 7)).isEqualTo(1);
    assertThat(cell(rows.get("g2p-cmlm int8 mask-predict, 4 iterations"), 7)).isBetween(3.0, 4.0);
    // Slots behind an end token need not be filled.
    assertThat(cell(rows.get("g2p-diffusion int8 one slot per run"), 7)).isBetween(8.0, 24.0);
    assertThat(cell(rows.get("g2p-transformer fp32 greedy"), 7)).isGreaterThan(4);
  }

  @Test
  void numbers_below_one_are_refused() {
    assertThat(execute("--models=../models", "--rounds=0")).isEqualTo(2);
    assertThat(out.size()).isZero();
  }
}
