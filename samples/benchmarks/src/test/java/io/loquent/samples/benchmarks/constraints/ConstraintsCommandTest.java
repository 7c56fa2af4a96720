package io.loquent.samples.benchmarks.constraints;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ConstraintsCommandTest {

  @Test
  void documents_are_written_and_their_costs_tabled() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    int status =
        new CommandLine(new ConstraintsCommand(out))
            .execute("--vocabulary", "3000", "--documents", "2");

    String table = bytes.toString(StandardCharsets.UTF_8);
    assertThat(status).isZero();
    assertThat(table).contains("| the first | ", "| the next 9 | ", "| the next 2 | ");
    assertThat(table).contains("A vocabulary of 3000 tokens");
  }

  @Test
  void the_vocabulary_has_as_many_tokens_as_asked_for() {
    assertThat(new SyntheticVocabulary(50_000).size()).isEqualTo(50_000);
  }
}
