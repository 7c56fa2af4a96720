package io.loquent.samples.benchmarks.encoders;

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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class EncodersCommandTest {

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private int execute(String... args) {
    EncodersCommand command =
        new EncodersCommand(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    return new CommandLine(command).setErr(new PrintWriter(Writer.nullWriter())).execute(args);
  }

  @Test
  void prints_rates_and_padding_of_each_program() throws IOException {
    Path table = folder.resolve("results.md");

    int status =
        execute(
            "--tiny",
            "--models=" + folder,
            "--sentences=40",
            "--rounds=1",
            "--threads=1",
            "--output=" + table);

    assertThat(status).isZero();
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(Files.readString(table)).isEqualTo(text);
    assertThat(text).contains("tiny-bert: 2 layers, 64 wide. 40 sentences of ");
    List<List<String>> rows =
        text.lines()
            .filter(line -> line.startsWith("| fp32") || line.startsWith("| int8-dynamic"))
            .map(line -> Arrays.asList(line.substring(2, line.length() - 2).split(" \\| ", -1)))
            .toList();
    assertThat(rows).hasSize(8);
    assertThat(rows.subList(0, 4))
        .extracting(row -> row.get(1))
        .containsExactly(
            "plain loop, one by one",
            "Loquent, one by one",
            "plain loop, batches of 32",
            "Loquent, batches of 32");
    assertThat(rows).allSatisfy(row -> assertThat(Double.parseDouble(row.get(2))).isPositive());
    assertThat(padding(rows.get(1))).isZero();
    assertThat(padding(rows.get(3))).isLessThan(padding(rows.get(2)));
  }

  private static double padding(List<String> row) {
    return Double.parseDouble(row.get(4).replace(" %", ""));
  }

  @Test
  void numbers_below_one_and_unknown_precisions_are_refused() {
    assertThat(execute("--rounds=0")).isEqualTo(2);
    assertThat(execute("--precisions=fp8")).isEqualTo(2);
    assertThat(out.size()).isZero();
  }
}
