package io.loquent.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.internal.json.Json;
import io.loquent.samples.cli.CommandRunner.Outcome;
import io.loquent.spi.EncoderProvider;
import io.loquent.spi.GeneratorProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on the bundled models, with the real runtime. */
final class BundledModelsTest {

  private static final Path MODELS = BundledModels.find();
  private static final String G2P = MODELS.resolve("g2p-transformer").toString();
  private static final String SHAKESPEARE = MODELS.resolve("lm-shakespeare").toString();

  @TempDir private Path folder;

  private final CommandRunner runner =
      new CommandRunner(GeneratorProvider::load, EncoderProvider::load);

  private Outcome succeeds(String... args) {
    return succeeds(runner.run(args));
  }

  private static Outcome succeeds(Outcome outcome) {
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
    return outcome;
  }

  private void fails(Outcome outcome, String... fragments) {
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).hasLineCount(1).contains(fragments);
  }

  /** Walks into JSON by names and indices. */
  private static Object get(Object json, Object... path) {
    Object value = json;
    for (Object key : path) {
      value =
          key instanceof Integer index
              ? ((List<?>) value).get(index)
              : ((Map<?, ?>) value).get(key);
      assertThat(value).as("%s in %s", key, json).isNotNull();
    }
    return value;
  }

  @SuppressWarnings("unchecked") // Any list holds objects.
  private static List<Object> list(Object json, Object... path) {
    return (List<Object>) get(json, path);
  }

  private static String text(Object json, Object... path) {
    return (String) get(json, path);
  }

  private static double number(Object json, Object... path) {
    return ((Number) get(json, path)).doubleValue();
  }

  private static Map<String, Object> json(Path path) {
    try {
      return Json.parseObject(Files.readString(path));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String line(String id, Object word, Map<String, Object> options) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("id", id);
    line.put("text", word);
    line.put("options", options);
    return Json.write(line);
  }

  @Test
  void pronounces_the_expected_words_greedily_and_by_beam_search() {
    List<Object> words = list(json(MODELS.resolve("g2p-transformer/expected.json")), "words");
    List<String> lines = new ArrayList<>();
    for (Object word : words) {
      lines.add(line("greedy", get(word, "word"), Map.of("num_beams", 1)));
      lines.add(line("beam", get(word, "word"), Map.of("num_beams", 5, "num_return_sequences", 5)));
    }

    List<Map<String, Object>> answers =
        succeeds(runner.runWith(String.join("\n", lines), "batch", "--model", G2P)).answers();

    assertThat(answers).hasSize(100);
    for (int i = 0; i < words.size(); i++) {
      Object greedy = get(answers.get(2 * i), "rows", 0, "sequences", 0);
      checkSequence(greedy, get(words.get(i), "greedy"), "sum_logprob");
      List<Object> expected = list(words.get(i), "beam5");
      List<Object> found = list(answers.get(2 * i + 1), "rows", 0, "sequences");
      assertThat(found).hasSize(5);
      for (int rank = 0; rank < 5; rank++) {
        checkSequence(found.get(rank), expected.get(rank), "score");
      }
    }
  }

  private static void checkSequence(Object found, Object expected, String scoreName) {
    List<Object> tokens = new ArrayList<>(list(expected, "tokens"));
    tokens.add(2L);
    assertThat(list(found, "ids")).isEqualTo(tokens);
    assertThat(text(found, "text")).isEqualTo(get(expected, "phonemes"));
    double score = number(expected, scoreName);
    assertThat(number(found, "score")).isCloseTo(score, within(1e-4));
    assertThat(list(found, "logprobs").stream().mapToDouble(p -> (Double) p).sum())
        .isCloseTo(number(expected, "sum_logprob"), within(1e-4));
    assertThat(text(found, "finish_reason")).isEqualTo("END_OF_SEQUENCE");
  }

  @Test
  void pronounces_the_expected_words_with_the_recurrent_model() {
    Path gru = MODELS.resolve("g2p-gru");
    List<Object> words = list(json(gru.resolve("expected.json")), "words");
    List<String> lines = new ArrayList<>();
    for (Object word : words) {
      lines.add(line("greedy", get(word, "word"), Map.of()));
    }

    List<Map<String, Object>> answers =
        succeeds(runner.runWith(String.join("\n", lines), "batch", "--model", gru.toString()))
            .answers();

    assertThat(answers).hasSize(50);
    for (int i = 0; i < words.size(); i++) {
      checkSequence(
          get(answers.get(i), "rows", 0, "sequences", 0),
          get(words.get(i), "greedy"),
          "sum_logprob");
    }
  }

  @Test
  void rows_of_one_line_equal_the_rows_alone() {
    String together = "{\"texts\":[\"court\",\"artificially\",\"thirteen\"]}\n";
    String alone = "{\"text\":\"court\"}\n{\"text\":\"artificially\"}\n{\"text\":\"thirteen\"}\n";

    List<Map<String, Object>> answers =
        succeeds(runner.runWith(together + alone, "batch", "--model", G2P)).answers();

    for (int row = 0; row < 3; row++) {
      assertThat(get(answers.get(0), "rows", row, "sequences", 0, "ids"))
          .isEqualTo(get(answers.get(row + 1), "rows", 0, "sequences", 0, "ids"));
    }
  }

  @Test
  void continues_a_text_greedily_as_expected() {
    Map<String, Object> expected = json(MODELS.resolve("lm-shakespeare/expected.json"));
    String line =
        "{\"input_ids\":"
            + Json.write(expected.get("prompt"))
            + ",\"options\":{\"do_sample\":false,\"max_new_tokens\":60}}";

    Object answer =
        succeeds(runner.runWith(line, "batch", "--model", SHAKESPEARE)).answers().get(0);

    Object sequence = get(answer, "rows", 0, "sequences", 0);
    assertThat(get(sequence, "ids")).isEqualTo(expected.get("tokens"));
    assertThat(get(sequence, "text")).isEqualTo(expected.get("text"));
    assertThat(get(sequence, "finish_reason")).isEqualTo("MAX_TOKENS");
    assertThat(get(answer, "usage"))
        .hasToString("{prompt_tokens=4, generated_tokens=60, model_runs=60}");
  }

  @Test
  void the_demo_pronounces_and_streams() {
    assertThat(succeeds("demo").out())
        .contains("  AA2 R T AH0 F IH1 SH AH0 L IY0", "ROMEO:", " tokens in ");
  }

  @Test
  void a_streamed_text_equals_the_text_of_a_batch() {
    String streamed =
        succeeds("generate", "--model", SHAKESPEARE, "--seed=3", "--max-new-tokens=40", "JULIET:\n")
            .out();

    String line = "{\"text\":\"JULIET:\\n\",\"options\":{\"seed\":3,\"max_new_tokens\":40}}";
    Object answer =
        succeeds(runner.runWith(line, "batch", "--model", SHAKESPEARE)).answers().get(0);

    assertThat(streamed)
        .isEqualTo(text(answer, "rows", 0, "sequences", 0, "text") + System.lineSeparator());
  }

  @Test
  void configurations_swap_the_model() {
    String pronounced =
        succeeds("generate", "--config", MODELS + "/pronounce.properties", "sonnet").out();
    String continued =
        succeeds("generate", "--config", MODELS + "/shakespeare.json", "--seed=1", "ROMEO:").out();

    assertThat(pronounced.trim()).matches("[A-Z]+[0-2]?( [A-Z]+[0-2]?)+");
    assertThat(continued.length()).isGreaterThan(40);
  }

  @Test
  void runs_the_quantized_graphs() {
    assertThat(succeeds("generate", "--model", G2P, "--precision=q8", "court").out())
        .startsWith("K AO1 R T");
  }

  @Test
  void scores_what_it_generated_as_it_was_generated() {
    String line = "{\"text\":\"court\",\"options\":{\"num_beams\":1}}";
    Object answer = succeeds(runner.runWith(line, "batch", "--model", G2P)).answers().get(0);
    List<Object> ids = list(answer, "rows", 0, "sequences", 0, "ids");
    String target = String.join(",", ids.stream().map(String::valueOf).toList());

    Outcome outcome = succeeds("score", "--json", "--model", G2P, "--target-ids", target, "court");

    Map<String, Object> score = outcome.answers().get(0);
    assertThat(score.get("ids")).isEqualTo(ids);
    assertThat((Double) score.get("log_likelihood"))
        .isCloseTo(number(answer, "rows", 0, "sequences", 0, "score"), within(1e-4));
  }

  @Test
  void scores_a_text() {
    assertThat(succeeds("score", "--model", SHAKESPEARE, "To be, or not to be").out())
        .contains("log-likelihood -", "perplexity ");
  }

  @Test
  void inspects_both_models() {
    assertThat(succeeds("inspect", G2P).out())
        .contains(
            "encoder decoder",
            "103 tokens",
            "past_key_values.0.decoder.key",
            "Nothing is missing.");
    assertThat(succeeds("inspect", SHAKESPEARE).out())
        .contains("1024 tokens", "512 tokens", "position_ids", "Nothing is missing.");
  }

  @Test
  void inspect_tells_that_a_graph_quantizes_activations() {
    assertThat(succeeds("inspect", "--precision=q8", SHAKESPEARE).out()).contains("quantize");
  }

  @Test
  void ids_beyond_the_vocabulary_are_the_lines_own_error() {
    Outcome outcome =
        runner.runWith(
            "{\"id\":1,\"input_ids\":[[5,5000]]}\n{\"id\":2,\"input_ids\":[[]]}\n{\"id\":3,\"input_ids\":[[5]]}",
            "batch",
            "--model",
            SHAKESPEARE);

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.answers().get(0).toString()).contains("InvalidRequest", "5000", "1023");
    assertThat(outcome.answers().get(1).toString()).contains("InvalidRequest", "empty");
    assertThat(outcome.answers().get(2)).containsKey("rows");
  }

  @Test
  void a_prompt_beyond_the_context_gives_both_numbers() {
    fails(runner.run("generate", "--model", SHAKESPEARE, "thou ".repeat(700)), "512", "tokens");
  }

  @Test
  void a_folder_without_a_model_says_what_was_looked_for() {
    fails(runner.run("generate", "--model", folder.toString(), "x"), folder.toString(), ".onnx");
    Outcome inspected = runner.run("inspect", folder.toString());
    assertThat(inspected.exitCode()).isEqualTo(1);
    assertThat(inspected.out()).contains("Problems");
  }

  @Test
  void a_misspelled_precision_lists_those_that_are_there() {
    fails(runner.run("generate", "--model", G2P, "--precision=q9", "x"), "q9", "fp32", "q8");
  }

  @Test
  void a_precision_that_the_folder_lacks_lists_the_graphs_that_are_there() {
    fails(
        runner.run("generate", "--model", G2P, "--precision=fp16", "x"),
        "_fp16.onnx",
        "encoder_model_quantized.onnx");
  }

  @Test
  void a_provider_that_is_not_installed_names_the_artifact() {
    fails(
        runner.run("generate", "--model", G2P, "--providers=cuda", "x"), "cuda", "onnxruntime_gpu");
  }

  @Test
  void a_truncated_graph_is_named() throws IOException {
    copyModel(Path.of(SHAKESPEARE));
    byte[] graph = Files.readAllBytes(folder.resolve("model.onnx"));
    Files.write(folder.resolve("model.onnx"), java.util.Arrays.copyOf(graph, graph.length / 2));

    fails(runner.run("generate", "--model", folder.toString(), "x"), "model.onnx");
  }

  @Test
  void an_encoder_decoder_without_its_decoder_is_told() throws IOException {
    copyModel(Path.of(G2P));
    Files.delete(folder.resolve("decoder_model.onnx"));

    fails(runner.run("generate", "--model", folder.toString(), "x"), "decoder_model");
  }

  private void copyModel(Path model) throws IOException {
    try (var files = Files.list(model)) {
      for (Path file : files.toList()) {
        if (!file.toString().contains("quantized")) {
          Files.copy(file, folder.resolve(file.getFileName()));
        }
      }
    }
  }
}
