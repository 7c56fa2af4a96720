package io.loquent.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.Input;
import io.loquent.Option;
import io.loquent.samples.cli.CommandRunner.Outcome;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class DemoCommandTest {

  private final FakeModel model = new FakeModel();
  private final CommandRunner runner = new CommandRunner(() -> model);

  @Test
  void runs_both_bundled_models_which_it_finds_by_itself() {
    Outcome outcome = runner.run("demo");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out()).contains("  3    -3.5000  ARTIFICIALLY", "ROMEO:");
    assertThat(model.requests.get(0).options().get(Option.NUM_BEAMS)).contains(5);
    assertThat(model.config.folder()).endsWith(Path.of("samples", "models", "lm-shakespeare"));
  }

  @Test
  void pronounces_the_word_that_it_is_given() {
    runner.run("demo", "sonnet");

    assertThat(model.requests.get(0).input()).isEqualTo(Input.text("sonnet"));
  }
}
