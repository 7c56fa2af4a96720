package io.loquent.samples.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class SpeculationCommandTest {

  @Test
  void compares_each_way_to_guess_with_a_request_without_guesses() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SpeculationCommand command =
        new SpeculationCommand(new PrintStream(out, true, StandardCharsets.UTF_8));

    int status =
        new CommandLine(command)
            .execute(
                "--models=../models",
                "--new-tokens=12",
                "--rounds=1",
                "--warm-up=1",
                "--threads=1");

    assertThat(status).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .hasSize(13)
        .allMatch(
            line ->
                line.matches("lm-shakespeare.*: a run over one token takes [0-9.]+ ms; .*")
                    || line.matches(
                        "[a-z, ]+, tokens/s by num_assistant_tokens: ([0-9]+: [0-9]+, )+adaptive:"
                            + " [0-9]+")
                    || line.matches(
                        "[a-z, ]+, 2 paths: [0-9]+ tokens/s with one path, [0-9]+ where 2 may be"
                            + " tried: [0-9.]+x")
                    || line.matches(
                        "[a-z0-9, -]+: [0-9]+ tokens/s without, [0-9]+ with: [0-9.]+x; [0-9.]+ of"
                            + " [0-9.]+ guesses right per round, [0-9]+ % of the runs saved"));
  }
}
