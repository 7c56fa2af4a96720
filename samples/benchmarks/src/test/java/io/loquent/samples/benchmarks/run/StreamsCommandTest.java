package io.loquent.samples.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class StreamsCommandTest {

  @TempDir Path folder;

  @Test
  void prints_a_row_for_each_precision_and_finds_the_tokens_of_each_request_alone() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StreamsCommand command = new StreamsCommand(new PrintStream(out, true, StandardCharsets.UTF_8));

    int status =
        new CommandLine(command)
            .execute(
                "--tiny",
                "--models=" + folder,
                "--threads=1",
                "--precisions=fp32",
                "--streams=3",
                "--context=6",
                "--new-tokens=40",
                "--rounds=2");

    assertThat(status).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines().toList())
        .anyMatch(line -> line.startsWith("Machine: "))
        .anyMatch(line -> line.contains("| 3 requests tok/s |"))
        .anyMatch(
            line ->
                line.matches(
                    "\\| fp32 \\| 1 \\| ([0-9.]+|-) \\| ([0-9.]+|-) \\| ([0-9.]+x|-) \\| 0 of 6 \\|"));
  }

  @Test
  void refuses_requests_that_cannot_be_timed() {
    StringWriter errors = new StringWriter();
    CommandLine command =
        new CommandLine(new StreamsCommand(System.out)).setErr(new PrintWriter(errors, true));

    assertThat(command.execute("--tiny", "--models=" + folder, "--new-tokens=1")).isEqualTo(2);
    assertThat(errors.toString()).contains("--new-tokens at least 2");
  }
}
