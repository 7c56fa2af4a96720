package io.loquent.samples.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.samples.benchmarks.worker.Measurement;
import io.loquent.samples.benchmarks.worker.Workload;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class RunCommandTest {

  @TempDir Path folder;

  @Test
  void prints_a_row_for_each_program_and_says_why_one_did_not_run() {
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    ByteArrayOutputStream progress = new ByteArrayOutputStream();
    CommandLine command =
        new CommandLine(
            new RunCommand(
                new PrintStream(table, true, StandardCharsets.UTF_8),
                new PrintStream(progress, true, StandardCharsets.UTF_8)));
    command.setCaseInsensitiveEnumValuesAllowed(true);

    int status =
        command.execute(
            "--tiny",
            "--models=" + folder,
            "--peers=" + folder.resolve("nowhere"),
            "--precisions=int4",
            "--forms=fused",
            "--methods=greedy",
            "--programs=loquent,naive,llama.cpp",
            "--batches=1",
            "--contexts=16",
            "--new-tokens=4",
            "--rounds=1",
            "--threads=1");

    assertThat(status).isZero();
    assertThat(table.toString(StandardCharsets.UTF_8).lines().toList())
        .anyMatch(line -> line.startsWith("Machine: "))
        .anyMatch(line -> line.startsWith("| 1 | int4 | greedy | 1 | 16 | Loquent | fused | "))
        .anyMatch(line -> line.startsWith("| 1 | int4 | greedy | 1 | 16 | naive loop | fused | "))
        .anyMatch(line -> line.contains("| llama.cpp | gguf Q4_0 | did not run: not built"))
        .noneMatch(line -> line.contains("Loquent | fused | did not run"));
  }

  @Test
  void rows_hold_medians_of_what_came_after_the_first_token() {
    Workload workload = new Workload(Workload.Method.GREEDY, 2, 1, 100, 11);
    List<Measurement> rounds =
        List.of(
            new Measurement(22, 100, 1100, 40, 2000, 5e6),
            new Measurement(22, 50, 2050, 80, 4000, 7e6),
            new Measurement(22, 200, 600, 20, 6000, 6e6));
    Lane lane =
        Lane.start(
            Engine.LOQUENT,
            "fused",
            new Roofline(1_000_000, 100, true),
            () -> {
              throw new IllegalStateException("not needed");
            },
            folder.resolve("log"));
    Row row = new Row(lane, workload, rounds, null, 50e6);

    assertThat(row.decodeTokensPerSecond()).isEqualTo(20);
    assertThat(row.firstTokenMillis()).isEqualTo(100);
    assertThat(row.prefillTokensPerSecond()).isEqualTo(2000);
    assertThat(row.cpuMillisPerToken()).isEqualTo(2);
    assertThat(row.bytesPerToken()).isEqualTo(200);
    assertThat(row.residentMegabytes()).isEqualTo(6);
    // 2 rows of 105.5 positions of 100 bytes beside the weights, two tokens a step.
    assertThat(row.rooflineShare()).isEqualTo(20 / (2 * 50e6 / 1_021_100));
  }
}
