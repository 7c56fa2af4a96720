package io.loquent.samples.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class StartUpCommandTest {

  @TempDir Path folder;

  @Test
  void prints_a_line_for_each_way_to_load_and_leaves_no_cache_behind() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StartUpCommand command =
        new StartUpCommand(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));

    int status =
        new CommandLine(command)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(
                "--tiny",
                "--models=" + folder.resolve("models"),
                "--peers=" + folder.resolve("none"),
                "--precisions=fp32",
                "--forms=fused",
                "--context=8",
                "--rounds=1",
                "--threads=1");

    assertThat(status).isZero();
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(9);
    assertThat(lines.subList(2, 7))
        .allSatisfy(
            line ->
                assertThat(line)
                    .matches("\\| fp32 fused \\| Loquent, [a-z_, ]+ ( ?\\| [0-9]+){5} \\|"));
    assertThat(lines.get(7)).contains("transformers.js", "did not run: not installed");
    assertThat(lines.get(8)).contains("llama.cpp", "did not run: not built");
    try (Stream<Path> left = Files.list(folder.resolve("models"))) {
      assertThat(left).noneMatch(path -> path.toString().contains("optimized-"));
    }
  }
}
