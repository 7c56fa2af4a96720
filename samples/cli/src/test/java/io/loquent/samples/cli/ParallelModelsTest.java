package io.loquent.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.internal.json.Json;
import io.loquent.samples.cli.CommandRunner.Outcome;
import io.loquent.spi.GeneratorProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bundled models that decode in parallel, beside what a reference in Python gave. */
final class ParallelModelsTest {

  private static final Path MODELS = BundledModels.find();

  private final CommandRunner runner = new CommandRunner(GeneratorProvider::load);

  private static Generator open(String model) {
    return Generator.open(ModelConfig.builder(MODELS.resolve(model)).intraOpThreads(1).build());
  }

  private static List<?> words(String model) throws IOException {
    String text = Files.readString(MODELS.resolve(model).resolve("expected.json"));
    return (List<?>) Json.parseObject(text).get("words");
  }

  @ParameterizedTest
  @CsvSource({
    "g2p-nat, iterations1_lengths1, '{\"max_iterations\": 1}'",
    "g2p-cmlm, iterations1_lengths1, '{\"max_iterations\": 1}'",
    "g2p-cmlm, iterations4_lengths1, '{\"max_iterations\": 4}'",
    "g2p-cmlm, iterations10_lengths1, '{\"max_iterations\": 10}'",
    "g2p-levenshtein, iterations9, '{\"max_iterations\": 9}'",
    "g2p-ctc, '', {}",
    "g2p-dat, lookahead, {}",
    "g2p-dat, greedy, '{\"dag_strategy\": \"greedy\"}'",
    "g2p-diffusion, steps24, {}",
    "g2p-diffusion, threshold_0.9, '{\"threshold\": 0.9}'"
  })
  void words_are_pronounced_as_expected(String model, String key, String options)
      throws IOException {
    try (Generator generator = open(model)) {
      for (Object entry : words(model)) {
        Map<?, ?> word = (Map<?, ?>) entry;
        Map<?, ?> expected = key.isEmpty() ? word : (Map<?, ?>) word.get(key);
        GenerationResult result =
            generator.generate(
                GenerationRequest.text(String.valueOf(word.get("word")))
                    .options(GenerationOptions.fromMap(Json.parseObject(options)))
                    .build());
        assertThat(result.text()).as("%s", word.get("word")).isEqualTo(expected.get("phonemes"));
        if (expected.get("score") instanceof Number score) {
          // The graphs round activations to 8 bits, which versions of ONNX Runtime do otherwise.
          assertThat(result.best().score()).isCloseTo(score.doubleValue(), within(2e-2));
        }
      }
    }
  }

  @Test
  void a_beam_over_frames_and_one_over_paths_find_what_is_at_least_as_probable()
      throws IOException {
    try (Generator ctc = open("g2p-ctc");
        Generator dag = open("g2p-dat")) {
      for (Object entry : words("g2p-ctc").subList(0, 10)) {
        String word = String.valueOf(((Map<?, ?>) entry).get("word"));
        GenerationRequest.Builder request = GenerationRequest.text(word);
        double path = ctc.generate(request.build()).best().score();
        GenerationRequest beams =
            GenerationRequest.text(word).options(o -> o.numBeams(8).numReturnSequences(3)).build();
        GenerationResult sums = ctc.generate(beams);
        // Fewer where pruning leaves no third way to pronounce a word.
        assertThat(sums.candidates()).hasSizeBetween(1, 3);
        assertThat(sums.best().score()).isGreaterThanOrEqualTo(path - 1e-4);
        assertThat(dag.generate(beams).candidates()).hasSizeBetween(1, 3);
      }
    }
  }

  @Test
  void a_language_model_of_phonemes_changes_what_beams_find() throws IOException {
    String ngrams = MODELS.resolve("cmudict-5gram.arpa.gz").toString();
    for (String model : List.of("g2p-ctc", "g2p-dat")) {
      try (Generator generator = open(model)) {
        int changed = 0;
        for (Object entry : words("g2p-ctc")) {
          String word = String.valueOf(((Map<?, ?>) entry).get("word"));
          GenerationRequest listening =
              GenerationRequest.text(word)
                  .options(
                      o ->
                          o.numBeams(10)
                              .set(Option.LANGUAGE_MODEL, ngrams)
                              .set(Option.LM_ALPHA, 0.4))
                  .build();
          changed += generator.generate(listening).text().equals(generator.generate(word)) ? 0 : 1;
        }
        assertThat(changed).as(model).isBetween(1, 25);
      }
    }
  }

  @Test
  void an_autoregressive_model_reranks_candidates_of_several_lengths() {
    try (Generator generator = open("g2p-nat");
        Generator teacher = open("g2p-transformer")) {
      GenerationRequest request =
          GenerationRequest.text("eloquent")
              .options(
                  o ->
                      o.set(Option.LENGTH_BEAM, 3)
                          .set(Option.RERANK_MODEL, MODELS.resolve("g2p-transformer").toString())
                          .numReturnSequences(3))
              .build();
      GenerationResult result = generator.generate(request);
      assertThat(result.candidates()).hasSize(3);
      List<Double> scores = new ArrayList<>();
      result
          .candidates()
          .forEach(
              candidate -> {
                int[] ids = candidate.ids();
                int[] ended = java.util.Arrays.copyOf(ids, ids.length + 1);
                ended[ids.length] = 2;
                double total =
                    teacher
                        .score(io.loquent.Input.text("eloquent"), io.loquent.Input.tokens(ended))
                        .logLikelihood();
                assertThat(candidate.score()).isCloseTo(total / ended.length, within(1e-4));
                scores.add(candidate.score());
              });
      assertThat(scores).isSortedAccordingTo(java.util.Comparator.reverseOrder());
    }
  }

  @Test
  void a_recurrent_model_cannot_rerank_and_says_why() {
    Outcome outcome =
        runner.run(
            "generate",
            "--model=" + MODELS.resolve("g2p-nat"),
            "-o",
            "length_beam=3",
            "-o",
            "rerank_model=" + MODELS.resolve("g2p-gru"),
            "sonnet");
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.err()).hasLineCount(1).contains("rerank_model", "newest token only");
  }

  @Test
  void shows_how_a_canvas_fills() {
    String model = MODELS.resolve("g2p-cmlm").toString();
    Outcome outcome = runner.run("generate", "--model", model, "--show-steps", "birren");
    assertThat(outcome.err()).isEmpty();
    List<String> lines = outcome.out().lines().toList();
    assertThat(lines.get(0)).startsWith("  0  <mask>");
    assertThat(lines.stream().anyMatch(line -> line.contains("<mask>"))).isTrue();
    assertThat(lines.get(lines.size() - 1)).isEqualTo("B IH1 R AH0 N");
  }

  @Test
  void a_model_without_a_canvas_says_so() {
    String model = MODELS.resolve("g2p-transformer").toString();
    Outcome outcome = runner.run("generate", "--model", model, "--show-steps", "birren");
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.err()).hasLineCount(1).contains("--show-steps", "g2p-transformer");
  }

  @ParameterizedTest
  @CsvSource({
    "g2p-ctc, CTC over frames",
    "g2p-cmlm, fills masked canvases",
    "g2p-levenshtein, deletes",
    "g2p-dat, directed acyclic",
    "g2p-diffusion, masked diffusion"
  })
  void inspect_explains_the_family(String model, String words) {
    Outcome outcome = runner.run("inspect", MODELS.resolve(model).toString());
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains("NON_AUTOREGRESSIVE", words, "because");
  }
}
