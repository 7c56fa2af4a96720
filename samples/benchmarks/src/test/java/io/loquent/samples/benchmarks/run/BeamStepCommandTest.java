package io.loquent.samples.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class BeamStepCommandTest {

  @TempDir Path folder;

  @Test
  void prints_a_line_for_each_number_of_threads() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BeamStepCommand command =
        new BeamStepCommand(new PrintStream(out, true, StandardCharsets.UTF_8));

    int status =
        new CommandLine(command)
            .execute(
                "--tiny",
                "--models=" + folder,
                "--threads=1",
                "--new-tokens=8",
                "--rounds=2",
                "--beams=3");

    assertThat(status).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .matches(
            "threads 1: step of 3 beams [0-9.]+ ms, bare run of 3 rows [0-9.]+ ms \\(medians of"
                + " 12\\): [0-9.]+x; reordering [0-9.]+ % of all steps, [0-9.]+ beams copied per"
                + " step\\R");
  }
}
