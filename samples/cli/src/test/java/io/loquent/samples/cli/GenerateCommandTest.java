package io.loquent.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.GenerationRequest;
import io.loquent.Input;
import io.loquent.Option;
import io.loquent.OutputConstraint;
import io.loquent.samples.cli.CommandRunner.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GenerateCommandTest {

  @TempDir private Path folder;

  private final FakeModel model = new FakeModel();
  private final CommandRunner runner = new CommandRunner(() -> model);
  private String dir;

  @BeforeEach
  void nameTheFolder() {
    dir = folder.toString();
  }

  private GenerationRequest request() {
    assertThat(model.requests).hasSize(1);
    return model.requests.get(0);
  }

  @Test
  void prints_the_text_and_closes_the_model() {
    Outcome outcome = runner.run("generate", "--model", dir, "héllo");

    assertThat(outcome).isEqualTo(new Outcome(0, "HLLO" + System.lineSeparator(), ""));
    assertThat(request().input()).isEqualTo(Input.text("héllo"));
    assertThat(model.closed).isTrue();
  }

  @Test
  void reads_standard_input_less_one_line_break_where_there_is_no_text() {
    runner.runWith("ROMEO:\n\n", "generate", "--model", dir);

    assertThat(request().input()).isEqualTo(Input.text("ROMEO:\n"));
  }

  @Test
  void takes_ids_in_place_of_a_text() {
    runner.run("generate", "--model", dir, "--ids", "72,105");

    assertThat(request().input()).isEqualTo(Input.tokens(72, 105));
  }

  @Test
  void refuses_ids_beside_a_text() {
    Outcome outcome = runner.run("generate", "--model", dir, "--ids", "72", "hello");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("both TEXT and --ids").hasLineCount(1);
  }

  @Test
  void lists_several_results_with_their_scores() {
    Outcome outcome = runner.run("generate", "--model", dir, "--num-return-sequences=2", "a\nb");

    assertThat(outcome.out().lines())
        .containsExactly(
            "  1    -1.5000  A", " ".repeat(16) + "B", "  2    -2.5000  A", " ".repeat(16) + "B");
  }

  @Test
  void passes_on_what_the_text_must_be() throws IOException {
    Path schema = Files.writeString(folder.resolve("schema.json"), "{\"type\": \"integer\"}");
    Path grammar = Files.writeString(folder.resolve("g.gbnf"), "root ::= \"a\"");
    String[][] flags = {
      {"--json-schema", schema.toString()},
      {"--json"},
      {"--regex", "a+"},
      {"--choice", "a", "--choice", "b c"},
      {"--grammar", grammar.toString()}
    };
    for (String[] flag : flags) {
      runner.run(
          Stream.concat(Stream.of("generate", "--model", dir, "x"), Stream.of(flag))
              .toArray(String[]::new));
    }

    assertThat(model.requests)
        .extracting(request -> request.options().get(Option.CONSTRAINT).orElseThrow())
        .containsExactly(
            OutputConstraint.jsonSchema("{\"type\":\"integer\"}"),
            OutputConstraint.json(),
            OutputConstraint.regex("a+"),
            OutputConstraint.choice("a", "b c"),
            OutputConstraint.grammar("root ::= \"a\""));
  }

  @Test
  void refuses_several_ways_to_say_what_the_text_must_be() {
    Outcome outcome = runner.run("generate", "--model", dir, "--json", "--regex", "a", "x");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("--json-schema").hasLineCount(1);
  }

  @Test
  void passes_flags_and_named_options_on() {
    runner.run(
        "generate",
        "--model",
        dir,
        "--num-beams=4",
        "--max-new-tokens=9",
        "--seed=8",
        "-o",
        "early_stopping=never",
        "--option",
        "bad_words_ids=[[1,2]]",
        "--option",
        "max_length=null",
        "x");

    assertThat(request().options().toMap())
        .hasToString(
            "{num_beams=4, max_new_tokens=9, seed=8, early_stopping=never,"
                + " bad_words_ids=[[1, 2]], max_length=null}");
    assertThat(request().options().isOff(Option.MAX_LENGTH)).isTrue();
  }

  @Test
  void a_flag_that_steers_sampling_turns_sampling_on() {
    runner.run("generate", "--model", dir, "--temperature=0.5", "x");

    assertThat(request().options().get(Option.DO_SAMPLE)).contains(true);
  }

  @Test
  void a_flag_that_steers_sampling_leaves_an_explicit_choice_alone() {
    runner.run("generate", "--model", dir, "--top-k=5", "--no-do-sample", "x");

    assertThat(request().options().get(Option.DO_SAMPLE)).contains(false);
  }

  @Test
  void top_k_of_a_contrastive_search_does_not_turn_sampling_on() {
    runner.run("generate", "--model", dir, "--top-k=5", "-o", "penalty_alpha=0.6", "x");

    assertThat(request().options().get(Option.DO_SAMPLE)).isEmpty();
  }

  @Test
  void prints_what_there_is_when_it_is_cancelled() {
    model.cancelAfter = 3;

    Outcome outcome = runner.run("generate", "--model", dir, "hello");

    assertThat(outcome.out()).isEqualTo("HEL" + System.lineSeparator());
    assertThat(outcome.exitCode()).isEqualTo(130);
  }

  @Test
  void prints_statistics_only_on_request() {
    Outcome outcome = runner.run("generate", "--verbose", "--model", dir, "ab");

    assertThat(outcome.err())
        .startsWith("2 prompt tokens, 2 generated tokens, 2 model runs")
        .contains("END_OF_SEQUENCE");
  }

  @Test
  void guesses_by_a_model_or_by_lookup_and_says_what_that_has_brought() {
    String statistics =
        "2 of 8 guessed tokens were right (25%), 1.00 per round; 1 model runs saved"
            + System.lineSeparator();

    Outcome outcome = runner.run("generate", "--draft=lookup", "--model", dir, "abcd");

    assertThat(outcome).isEqualTo(new Outcome(0, "ABCD" + System.lineSeparator(), statistics));
    assertThat(request().options().toMap()).hasToString("{prompt_lookup=true}");

    model.requests.clear();
    outcome = runner.run("generate", "--draft=models/small", "--model", dir, "abcd");

    assertThat(outcome.err()).isEqualTo(statistics);
    assertThat(request().options().toMap()).hasToString("{assistant_model=models/small}");

    model.requests.clear();
    runner.run("generate", "--draft=early-exit:2", "--model", dir, "abcd");

    assertThat(request().options().toMap()).hasToString("{assistant_early_exit=2}");

    outcome = runner.run("generate", "--draft=early-exit:last", "--model", dir, "abcd");

    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.err()).contains("assistant_early_exit", "last");
  }

  @Test
  void colors_what_was_guessed_right() {
    Outcome outcome =
        runner.run("generate", "--draft=lookup", "--color-drafts", "--model", dir, "abcd");

    assertThat(outcome.out())
        .isEqualTo("A\u001B[32mB\u001B[0mC\u001B[32mD\u001B[0m" + System.lineSeparator());
  }

  @Test
  void puts_precision_and_providers_over_the_configuration() {
    runner.run("generate", "--model", dir, "--precision=q8", "--providers=cuda,cpu", "x");

    assertThat(model.config.precision()).isEqualTo("q8");
    assertThat(model.config.providers())
        .hasToString(
            "[ExecutionProvider[kind=CUDA, options={}], ExecutionProvider[kind=CPU, options={}]]");
  }
}
